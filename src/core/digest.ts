/** The digest of a source: `sha256:` and the hex SHA-256 (FIPS 180-4) of its exact UTF-8 bytes. */
import { hash } from 'node:crypto';

export type Digest = `sha256:${string}`;

const PREFIX = 'sha256:';
export const DIGEST_PATTERN = /^sha256:[0-9a-f]{64}$/;
/** The `previousHash` of the first event. */
export const ZERO_DIGEST: Digest = `sha256:${'0'.repeat(64)}`;

export function digestOf(source: string | Uint8Array): Digest {
  return `sha256:${hash('sha256', source, 'hex')}`;
}

/** Returns true if this is the digest of the text. For bulk use: avoids building a string only for the comparison. */
export function hasDigest(text: string, digest: string): boolean {
  return (
    digest.length === PREFIX.length + 64 &&
    digest.startsWith(PREFIX) &&
    digest.slice(PREFIX.length) === hash('sha256', text, 'hex')
  );
}

export function isDigest(text: string): text is Digest {
  return DIGEST_PATTERN.test(text);
}
