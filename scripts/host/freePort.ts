// A port on the loopback interface that nothing listens on.

import { createServer } from 'node:net';

/** Asks the system for a free port of 127.0.0.1. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string')
          return reject(new Error('The system gave no port.'));
        resolve(address.port);
      });
    });
  });
}
