/**
 * The format of a key: `pf_<environment>_<id>_<secret>`. The secret is 32 random base-62 characters (190 bits)
 * and ends with 6 characters of CRC-32 over all before them, so that a secret scanner can tell a real key
 * from a look-alike without asking anyone (the idea of GitHub's token format).
 */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { type EnvironmentName, isEnvironmentName } from './environment.ts';
import { Problem } from './problem.ts';

declare const keyBrand: unique symbol;
/** A whole credential. Never logged, never in a URL, never in an error. */
export type Key = string & { readonly [keyBrand]: true };

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
export const KEY_ID_LENGTH = 12;
const SECRET_LENGTH = 32;
const CHECKSUM_LENGTH = 6;
/** Finds keys in text, for redaction: text that begins like one, whether or not its checksum is right. */
export const KEY_LIKE = /pf_[a-z][a-z0-9-]{0,31}_[0-9A-Za-z]{4,}_[0-9A-Za-z]{8,}/g;
const KEY = new RegExp(
  `^pf_([a-z][a-z0-9-]{0,31})_([0-9A-Za-z]{${KEY_ID_LENGTH}})_([0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}})$`,
);

export interface KeyParts {
  readonly environment: EnvironmentName;
  readonly id: string;
}

/** A new key. `random(n)` returns n random bytes from a cryptographic source (`node:crypto` `randomBytes`). */
export function makeKey(
  environment: EnvironmentName,
  random: (bytes: number) => Uint8Array,
): { id: string; key: Key } {
  const id = randomText(KEY_ID_LENGTH, random);
  const body = `pf_${environment}_${id}_${randomText(SECRET_LENGTH, random)}`;
  return { id, key: (body + checksum(body)) as Key };
}

/** The parts of a key. @throws Problem `key_malformed`, whose message contains no part of the text */
export function parseKey(text: string): KeyParts & { key: Key } {
  const match = KEY.exec(text);
  const environment = match?.[1];
  const id = match?.[2];
  if (environment === undefined || id === undefined || !isEnvironmentName(environment))
    throw new Problem(
      'key_malformed',
      'This is not a PromptForge key: it must look like pf_<environment>_<id>_<secret>. Check that you copied all of it.',
    );
  if (checksum(text.slice(0, -CHECKSUM_LENGTH)) !== text.slice(-CHECKSUM_LENGTH))
    throw new Problem(
      'key_malformed',
      "The key's checksum does not match: a character is missing or changed. Copy it again.",
    );
  return { environment, id, key: text as Key };
}

/** The stored form of a key: hex SHA-256 of it. A slow hash adds nothing to 190 random bits. */
export function hashKey(key: Key): string {
  return createHash('sha256').update(key).digest('hex');
}

/** `text` with everything that looks like a key replaced, for logs and errors that quote external text. */
export function redactKeys(text: string): string {
  return text.replace(KEY_LIKE, 'pf_…');
}

function checksum(body: string): string {
  let value = crc32(body);
  let out = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    out = ALPHABET[value % 62] + out;
    value = Math.floor(value / 62);
  }
  return out;
}

/** Base-62 text without bias: bytes of 248 and above are drawn again. */
function randomText(length: number, random: (bytes: number) => Uint8Array): string {
  let out = '';
  while (out.length < length) {
    for (const byte of random(length * 2)) {
      if (byte < 248 && out.length < length) out += ALPHABET[byte % 62];
    }
  }
  return out;
}
