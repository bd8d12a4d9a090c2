/** Starts listening, and explains failures in words. */
import type { Server } from 'node:net';
import { Problem } from '../../core/problem.ts';
import { systemErrorReason } from '../../disk/system-error.ts';

/** The endpoint of a server: an address and port, or a local socket. */
export type Endpoint =
  | {
      readonly host: string;
      /** 0: any free port. */
      readonly port: number;
      /** True if several threads or processes share the port, and the system distributes connections among them. */
      readonly reusePort?: boolean;
    }
  | {
      /** Path of a Unix domain socket, or of a named pipe on Windows. */
      readonly socket: string;
    };

/** @throws Problem `unavailable` if it cannot listen; its message says why */
export function listening(server: Server, endpoint: Endpoint): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException) => {
      const reason = REASONS[cause.code ?? ''] ?? systemErrorReason(cause);
      const where = 'socket' in endpoint ? endpoint.socket : `${endpoint.host}:${endpoint.port}`;
      reject(new Problem('unavailable', `Cannot listen on ${where}: ${reason}.`, {}, { cause }));
    };
    server.once('error', refuse);
    const where = 'socket' in endpoint ? { path: endpoint.socket, backlog: BACKLOG } : { ...endpoint };
    server.listen(where, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}

/** The queue of connections to accept, as long as the system allows: a socket refuses connections beyond it at once. */
const BACKLOG = 65_535;

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use: choose another, or stop what listens there',
  EACCES: 'permission denied: choose a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  ENOTSUP: 'this system lets no threads share a port: use --workers 1',
};
