/** Ends a server without cutting off what it is asked: no new connections, then the idle ones, then the rest. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** The time requests may take to finish when the server stops, in ms. */
const DRAIN_TIMEOUT = 10_000;

/** The connections that are open. */
export function connectionsOf(server: Server, event: 'connection' | 'secureConnection'): ReadonlySet<Socket> {
  const open = new Set<Socket>();
  server.on(event, (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return open;
}

/** Resolves when no connection is left. `closing` is aborted at once: no call may wait any longer. */
export async function drain(
  server: Server,
  connections: ReadonlySet<Socket>,
  closing: AbortController,
): Promise<void> {
  const closed = new Promise<void>(resolve => server.close(() => resolve()));
  closing.abort();
  // A connection that is kept alive becomes idle only when its last answer is out; Node does not count as idle
  // one that was opened ahead of need and has not asked anything yet.
  const sweeping = setInterval(() => {
    server.closeIdleConnections();
    for (const socket of connections) if (socket.bytesRead === 0) socket.destroy();
  }, 50);
  const impatience = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT);
  await closed;
  clearInterval(sweeping);
  clearTimeout(impatience);
}
