/**
 * A checkpoint: a signed head of the registry's log, so that the registry cannot later claim that the log was
 * different. Whoever keeps a checkpoint can prove it without having kept the log. Ed25519 (RFC 8032) over canonical
 * JSON (RFC 8785).
 */
import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { canonicalJson } from './canonical.ts';
import type { ChainHead } from './event.ts';

/** The signed text names its purpose, so that a signature is meaningless elsewhere. */
export const CHECKPOINT_KIND = 'promptforge.checkpoint.v1';

export interface UnsignedCheckpoint extends ChainHead {
  readonly kind: typeof CHECKPOINT_KIND;
  /** RFC 3339 UTC with milliseconds: when it was signed, by the registry's clock. */
  readonly at: string;
  /** The 32 bytes of the key that signed it, in base64. */
  readonly publicKey: string;
}

export interface Checkpoint extends UnsignedCheckpoint {
  /** The 64 bytes of the signature, in base64. */
  readonly signature: string;
}

/** The signed text, as UTF-8: the canonical JSON of the checkpoint without its signature. */
export function signedText({ kind, seq, hash, at, publicKey }: UnsignedCheckpoint): string {
  return canonicalJson({ kind, seq, hash, at, publicKey });
}

/** Returns whether the key that it names signed it. Only the log tells whether that is the registry's key. */
export function isSigned(checkpoint: Checkpoint): boolean {
  return isSignedBy(checkpoint.publicKey, signedText(checkpoint), checkpoint.signature);
}

/** Returns whether `signature` was made with the key for the UTF-8 bytes of `text`. Key and signature are in base64. */
export function isSignedBy(publicKey: string, text: string, signature: string): boolean {
  const key = publicKeyOf(publicKey);
  const bytes = Buffer.from(text, 'utf8');
  return key !== undefined && verify(null, bytes, key, Buffer.from(signature, 'base64'));
}

function publicKeyOf(base64: string): KeyObject | undefined {
  const x = Buffer.from(base64, 'base64').toString('base64url');
  try {
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  } catch {
    return undefined;
  }
}
