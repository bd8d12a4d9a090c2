/** The real registry in process, over a data folder of its own, with clients of its environments. */
import { RegistryClient, type RegistryClientOptions } from '../src/client/registry-client.ts';
import { EMBEDDED_ORIGIN, embeddedCredential } from '../src/core/embedded.ts';
import { parseEnvironmentName } from '../src/core/environment.ts';
import { openEmbeddedRegistry } from '../src/registry/embedded.ts';
import { temporaryFolder } from './temporary-folder.ts';

export interface EmbeddedRegistryForTest extends AsyncDisposable {
  client(environment?: string, options?: Partial<RegistryClientOptions>): RegistryClient;
  readonly fetch: (request: Request) => Promise<Response>;
}

export async function anEmbeddedRegistry(actor = 'mara.lindqvist'): Promise<EmbeddedRegistryForTest> {
  const folder = await temporaryFolder();
  const registry = await openEmbeddedRegistry({ dataFolder: folder.path, actor });
  return {
    fetch: registry.fetch,
    client: (environment = 'development', options = {}) =>
      new RegistryClient({
        url: EMBEDDED_ORIGIN,
        key: embeddedCredential(parseEnvironmentName(environment)),
        fetch: registry.fetch,
        retry: { firstDelayMs: 1, maxDelayMs: 5 },
        ...options,
      }),
    async [Symbol.asyncDispose]() {
      await registry.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
