/** The registry as a team has it: the real server over HTTP, with keys, behind a network that can fail. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text as readText } from 'node:stream/consumers';
import { freePort } from '../../../scripts/host/freePort.ts';
import { RegistryClient } from '../../../src/client/registry-client.ts';
import { defaultEnvironments, parseEnvironmentName } from '../../../src/core/environment.ts';
import type { Role } from '../../../src/core/role.ts';
import { createKey } from '../../../src/registry/access/keys.ts';
import { openDataFolder } from '../../../src/registry/data-folder.ts';
import { IDENTITY_FILE, openIdentity } from '../../../src/registry/identity.ts';
import { recordSigningKey } from '../../../src/registry/proof/signing-key.ts';
import { startServer } from '../../../src/registry/serving/server.ts';
import { temporaryFolder } from '../../temporary-folder.ts';

export interface Seen {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** `pass`; `down`: the request does not arrive; `lost`: it does, and the answer does not come back. */
export type Weather = (seen: Seen) => 'pass' | 'down' | 'lost';

export interface TeamRegistry extends AsyncDisposable {
  /** What the extension is told: the network before the registry. */
  readonly url: string;
  /** Past the network. */
  readonly directUrl: string;
  /** Every request that reached the network. */
  readonly seen: Seen[];
  weather: Weather;
  /** Nobody listens at the URL any more. */
  stop(): Promise<void>;
  /** Listens there again; nothing where it does already. */
  start(): Promise<void>;
  /** Changes what the log's pages say, as somebody would who rewrote the database. */
  tamper: ((page: string) => string) | undefined;
  key(environment: string, role: Role, actor: string): Promise<string>;
  /** Past the network, so that a test sees what is true. */
  client(key: string): RegistryClient;
}

export async function teamRegistry(approvals: 0 | 1 = 0): Promise<TeamRegistry> {
  const folder = await temporaryFolder();
  const store = await openDataFolder(folder.path, { environments: defaultEnvironments(approvals) });
  const identity = await openIdentity(join(folder.path, IDENTITY_FILE));
  await recordSigningKey(store, { actor: 'test', key: 'command-line' }, identity);
  const server = await startServer({ store, identity, host: '127.0.0.1', port: 0, log: () => undefined });
  const team = {
    seen: [] as Seen[],
    weather: (() => 'pass') as Weather,
    tamper: undefined as TeamRegistry['tamper'],
    directUrl: server.url,
  };
  const network = createServer((incoming, outgoing) => pass(incoming, outgoing, server.url, team));
  const port = await listenAnew(network);
  return Object.assign(team, {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const closed = once(network, 'close');
      network.close();
      network.closeAllConnections();
      await closed;
    },
    async start() {
      if (!network.listening) await new Promise<void>(resolve => network.listen(port, '127.0.0.1', resolve));
    },
    async key(environment: string, role: Role, actor: string) {
      const wanted = { environment: parseEnvironmentName(environment), role, actor, expiresAt: null };
      const author = { actor: 'test', key: 'command-line' };
      const { key } = await store.write(transaction => createKey(transaction, store.now, author, wanted));
      return key;
    },
    client: (key: string) => new RegistryClient({ url: server.url, key }),
    async [Symbol.asyncDispose]() {
      network.closeAllConnections();
      network.close();
      await server.close();
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  });
}

const known = new Set<number>();

/**
 * Listens on a port that no registry had before: the window remembers the log of each address, and would raise its
 * alarm for another log there, as it should. Nobody gets the port by chance while the registry is stopped.
 */
async function listenAnew(network: Server): Promise<number> {
  for (;;) {
    const port = await freePort();
    if (known.has(port)) continue;
    known.add(port);
    network.listen(port, '127.0.0.1');
    await once(network, 'listening');
    return port;
  }
}

function pass(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  target: string,
  team: Pick<TeamRegistry, 'seen' | 'weather' | 'tamper'>,
): void {
  const { method = 'GET', url = '/', headers } = incoming;
  const seen = { method, path: url, authorization: headers.authorization };
  team.seen.push(seen);
  const weather = team.weather(seen);
  if (weather === 'down') {
    incoming.socket.destroy();
    return;
  }
  const onward = request(new URL(url, target), { method, headers }, answer => {
    if (weather === 'lost') {
      answer.resume();
      answer.on('end', () => incoming.socket.destroy());
      return;
    }
    const { tamper } = team;
    if (tamper !== undefined && url.startsWith('/v1/changes')) {
      const { 'content-length': _, ...rest } = answer.headers;
      outgoing.writeHead(answer.statusCode ?? 502, rest);
      void readText(answer).then(page => outgoing.end(tamper(page)));
      return;
    }
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(outgoing);
  });
  onward.on('error', () => incoming.socket.destroy());
  incoming.pipe(onward);
}
