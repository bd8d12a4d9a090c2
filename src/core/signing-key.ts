/**
 * The event that names the key for signing checkpoints. The new key signs the event, and so does the key that it
 * replaces: clients that trusted the old key can trust the new one, and nobody else can name a key.
 */
import { canonicalJson } from './canonical.ts';
import { isSignedBy } from './checkpoint.ts';
import type { ChainHead } from './event.ts';

/** The signed text names its purpose, so that a signature means nothing elsewhere. */
export const SIGNING_KEY_KIND = 'promptforge.signing-key.v1';

/** The `data` of `signing_key.set`. Events of earlier releases only have the public key. */
export interface SigningKeyChange {
  /** The 32 bytes of the key that signs from here on, in base64. */
  readonly publicKey: string;
  /** The public key that it replaces, in base64; null for the first key. */
  readonly replaces?: string | null;
  /** The new key's signature, in base64. */
  readonly signature?: string;
  /** The old key's signature, in base64; absent if the old key was not available. */
  readonly endorsement?: string;
  /** Why the old key did not endorse it. */
  readonly reason?: string;
}

/**
 * Returns the text that both keys sign, as UTF-8: canonical JSON (RFC 8785).
 * @param before the previous event, so that a signature is valid at only one place of one log
 */
export function signingKeyText(
  { publicKey, replaces = null }: Pick<SigningKeyChange, 'publicKey' | 'replaces'>,
  before: ChainHead,
): string {
  return canonicalJson({
    kind: SIGNING_KEY_KIND,
    seq: before.seq + 1,
    previousHash: before.hash,
    publicKey,
    replaces,
  });
}

/**
 * Why somebody who trusts `known` cannot trust the key that an event names; undefined if they can.
 * @param known the key before the event; null if there is none, so that the first key is trusted as it is
 */
export function validateEndorsement(
  change: SigningKeyChange,
  before: ChainHead,
  known: string | null,
): string | undefined {
  const { publicKey, replaces, signature, endorsement } = change;
  if (known === null || publicKey === known) return undefined;
  const told = `Event ${before.seq + 1} names the key ${publicKey} in the place of ${known}`;
  if (endorsement === undefined) return `${told}, and the old key did not endorse it.`;
  const text = signingKeyText(change, before);
  if (replaces !== known || !isSignedBy(known, text, endorsement))
    return `${told}, and the endorsement is not by the old key.`;
  if (signature === undefined || !isSignedBy(publicKey, text, signature))
    return `${told}, and the new key did not sign it.`;
  return undefined;
}
