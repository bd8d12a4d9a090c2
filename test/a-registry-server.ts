/** The real registry as a server on 127.0.0.1, over a data folder of its own, with keys made as they are asked for. */
import { RegistryClient, type RegistryClientOptions } from '../src/client/registry-client.ts';
import { defaultEnvironments, parseEnvironmentName } from '../src/core/environment.ts';
import type { Role } from '../src/core/role.ts';
import { createKey } from '../src/registry/administration.ts';
import { openDataFolder } from '../src/registry/data-folder.ts';
import { startServer } from '../src/registry/serving/server.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface RegistryServerForTest extends AsyncDisposable {
  readonly url: string;
  /** A new key's whole credential. */
  key(environment: string, role: Role, actor?: string, expiresAt?: string | null): Promise<string>;
  /** A client with a new key. */
  client(environment: string, role: Role, options?: Partial<RegistryClientOptions>): Promise<RegistryClient>;
  /** What the server logged. */
  readonly logged: readonly object[];
  /** Stops listening, as a registry that is down; what it holds stays until the test ends. */
  stop(): Promise<void>;
}

/** `now` is the registry's clock. */
export async function aRegistryServer(now?: () => Date): Promise<RegistryServerForTest> {
  const folder = await temporaryFolder();
  const environments = defaultEnvironments(0);
  const store = await openDataFolder(folder.path, { environments, ...(now && { now }) });
  const logged: object[] = [];
  const server = await startServer({ store, host: '127.0.0.1', port: 0, log: entry => logged.push(entry) });
  const key: RegistryServerForTest['key'] = async (
    environment,
    role,
    actor = `${role}.of.test`,
    expiresAt = null,
  ) =>
    (await createKey(store, { environment: parseEnvironmentName(environment), role, actor, expiresAt })).key;
  return {
    url: server.url,
    logged,
    key,
    client: async (environment, role, options = {}) =>
      new RegistryClient({
        url: server.url,
        key: await key(environment, role),
        retry: { firstDelayMs: 1, maxDelayMs: 5 },
        ...options,
      }),
    stop: () => server.close(),
    async [Symbol.asyncDispose]() {
      await server.close();
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
