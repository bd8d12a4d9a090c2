/** A link to another region: a proxy that holds back every byte for half a round trip, in both directions. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface FarLink extends AsyncDisposable {
  /** On 127.0.0.1. */
  readonly port: number;
  /** Ends what goes over it and takes nothing more, until told otherwise. */
  cut(isCut: boolean): void;
}

/** @param roundTrip in ms. `tc netem` would do the same where a kernel has it; not every one does. */
export async function farLink(to: { host: string; port: number }, roundTrip: number): Promise<FarLink> {
  const open = new Set<Socket>();
  let isCut = false;
  const server = createServer(near => {
    if (isCut) return void near.destroy();
    const far = connect(to.port, to.host);
    const pairs = [
      [near, far],
      [far, near],
    ] as const;
    for (const [from, into] of pairs) {
      open.add(from);
      from.setNoDelay(true);
      from.on('error', () => {});
      from.on('data', bytes => void setTimeout(() => into.write(bytes), roundTrip / 2));
      from.on('close', () => {
        open.delete(from);
        setTimeout(() => into.destroy(), roundTrip / 2);
      });
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const endAll = () => {
    for (const socket of open) socket.destroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut(now) {
      isCut = now;
      if (isCut) endAll();
    },
    async [Symbol.asyncDispose]() {
      endAll();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
