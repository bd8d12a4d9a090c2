/** A request of `node:http` as the registry reads it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Problem } from '../../core/problem.ts';
import { type Asked, bodyTooLarge, MAX_BODY_BYTES } from '../http/asked.ts';

export function askedByNode(incoming: IncomingMessage, outgoing: ServerResponse): Asked {
  const { method = 'GET', url = '/', headers } = incoming;
  let gone: AbortController | undefined;
  return {
    method,
    // A proxy may be sent the whole URL.
    target: url.replace(/^https?:\/\/[^/?]*/i, ''),
    header(name) {
      const value = headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    bytes: () => bytesOf(incoming),
    gone() {
      if (gone !== undefined) return gone.signal;
      const controller = new AbortController();
      gone = controller;
      if (outgoing.destroyed) controller.abort();
      outgoing.once('close', () => controller.abort());
      return controller.signal;
    },
  };
}

/** Bytes of a body that take milliseconds to put together. */
const LONG = 1024 * 1024;

function bytesOf(incoming: IncomingMessage): Promise<Uint8Array> {
  if (Number(incoming.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return Promise.reject(bodyTooLarge());
  // One that says it has no body begins as read; its events have been.
  if (incoming.readableEnded) return Promise.resolve(new Uint8Array());
  return new Promise((resolve, reject) => {
    const cut = () =>
      reject(new Problem('invalid_request', 'The connection ended before the body did. Send it whole.'));
    if (incoming.destroyed) cut();
    const chunks: Buffer[] = [];
    let size = 0;
    incoming.on('data', (chunk: Buffer) => {
      size += chunk.byteLength;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else reject(bodyTooLarge());
    });
    incoming.once('end', () => {
      // It is closed after each request, and an error takes its time to be made.
      incoming.off('close', cut);
      if (chunks.length === 1 && chunks[0]) resolve(chunks[0]);
      // The last of a long body came in the same turn of the event loop as much of the rest.
      else if (size > LONG) setImmediate(() => resolve(joined(chunks, size)));
      else resolve(joined(chunks, size));
    });
    incoming.once('error', cut);
    incoming.once('close', cut);
  });
}

/** In memory that threads share: a long body is read in another one, and not copied for it. */
function joined(chunks: readonly Buffer[], size: number): Uint8Array {
  const bytes = new Uint8Array(new SharedArrayBuffer(size));
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.byteLength;
  }
  return bytes;
}
