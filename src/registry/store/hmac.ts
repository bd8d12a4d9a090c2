/**
 * HMAC-SHA-256 (RFC 2104) of many short texts by one key, in little more than half the time that `createHmac` takes: that makes
 * an object of each, and the two hashes of which an HMAC consists take less.
 */
import { createHmac, hash, type KeyObject } from 'node:crypto';

/** Of SHA-256, in bytes. */
const BLOCK = 64;
const DIGEST = 32;
/** Bytes of a text that has room after the first block. */
const ROOM = 512;
const UTF8_BYTES = 3;

interface Blocks {
  /** The key's block for the first hash, and room for the text. */
  readonly inner: Buffer;
  /** The key's block for the second, and room for the digest of the first. */
  readonly outer: Buffer;
}

const ofKeys = new WeakMap<KeyObject, Blocks>();

/** @returns base64 */
export function hmacOf(key: KeyObject, text: string): string {
  if (text.length * UTF8_BYTES > ROOM) return createHmac('sha256', key).update(text).digest('base64');
  const { inner, outer } = ofKeys.get(key) ?? blocksOf(key);
  const end = BLOCK + inner.write(text, BLOCK, 'utf8');
  outer.write(hash('sha256', inner.subarray(0, end), 'binary'), BLOCK, 'binary');
  return hash('sha256', outer, 'base64');
}

function blocksOf(key: KeyObject): Blocks {
  const secret = key.export();
  const bytes = secret.length > BLOCK ? hash('sha256', secret, 'buffer') : secret;
  // Of their own, and not from the pool that other buffers share.
  const inner = Buffer.alloc(BLOCK + ROOM, 0x36);
  const outer = Buffer.alloc(BLOCK + DIGEST, 0x5c);
  for (const [index, byte] of bytes.entries()) {
    inner[index] = byte ^ 0x36;
    outer[index] = byte ^ 0x5c;
  }
  const blocks = { inner, outer };
  ofKeys.set(key, blocks);
  return blocks;
}
