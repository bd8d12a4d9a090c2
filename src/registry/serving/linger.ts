/**
 * Ends a connection whose request was answered before its body was there: refused for its key, its size, or because
 * there is too much of it. The body is not read to its end, and the answer arrives all the same: a socket that is closed
 * at once, with bytes in it that nobody read, takes back what was sent (RFC 9112, section 9.6).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { takeInTurns } from './in-turns.ts';

/** Of a body that is left: as much is read and dropped as the next request on the connection is worth. In bytes. */
const WORTH_READING = 64 * 1024;
/** Senders that look for no answer until all is sent get this far, in bytes. */
const DROPPED = 1024 * 1024;
/** In ms. */
const LINGERING = 2000;

/** Called before the answer is sent. */
export function endUnread(incoming: IncomingMessage, outgoing: ServerResponse): void {
  // One without a body begins as read.
  if (incoming.complete || incoming.readableEnded) return;
  const declared = Number(incoming.headers['content-length'] ?? Number.NaN);
  if (declared <= WORTH_READING) return;
  outgoing.shouldKeepAlive = false;
  const { socket } = incoming;
  // Node would close the connection for both directions as soon as the answer is written.
  socket.destroySoon = () => {
    socket.end();
    const timer = setTimeout(() => socket.destroy(), LINGERING).unref();
    let dropped = 0;
    takeInTurns(incoming, chunk => {
      dropped += chunk.byteLength;
      return dropped <= DROPPED;
    });
    incoming.once('end', () => socket.destroy());
    socket.once('close', () => clearTimeout(timer));
    incoming.resume();
  };
}
