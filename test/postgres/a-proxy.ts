/** Stands between a store and its database, and cuts connections when a commit comes by. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Proxy extends AsyncDisposable {
  /** The URL with this in the place of the database's server. */
  through(url: string): string;
  /** Cuts the next connection that commits: before the database has seen it, or when it has and before its answer is passed on. */
  cutNextCommit(when: 'before' | 'after'): void;
  /** From now on passes on nothing that the database says, or does so again for connections that are made after that. */
  holdAnswers(held: boolean): void;
  /** How many connections were cut at a commit. */
  cuts(): number;
}

/** The simple query "commit" (protocol 3.0, message `Q`). */
const COMMIT = Buffer.from('commit\0');

export async function aProxy(url: string): Promise<Proxy> {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let armed: 'before' | 'after' | undefined;
  let held = false;
  let cuts = 0;
  const server = createServer(client => {
    const database = connect(Number(port), hostname);
    const cut = () => {
      client.destroy();
      database.destroy();
    };
    let answerIsLost = false;
    for (const socket of [client, database]) {
      open.add(socket);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        cut();
      });
    }
    client.on('data', (bytes: Buffer) => {
      const how = bytes.includes(COMMIT) ? armed : undefined;
      if (how !== undefined) {
        armed = undefined;
        cuts++;
      }
      if (how === 'before') return cut();
      answerIsLost = how === 'after';
      database.write(bytes);
    });
    database.on('data', (bytes: Buffer) => {
      if (answerIsLost) cut();
      else if (!held) client.write(bytes);
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    through: text => text.replace(`:${port}/`, `:${(server.address() as AddressInfo).port}/`),
    cutNextCommit(when) {
      armed = when;
    },
    holdAnswers(now) {
      held = now;
      if (!held) for (const socket of open) socket.destroy();
    },
    cuts: () => cuts,
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
