/** A real registry on 127.0.0.1 over a data folder or a database of its own, spoken to by bare HTTP: what is tested is what goes over the wire. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { patience } from '../../scripts/host/patience.ts';
import { PROBLEM_MEDIA_TYPE } from '../../src/contract/problems.ts';
import type { Promotion } from '../../src/contract/promotions.ts';
import type { Version } from '../../src/contract/prompts.ts';
import { defaultEnvironments, type Environment, parseEnvironmentName } from '../../src/core/environment.ts';
import type { Role } from '../../src/core/role.ts';
import { createKey } from '../../src/registry/administration.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { openIdentity, type RegistryIdentity } from '../../src/registry/identity.ts';
import type { ServerOptions } from '../../src/registry/serving/server.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { type ServedRegistry, serveRegistry } from '../../src/registry/threads/serve-registry.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { assertConforms } from './conformity.ts';

/** What came over the wire, to be looked at field by field. */
// biome-ignore lint/suspicious/noExplicitAny: assertions say what it is
export type Json = any;

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The body as JSON; undefined when it is none. */
  readonly json: Json;
}

export interface RegistryForTest extends AsyncDisposable {
  readonly url: string;
  readonly server: ServedRegistry;
  /** Where it keeps what it holds: a data folder, or the URL of a database. */
  readonly folder: string;
  readonly store: Store;
  readonly logged: readonly Json[];
  /** A key's credential; the same for the same three. */
  key(environment: string, role?: Role, actor?: string): Promise<string>;
  /** A request with the key of `as`: `development admin` unless told. */
  call(method: string, path: string, body?: unknown, options?: CallOptions): Promise<Answered>;
  publish(prompt: string, source: string, base: number | null, options?: CallOptions): Promise<Version>;
  /** Moves a pointer from wherever it is, by a key of the environment. */
  promote(prompt: string, version: number, environment: string, channel?: string): Promise<Promotion>;
  close(): Promise<void>;
}

export interface CallOptions {
  /** `<environment> <role> [<actor>]` */
  readonly as?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** True if to ask again, as it says, where the registry is busy with other writes; true unless told. */
  readonly again?: boolean;
}

/** The time a request is repeated while the registry is busy: disks of busy machines let writes wait for seconds. */
const BUSY = patience(60_000);

export interface RegistrySetup {
  readonly environments?: readonly Environment[];
  readonly now?: () => Date;
  readonly folder?: string;
  /** Opened already; it is closed with the registry. */
  readonly store?: Store;
  readonly webhooksToPrivateNetworks?: boolean;
  /** Threads that deliver, each with the registry opened for itself; 0 unless told. */
  readonly workers?: number;
  /** How it is served, where that matters. */
  readonly serving?: Partial<ServerOptions>;
}

type Place = AsyncDisposable & { readonly path: string };
let newPlace: () => Promise<Place> = temporaryFolder;
let open: typeof openDataFolder = openDataFolder;

/** Where every registry from here on keeps what it holds, so that the same tests run on another engine. */
export function keepRegistriesIn(place: () => Promise<Place>, opened: typeof openDataFolder): void {
  newPlace = place;
  open = opened;
}

