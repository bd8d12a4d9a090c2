/** Reads the body of a `node:http` request up to a limit. */
import type { IncomingMessage } from 'node:http';
import { Problem } from '../../core/problem.ts';
import { type BodyReading, bodyTooLarge } from '../http/http-request.ts';

/** The initial size in bytes; it doubles as the body grows, so that many small pieces cost no more than one. */
const FIRST = 16 * 1024;
/** In bytes. A longer body uses a resizable buffer, whose memory can be released at once. */
const LONG = 256 * 1024;

/**
 * Releases the memory of a long body, which is empty from then on: the garbage collector would do so too late. Does
 * nothing for a short body.
 */
export function freeBody({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.resizable) buffer.resize(0);
}

/** @throws Problem `too_large`, `invalid_request`; errors of `reading.take`. A refused body is not read any further. */
export function bytesOf(incoming: IncomingMessage, { limit, take }: BodyReading): Promise<Uint8Array> {
  const declared = Number(incoming.headers['content-length'] ?? Number.NaN);
  if (declared > limit) return Promise.reject(bodyTooLarge(limit));
  // A request that declares no body counts as read from the start, and emits no more events.
  if (incoming.readableEnded) return Promise.resolve(new Uint8Array());
  return new Promise((resolve, reject) => {
    let bytes: Uint8Array = new Uint8Array();
    let size = 0;
    const onData = (chunk: Buffer): void => {
      try {
        if (size + chunk.byteLength > limit) throw bodyTooLarge(limit);
        if (size + chunk.byteLength > bytes.byteLength) bytes = grown(size + chunk.byteLength);
        bytes.set(chunk, size);
        size += chunk.byteLength;
      } catch (error) {
        end();
        incoming.pause();
        freeBody(bytes);
        reject(error);
      }
    };
    /** Memory is never allocated just because a header declares a length. */
    const grown = (needed: number): Uint8Array => {
      const doubled = Math.max(needed, 2 * bytes.byteLength, FIRST);
      const capacity = Math.min(doubled, declared >= needed ? declared : limit);
      take(capacity - bytes.byteLength);
      const { buffer } = bytes;
      if (buffer instanceof ArrayBuffer && buffer.resizable) {
        buffer.resize(capacity);
        return bytes;
      }
      const larger =
        capacity > LONG ? growing(capacity, Math.min(limit, declared || limit)) : plain(capacity);
      larger.set(bytes.subarray(0, size));
      return larger;
    };
    const onEnd = (): void => {
      end();
      resolve(bytes.subarray(0, size));
    };
    const onCut = (): void => {
      end();
      freeBody(bytes);
      reject(
        new Problem('invalid_request', 'The connection ended before the body was complete. Send all of it.'),
      );
    };
    // Ignores later events: the request is closed after each response, and creating an error takes time.
    const end = (): void => {
      incoming.off('data', onData).off('end', onEnd).off('error', onCut).off('close', onCut);
      incoming.on('error', () => {});
    };
    if (incoming.destroyed) return onCut();
    incoming.on('data', onData).on('end', onEnd).on('error', onCut).on('close', onCut);
  });
}

function plain(length: number): Uint8Array {
  return Buffer.allocUnsafeSlow(length);
}

/** Tracks the length of its buffer, and so grows with it. */
function growing(length: number, most: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length, { maxByteLength: most }));
}
