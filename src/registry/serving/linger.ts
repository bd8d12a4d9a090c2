/**
 * Ends a connection whose request was answered before its body arrived, for example refused for its key or size. The
 * body is not read to its end, but the response must arrive: closing a socket with unread bytes at once would discard
 * what was sent (RFC 9112, section 9.6).
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { takeInTurns } from './in-turns.ts';

/** In bytes: a body up to this size is read and dropped to keep the connection for the next request. */
const WORTH_READING = 64 * 1024;
/** The number of bytes read and dropped from clients that do not look for a response until everything is sent. */
const DROPPED = 1024 * 1024;
/** In ms. */
const LINGERING = 2000;

/** Called before the answer is sent. */
export function endUnread(incoming: IncomingMessage, outgoing: ServerResponse): void {
  // A request without a body counts as read from the start.
  if (incoming.complete || incoming.readableEnded) return;
  const declared = Number(incoming.headers['content-length'] ?? Number.NaN);
  if (declared <= WORTH_READING) return;
  outgoing.shouldKeepAlive = false;
  const { socket } = incoming;
  // Otherwise Node would close the connection in both directions as soon as the response is written.
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