export async function aRegistry(setup: RegistrySetup = {}): Promise<RegistryForTest> {
  const own = setup.folder === undefined && setup.store === undefined ? await newPlace() : undefined;
  const folder = setup.folder ?? own?.path ?? '';
  const { environments = defaultEnvironments(0), now } = setup;
  const store = setup.store ?? (await open(folder, { environments, ...(now && { now }) }));
  const logged: object[] = [];
  const server = await serveRegistry({
    place: folder.startsWith('postgres') ? { data: '', database: folder } : { data: folder },
    workers: setup.workers ?? 0,
    store,
    identity: await identityForTest(),
    webhooksToPrivateNetworks: setup.webhooksToPrivateNetworks ?? false,
    host: '127.0.0.1',
    port: 0,
    log: entry => logged.push(entry),
    ...setup.serving,
  });
  const keys = new Map<string, Promise<string>>();

  const registry: RegistryForTest = {
    url: server.url.replace('0.0.0.0', '127.0.0.1'),
    server,
    folder,
    store,
    logged,
    key(environment, role = 'admin', actor = `${role}.of.${environment}`) {
      const place = `${environment} ${role} ${actor}`;
      const known = keys.get(place);
      if (known !== undefined) return known;
      const made = { environment: parseEnvironmentName(environment), role, actor, expiresAt: null };
      const key = createKey(store, made).then(created => created.key);
      keys.set(place, key);
      key.catch(() => keys.delete(place));
      return key;
    },
    async call(method, path, body, { as = 'development admin', headers = {}, again = true } = {}) {
      const [environment = '', role, actor] = as.split(' ');
      const credential = await registry.key(environment, role as Role, actor);
      const deadline = performance.now() + BUSY;
      for (;;) {
        const authorized = { authorization: `Bearer ${credential}`, ...headers };
        const answered = await ask(registry.url, method, path, body, authorized);
        const isBusy = answered.status === 503 && /busy with other writes/.test(answered.text);
        if (!isBusy || !again || performance.now() > deadline) return answered;
      }
    },
    async publish(prompt, source, base, options) {
      const content = { source, message: `About ${prompt}`, base };
      const { status, json } = await registry.call(
        'POST',
        `/v1/prompts/${prompt}/-/versions`,
        content,
        options,
      );
      assert.equal(status, 201, JSON.stringify(json));
      return json;
    },
    async promote(prompt, version, environment, channel = 'stable') {
      const summary = await registry.call('GET', `/v1/prompts/${prompt}/-/summary`);
      const pointer = summary.json.pointers.find(
        (one: Json) => one.environment === environment && one.channel === channel,
      );
      const expected = pointer?.version ?? null;
      const request = { environment, channel, version, reason: 'For the test', expected };
      const path = `/v1/prompts/${prompt}/-/promotions`;
      const { status, json } = await registry.call('POST', path, request, { as: `${environment} admin` });
      assert.equal(status, 201, JSON.stringify(json));
      return json;
    },
    async close() {
      await server.close();
      await store.close();
    },
    async [Symbol.asyncDispose]() {
      await registry.close();
      await own?.[Symbol.asyncDispose]();
    },
  };
  return registry;
}

/** The longest that a call of `/v1/changes` may wait, in ms; the registry's own waits are longer. */
const LONGEST_CALL = 30_000;

/** Delivers until an answer came from memory: what is read while something is committed, as the use of a key is, may not be kept. */
export async function deliverFromMemory(url: string, deliver: () => Promise<Answered>): Promise<void> {
  await eventually('a delivery from memory', async () => {
    assert.equal((await deliver()).status, 200);
    const { text } = await ask(url, 'GET', '/metrics');
    return /^promptforge_deliveries_total\{from="memory"\} [1-9]/m.test(text);
  });
}

/** Resolves when the next call of `/v1/changes` has found nothing new and waits. */
export function aCallWaits({ store }: Pick<RegistryForTest, 'store'>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { changed } = store;
  store.changed = (since, timeout, signal) => {
    if (timeout <= LONGEST_CALL) {
      store.changed = changed;
      resolve();
    }
    return changed.call(store, since, timeout, signal);
  };
  return promise;
}

let identity: Promise<RegistryIdentity> | undefined;

/** One for all registries: what they prove themselves with is not kept where they keep the rest. */
export function identityForTest(): Promise<RegistryIdentity> {
  identity ??= (async () => {
    await using folder = await temporaryFolder();
    return await openIdentity(join(folder.path, 'registry-key.pem'));
  })();
  return identity;
}

/** One request; a body that is no string and no bytes goes as JSON. */
export async function ask(
  url: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> {
  const plain = typeof body === 'string' || body instanceof Uint8Array ? body : undefined;
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body !== undefined && plain === undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: plain ?? JSON.stringify(body) }),
    redirect: 'manual',
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  assert.equal(response.headers.get('promptforge-api'), '1', `${method} ${path} says the API's version`);
  const answered: Answered = {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson && text !== '' ? JSON.parse(text) : undefined,
  };
  assertConforms(method, path, answered);
  return answered;
}

/** Asserts a problem document of this code, with a sentence that says what to do. */
export function assertProblem(answered: Answered, status: number, code: string, detail?: RegExp): void {
  assert.equal(`${answered.status} ${answered.json?.code}`, `${status} ${code}`, answered.text.slice(0, 500));
  assert.equal(answered.headers.get('content-type'), PROBLEM_MEDIA_TYPE);
  assert.equal(answered.json.status, status);
  assert.ok(answered.json.title.length > 0 && answered.json.detail.length > 20);
  if (detail !== undefined) assert.match(answered.json.detail, detail);
}
