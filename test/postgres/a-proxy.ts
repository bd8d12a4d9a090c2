/** Stands between a store and its database, and cuts connections when a commit comes by. */
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

export interface Proxy extends AsyncDisposable {
  /** The URL with this in the place of the database's server. */
  through(url: string): string;
  /** Cuts the next connection that commits: before the database has seen it, or when it has and before its answer is passed on. */
  cutNextCommit(when: 'before' | 'after'): void;
  /**
   * Ends the connection that is made as the `which`th from now, counted from 1, after so many messages of the database:
   * with an error that it will have seen in the same packet, as a database does that goes away.
   */
  endConnection(which: number, after: number): void;
  /** Returns whether that has come to pass. */
  hasEnded(): boolean;
  /** Cuts all connections that there are. */
  cutAll(): void;
  /** From now on passes on nothing that the database says, or does so again for connections that are made after that. */
  holdAnswers(held: boolean): void;
  /** From now on tells each connection of a process that is none of the database's, as a pooler does. */
  hideProcesses(): void;
  /** The number of connections that were cut at a commit. */
  cuts(): number;
}

/** The simple query "commit" (protocol 3.0, message `Q`). */
const COMMIT = Buffer.from('commit\0');

/** An `ErrorResponse` with the severity, the SQLSTATE `admin_shutdown` and a text. */
const TERMINATED = (() => {
  const fields = Buffer.from('SFATAL\0VFATAL\0C57P01\0Mterminating connection\0\0');
  const head = Buffer.from('E\0\0\0\0');
  head.writeInt32BE(fields.length + 4, 1);
  return Buffer.concat([head, fields]);
})();

export async function aProxy(url: string): Promise<Proxy> {
  const { hostname, port } = new URL(url);
  const open = new Set<Socket>();
  let armed: 'before' | 'after' | undefined;
  let held = false;
  let hidesProcesses = false;
  let cuts = 0;
  let toEnd: { readonly after: number } | undefined;
  let untilThatOne = 0;
  const cutAll = () => {
    for (const socket of open) socket.destroy();
  };
  const server = createServer(client => {
    const end = untilThatOne-- === 1 ? toEnd : undefined;
    let said: Buffer = Buffer.alloc(0);
    let told = 0;
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
      if (answerIsLost) return cut();
      if (held) return;
      if (hidesProcesses) hideProcess(bytes);
      if (end === undefined) return void client.write(bytes);
      said = Buffer.concat([said, bytes]);
      let length = 0;
      for (let next = messageAt(said, 0); next > 0 && told < end.after; next = messageAt(said, length)) {
        length += next;
        told++;
      }
      const whole = said.subarray(0, length);
      said = said.subarray(length);
      if (told < end.after) return void client.write(whole);
      toEnd = undefined;
      database.destroy();
      client.end(Buffer.concat([whole, TERMINATED]));
    });
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return {
    through: text => text.replace(`:${port}/`, `:${(server.address() as AddressInfo).port}/`),
    cutNextCommit(when) {
      armed = when;
    },
    endConnection(which, after) {
      toEnd = { after };
      untilThatOne = which;
    },
    cutAll,
    hasEnded: () => toEnd === undefined,
    holdAnswers(now) {
      held = now;
      if (!held) cutAll();
    },
    hideProcesses() {
      hidesProcesses = true;
    },
    cuts: () => cuts,
    async [Symbol.asyncDispose]() {
      cutAll();
      await new Promise(resolve => server.close(resolve));
    },
  };
}

/** The beginning of `BackendKeyData`: of 12 bytes, with the number of a process first. */
const BACKEND_KEY = Buffer.from('K\0\0\0\x0c');

function hideProcess(bytes: Buffer): void {
  const place = bytes.indexOf(BACKEND_KEY);
  if (place >= 0) bytes.writeInt32BE(1, place + BACKEND_KEY.length);
}

/** The length of the message that begins at `from`; 0 when it is not all there. */
function messageAt(bytes: Buffer, from: number): number {
  if (bytes.length < from + 5) return 0;
  const length = 1 + bytes.readInt32BE(from + 1);
  return bytes.length < from + length ? 0 : length;
}
