// Finds a port on the loopback interface that nothing listens on.

import { createServer } from 'node:net';

/** Below the range that systems use for outgoing connections, which could take the port before it is used. */
const FIRST = 20_000;
const COUNT = 12_000;
/** The number of ports to try. */
const TRIES = 100;

/** Finds a free port of 127.0.0.1, which stays free unless another program listens on exactly this port. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error(`Of ${TRIES} ports between ${FIRST} and ${FIRST + COUNT} none is free.`);
}

/** Returns true if nothing listens on this port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
