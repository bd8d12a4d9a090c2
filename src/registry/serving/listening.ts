/** Begins to listen, and says in words why it cannot. */
import type { Server } from 'node:http';
import { Problem } from '../../core/problem.ts';
import { whyRefused } from '../../disk/why-refused.ts';

/** @throws Problem `unavailable` when it cannot listen; its message says why */
export function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (cause: NodeJS.ErrnoException) => {
      const reasons: Record<string, string> = {
        EADDRINUSE: 'the port is in use: choose another, or stop what listens there',
        EACCES: 'permission denied: choose a port above 1023',
        EADDRNOTAVAIL: 'this machine has no such address',
        ENOTFOUND: 'there is no such host',
      };
      const reason = reasons[cause.code ?? ''] ?? whyRefused(cause);
      reject(new Problem('unavailable', `Cannot listen on ${host}:${port}: ${reason}.`, {}, { cause }));
    };
    server.once('error', refuse);
    server.listen(port, host, () => {
      server.off('error', refuse);
      resolve();
    });
  });
}
