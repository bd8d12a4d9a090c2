/** The body of a request of `node:http`, gathered as it arrives and no further than it may. */
import type { IncomingMessage } from 'node:http';
import { Problem } from '../../core/problem.ts';
import { type BodyReading, bodyTooLarge } from '../http/http-request.ts';

/** The initial size in bytes; it doubles as the body grows, so that many small pieces cost no more than one. */
const FIRST = 16 * 1024;
/** In bytes. Beyond it a body has memory that grows where it is, and that can be given back at once. */
const LONG = 256 * 1024;

/**
 * Gives back what a long body holds, which has no bytes from then on: the engine would do so at some time, while others
 * come. Of a short one it leaves that to the engine.
 */
export function freeBody({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && buffer.resizable) buffer.resize(0);
}

/** @throws Problem `too_large`, `invalid_request`; what `reading.take` throws. What is refused is read no further. */
export function bytesOf(incoming: IncomingMessage, { limit, take }: BodyReading): Promise<Uint8Array> {
  const declared = Number(incoming.headers['content-length'] ?? Number.NaN);
  if (declared > limit) return Promise.reject(bodyTooLarge(limit));
  // One that says it has no body begins as read; its events have been.
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
    /** Never taken at once for what a header merely says. */
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
    // A connection is closed after each request, and an error takes its time to be made: none is heard after the end.
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

/** As long as its memory is: it grows with it. */
function growing(length: number, most: number): Uint8Array {
  return new Uint8Array(new ArrayBuffer(length, { maxByteLength: most }));
}
