/**
 * The access to one registry: its URL, its transport, and the credentials of each environment. Loaded on the first
 * request with all dependencies: the client, zod, the keychain, and SQLite for the embedded registry.
 */
import type { RegistryClient } from '../../client/registry-client.ts';
import type { VersionCache } from '../../client/version-cache.ts';
import { EMBEDDED_ORIGIN, embeddedCacheUrl, embeddedCredential } from '../../core/embedded.ts';
import type { Environment, EnvironmentName } from '../../core/environment.ts';
import type { Key } from '../../core/key.ts';
import { Problem } from '../../core/problem.ts';
import type { OpenedKeyStore } from '../../keys/open-key-store.ts';
import { type LoggedFetch, loggedFetch, type RequestLog } from '../log/logged-fetch.ts';
import { BrokenLog } from './broken-log.ts';
import { ANSWER_MS } from './watch-connection.ts';

export interface Access {
  /** The environments with a stored credential. */
  environments(signal?: AbortSignal): Promise<readonly EnvironmentName[]>;
  /** A client with the credential of one environment. @throws Problem `key_missing` if none is stored */
  clientFor(environment: EnvironmentName): Promise<RegistryClient>;
  /** A client with a key that is not stored. */
  clientWith(key: Key): RegistryClient;
  /** Drops the client of an environment whose key has changed. */
  forget(environment: EnvironmentName): void;
  /**
   * Checks whether the registry responds, with one request without a key that is not logged.
   * @param isPatient true to wait as long as for any call, not just for the status bar's timeout
   * @throws RegistryUnreachable, Problem `unavailable`
   */
  ask(isPatient: boolean): Promise<void>;
  close(): Promise<void>;
}

export interface AccessParts {
  readonly log: RequestLog;
  readonly cache: VersionCache;
  readonly userAgent: string;
  /** Called before each HTTP call of a client: rejects while the registry is known to be unreachable. */
  readonly before: (signal: AbortSignal | undefined) => Promise<void>;
  /** Called when the key of an environment was replaced or removed. */
  readonly keyReplaced: () => void;
}

/** A registry over HTTP, with the keys stored for its origin only. */
export async function accessOverHttp(
  url: string,
  keys: OpenedKeyStore,
  { log, cache, userAgent, before, keyReplaced }: AccessParts,
): Promise<Access> {
  const [{ RegistryClient }, { checkHasNetwork }, { originOf }] = await Promise.all([
    import('../../client/registry-client.ts'),
    import('../../client/network.ts'),
    import('../../keys/origin.ts'),
  ]);
  const origin = originOf(url);
  const fetch = loggedFetch(request => globalThis.fetch(request), log);
  const clients = new Map<EnvironmentName, { readonly key: Key; readonly client: RegistryClient }>();
  const forget = (environment: EnvironmentName): void => {
    if (clients.delete(environment)) keyReplaced();
  };
  const unlogged = { url, key: null, userAgent, retry: { retries: 0 } } as const;
  const quick = new RegistryClient({ ...unlogged, timeoutMs: ANSWER_MS });
  const patient = new RegistryClient(unlogged);
  return {
    async environments() {
      // Another window may have replaced or removed keys.
      for (const [environment, { key }] of clients)
        if ((await keys.store.get(origin, environment)) !== key) forget(environment);
      return keys.store.list(origin);
    },
    async clientFor(environment) {
      const known = clients.get(environment);
      if (known !== undefined) return known.client;
      const key = await keys.store.get(origin, environment);
      if (key === undefined)
        throw new Problem(
          'key_missing',
          `No key for ${environment} is stored for ${origin}. Set it in the Environments view.`,
        );
      const client = new RegistryClient({ url, key, fetch, cache, userAgent, before });
      clients.set(environment, { key, client });
      return client;
    },
    clientWith: key => new RegistryClient({ url, key, fetch, cache, userAgent, before }),
    forget,
    async ask(isPatient) {
      checkHasNetwork(url);
      try {
        await (isPatient ? patient : quick).readiness();
      } catch (error) {
        // It responds; the alarm reports the rest.
        if (!Problem.is(error, 'log_broken')) throw error;
      }
    },
    close: async () => clients.clear(),
  };
}

/** The embedded registry, in which the person acts in every environment. @throws BrokenLog, and as `openEmbeddedRegistry` */
export async function accessEmbedded(
  options: { readonly dataFolder: string; readonly actor: string },
  { log, cache: versions, userAgent }: AccessParts,
): Promise<Access> {
  const [{ RegistryClient }, { isBrokenLog, openEmbeddedRegistry }] = await Promise.all([
    import('../../client/registry-client.ts'),
    import('../../registry/embedded.ts'),
  ]);
  const registry = await openEmbeddedRegistry({
    ...options,
    onNarrowed: sentence => log.warn(sentence),
  }).catch((error: unknown) => {
    throw isBrokenLog(error) ? new BrokenLog(error.message, { cause: error }) : error;
  });
  let isClosed = false;
  const send: LoggedFetch = async request => {
    if (isClosed) throw new TypeError('The connection to this registry was closed.');
    return registry.fetch(request);
  };
  const fetch = loggedFetch(send, log);
  const url = embeddedCacheUrl(options);
  const cache: VersionCache = {
    getSource: digest => versions.getSource(digest),
    getVersion: (_origin, reference) => versions.getVersion(url, reference),
    putVersion: (_origin, version) => versions.putVersion(url, version),
    getHistory: (_origin, prompt) => versions.getHistory(url, prompt),
    putHistory: (_origin, prompt, page, isNewest) => versions.putHistory(url, prompt, page, isNewest),
  };
  const clients = new Map<EnvironmentName, RegistryClient>();
  const clientFor = async (environment: EnvironmentName): Promise<RegistryClient> => {
    const known = clients.get(environment);
    if (known !== undefined) return known;
    const key = embeddedCredential(environment);
    const client = new RegistryClient({ url: EMBEDDED_ORIGIN, key, fetch, cache, userAgent });
    clients.set(environment, client);
    return client;
  };
  return {
    async environments(signal) {
      const any = await clientFor('development' as EnvironmentName);
      const listed: readonly Environment[] = await any.listEnvironments(signal);
      return listed.map(({ name }) => name);
    },
    clientFor,
    clientWith() {
      throw new Error('The embedded registry needs no key.');
    },
    forget: () => undefined,
    ask: async () => undefined, // it runs in this process
    async close() {
      isClosed = true;
      await registry.close();
    },
  };
}
