/** Checkpoints: the head of the log, signed by the registry. */
import * as z from 'zod';
import { CHECKPOINT_KIND } from '../core/checkpoint.ts';
import { digest, timestamp } from './values.ts';

export const checkpoint = z
  .object({
    kind: z.literal(CHECKPOINT_KIND),
    /** The number of the last event; 0 if there is none. */
    seq: z.int().min(0),
    hash: digest,
    at: timestamp,
    publicKey: z
      .base64()
      .meta({ description: 'The 32 bytes of an Ed25519 public key (RFC 8032), in base64.' }),
    signature: z.base64().meta({
      description:
        'The Ed25519 signature, in base64, over the canonical JSON (RFC 8785) of this object without "signature".',
    }),
  })
  .meta({ id: 'Checkpoint' });
