/** A webhook's target: a URL whose path or query may contain a token. It is stored encrypted, and only its origin is ever shown. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Problem } from '../../core/problem.ts';
import type { RegistryIdentity } from '../identity.ts';
import { isPublicHost } from './public-address.ts';

/**
 * Parses the URL of a receiver.
 * @param privateNetworks true if it may be on this machine or its network, and use HTTP
 * @throws Problem `invalid_request` that does not repeat the URL
 */
export function parseTarget(text: string, privateNetworks: boolean): URL {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw wrong('is not a URL that begins with https://', 'Give the whole address of the receiver');
  if (url.username !== '' || url.password !== '')
    throw wrong('holds a user or a password', 'Put what the receiver asks for into the path or the query');
  if (privateNetworks) return url;
  if (url.protocol === 'http:')
    throw wrong('begins with http://, by which everybody on the way could read it', 'Give one with https://');
  if (!isPublicHost(url.hostname))
    throw wrong(
      'is an address of this machine or of a private network',
      'Give a public one, or have the registry started with --webhooks-to-private-networks',
    );
  return url;
}

function wrong(why: string, remedy: string): Problem {
  return new Problem('invalid_request', `"url" ${why}. ${remedy}.`, {
    fields: [{ pointer: '/url', message: why }],
  });
}

const CIPHER = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Encrypts the URL for this registry and webhook only: AES-256-GCM, in base64. */
export function sealTarget(identity: RegistryIdentity, webhook: string, url: URL): string {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, sealingKey(identity), iv).setAAD(Buffer.from(webhook));
  const sealed = Buffer.concat([cipher.update(url.href, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
}

/** The decrypted URL; undefined if it was encrypted with another registry's key, or changed. */
export function openTarget(identity: RegistryIdentity, webhook: string, sealed: string): URL | undefined {
  const bytes = Buffer.from(sealed, 'base64');
  const [iv, tag] = [bytes.subarray(0, IV_BYTES), bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES)];
  try {
    const decipher = createDecipheriv(CIPHER, sealingKey(identity), iv, { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(webhook))
      .setAuthTag(tag);
    const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]);
    return new URL(text.toString('utf8'));
  } catch {
    // The caller reports it.
    return undefined;
  }
}

function sealingKey(identity: RegistryIdentity): Buffer {
  return identity.secretFor('webhook addresses');
}
