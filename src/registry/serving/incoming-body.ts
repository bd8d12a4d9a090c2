/** The body of a request of `node:http`, gathered as it arrives and no further than it may. */
import type { IncomingMessage } from 'node:http';
import { Problem } from '../../core/problem.ts';
import { type BodyReading, bodyTooLarge } from '../http/asked.ts';

/** What is taken at first, in bytes; it doubles as the body grows, so that many small pieces cost no more than one. */
const FIRST = 16 * 1024;

/** @throws Problem `too_large`, `invalid_request`; what `reading.take` throws. What is refused is read no further. */
export function bytesOf(incoming: IncomingMessage, { limit, take }: BodyReading): Promise<Uint8Array> {
  const declared = Number(incoming.headers['content-length'] ?? Number.NaN);
  if (declared > limit) return Promise.reject(bodyTooLarge(limit));
  // One that says it has no body begins as read; its events have been.
  if (incoming.readableEnded) return Promise.resolve(new Uint8Array());
  return new Promise((resolve, reject) => {
    let bytes: Buffer = Buffer.alloc(0);
    let size = 0;
    const onData = (chunk: Buffer): void => {
      try {
        if (size + chunk.byteLength > limit) throw bodyTooLarge(limit);
        if (size + chunk.byteLength > bytes.byteLength) bytes = grown(size + chunk.byteLength);
        size += chunk.copy(bytes, size);
      } catch (error) {
        end();
        incoming.pause();
        reject(error);
      }
    };
    /** Never taken at once for what a header merely says. */
    const grown = (needed: number): Buffer => {
      const doubled = Math.max(needed, 2 * bytes.byteLength, FIRST);
      const capacity = Math.min(doubled, declared >= needed ? declared : limit);
      take(capacity - bytes.byteLength);
      const larger = Buffer.allocUnsafeSlow(capacity);
      bytes.copy(larger, 0, 0, size);
      return larger;
    };
    const onEnd = (): void => {
      end();
      resolve(bytes.subarray(0, size));
    };
    const onCut = (): void => {
      end();
      reject(new Problem('invalid_request', 'The connection ended before the body did. Send it whole.'));
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
