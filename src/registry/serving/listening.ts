/** Begins to listen, and says in words why it cannot. */
import type { Server } from 'node:net';
import { Problem } from '../../core/problem.ts';
import { systemErrorReason } from '../../disk/system-error.ts';

/** Where a server listens: an address and port, or a socket of this machine. */
export type Endpoint =
  | {
      readonly host: string;
      /** 0: any that is free. */
      readonly port: number;
      /** True if several threads or processes share the port, and the system its connections among them. */
      readonly reusePort?: boolean;
    }
  | {
      /** Path of a Unix domain socket, or of a named pipe on Windows. */
      readonly socket: string;
    };

/** @throws Problem `unavailable` when it cannot listen; its message says why */
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

/** Connections that wait to be accepted, as many as the system allows: on a socket one more is refused at once. */
const BACKLOG = 65_535;

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use: choose another, or stop what listens there',
  EACCES: 'permission denied: choose a port above 1023',
  EADDRNOTAVAIL: 'this machine has no such address',
  ENOTFOUND: 'there is no such host',
  ENOTSUP: 'this system lets no threads share a port: use --workers 1',
};
