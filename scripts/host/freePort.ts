// A port on the loopback interface that nothing listens on.

import { createServer } from 'node:net';

/** Where no system takes the port of an outgoing connection from: one of those may be gone by the time it is used. */
const FIRST = 20_000;
const COUNT = 12_000;
/** Ports that are tried. */
const TRIES = 100;

/** Finds a port of 127.0.0.1 that stays free until it is listened on, unless somebody asks for this very one. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < TRIES; tries++) {
    const port = FIRST + Math.floor(Math.random() * COUNT);
    if (await isFree(port)) return port;
  }
  throw new Error(`Of ${TRIES} ports between ${FIRST} and ${FIRST + COUNT} none is free.`);
}

/** Whether nothing listens on that port of 127.0.0.1. */
export function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}
