/** Bare connections as attackers open them: whatever bytes, as many as they like. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface BareSocket {
  readonly socket: Socket;
  /** All that came back. */
  said(): string;
  isClosed(): boolean;
  readonly closed: Promise<void>;
}

/** @param from an address of this machine to come from */
export async function bareSocket(url: string, from?: string): Promise<BareSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ port: Number(port), host: hostname, ...(from && { localAddress: from }) });
  let said = '';
  let isClosed = false;
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  socket.on('data', chunk => (said += chunk.toString('latin1')));
  // It may be reset, which is an end as well.
  socket.on('error', () => {});
  socket.once('close', () => {
    isClosed = true;
    resolve();
  });
  // One that is closed at once may never be told of.
  await Promise.race([once(socket, 'connect').catch(() => {}), closed]);
  return { socket, said: () => said, isClosed: () => isClosed, closed };
}

/** Many, so many at a time as a system takes. */
export async function bareSockets(url: string, count: number, from?: string): Promise<BareSocket[]> {
  const all: BareSocket[] = [];
  while (all.length < count)
    all.push(
      ...(await Promise.all(
        Array.from({ length: Math.min(200, count - all.length) }, () => bareSocket(url, from)),
      )),
    );
  return all;
}

export function destroyAll(sockets: readonly BareSocket[]): void {
  for (const { socket } of sockets) socket.destroy();
}

/** The statuses of the answers that came over it. */
export function statusesOf({ said }: Pick<BareSocket, 'said'>): number[] {
  return [...said().matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
}
