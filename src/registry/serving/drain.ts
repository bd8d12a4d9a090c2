/** Stops a server without aborting requests: refuses new connections, closes idle ones, and finally the rest. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The time requests may take to finish when the server stops, in ms. */
const DRAIN_TIMEOUT = 10_000;

/** The open connections of a server. */
export function connectionsOf(server: Server, event: 'connection' | 'secureConnection'): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on(event, (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

/** Resolves when no connection is left. Aborts `closing` at once, so that waiting calls end. */
export async function drain(
  server: Server,
  connections: ReadonlySet<Socket>,
  closing: AbortController,
): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  closing.abort();
  // A kept-alive connection becomes idle only after its last response, and Node does not count one as idle that was
  // opened in advance and has not sent a request yet.
  const sweeping = setInterval(() => {
    server.closeIdleConnections();
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  }, 50);
  const impatience = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT);
  await closed;
  clearInterval(sweeping);
  clearTimeout(impatience);
}
