/** Runs each server that a benchmark measures in a separate process, which sends its URL to its parent. */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash, hash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ALLOCATOR, ENGINE } from '../src/cli/process-settings.ts';
import { COMMAND_LINE } from '../src/registry/access/caller.ts';
import { openDataFolder } from '../src/registry/data-folder.ts';
import { openDatabase } from '../src/registry/database.ts';
import { IDENTITY_FILE } from '../src/registry/identity.ts';
import { openSigning } from '../src/registry/proof/open-signing.ts';
import type { Store } from '../src/registry/store/store.ts';
import { serveRegistry } from '../src/registry/threads/serve-registry.ts';
import { heldInOnePiece } from './held.ts';
import { deliveringThreads } from './held-threads.ts';

/** The server to start: a registry at a place, or a server that sends a fixed body. */
export type ServerOrder =
  | RegistryPlace
  | { readonly kind: 'bare'; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | {
      readonly kind: 'fastify';
      readonly headers: Readonly<Record<string, string>>;
      readonly body: string;
      /** The hexadecimal SHA-256 of the only valid key. */
      readonly keyHash: string;
    };
export type RegistryPlace = (
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'database'; readonly url: string }
) & { readonly deliveryOnly?: boolean };

const IN_EACH_THREAD = new URL('held-threads.ts', import.meta.url).href;

/**
 * @param module the module to run: this file, or a bundle of it
 * @param measured true if `heldBy` also measures the delivery threads
 * @returns the process and the URL of its server
 * @throws Error if it ends before it listens
 */
export function startProcess(
  order: ServerOrder,
  module: string | URL = import.meta.filename,
  measured = false,
): Promise<[ChildProcess, string]> {
  // The settings with which `promptforge serve` starts itself.
  const settings =
    order.kind === 'folder' || order.kind === 'database'
      ? {
          env: { ...ALLOCATOR, ...process.env, ...(measured && { [MEASURED]: 'yes' }) },
          execArgv: [...ENGINE, ...(measured ? ['--import', IN_EACH_THREAD] : []), ...process.execArgv],
        }
      : {};
  const child = fork(module, [CHILD], settings);
  return new Promise((resolve, reject) => {
    child.once('message', message => resolve([child, (message as { url: string }).url]));
    child.once('exit', code => reject(new Error(`The server process ended with ${code}.`)));
    child.send(order);
  });
}

/** The longest time that a registry's threads worked without a break, in ms. */
export interface Held {
  /** The delivery threads; undefined if they are not measured. */
  readonly delivering: number | undefined;
  /** The main thread behind them, which does everything else. */
  readonly behind: number;
}

/** Measures how long the threads of a registry from `startProcess` work without a break during `work`. */
export async function heldBy(server: ChildProcess, work: () => Promise<unknown>): Promise<Held> {
  const ask = (message: 'begin' | 'end') => {
    const answered = once(server, 'message');
    server.send(message);
    return answered;
  };
  await ask('begin');
  await work();
  const [held] = await ask('end');
  return (held as { held: Held }).held;
}

/** The processor time of a process from `startProcess` so far, in ms. */
export async function cpuOf(server: ChildProcess): Promise<number> {
  const answered = once(server, 'message');
  server.send('cpu');
  const [said] = await answered;
  return (said as { cpu: number }).cpu;
}

/** Opens a registry's store in this process. */
export function openPlace(
  place: RegistryPlace,
  options: Parameters<typeof openDataFolder>[1] = {},
): Promise<Store> {
  return place.kind === 'folder' ? openDataFolder(place.path, options) : openDatabase(place.url, options);
}

const CHILD = 'serve';
const WORKERS = Number(process.env['WORKERS'] ?? 1);
/** The environment variable that tells a registry's process to measure its delivery threads. */
const MEASURED = 'PROMPTFORGE_BENCH_MEASURED';
if (import.meta.main && process.argv[2] === CHILD)
  process.once('message', (order: ServerOrder) => {
    void started(order).then(url => process.send?.({ url }));
    measureHeld();
  });

function started(order: ServerOrder): Promise<string> {
  if (order.kind === 'bare') return bare(order.headers, order.body);
  if (order.kind === 'fastify') return fastifyServer(order.headers, order.body, order.keyHash);
  return registry(order);
}

function measureHeld(): void {
  const threads = process.env[MEASURED] === undefined ? undefined : deliveringThreads(WORKERS);
  let held: ReturnType<typeof heldInOnePiece> | undefined;
  process.on('message', async message => {
    if (message === 'cpu') {
      const { user, system } = process.cpuUsage();
      process.send?.({ cpu: (user + system) / 1000 });
      return;
    }
    if (message === 'begin') {
      await threads?.begin();
      held = heldInOnePiece();
      process.send?.({});
      return;
    }
    const behind = held?.end() ?? Number.NaN;
    process.send?.({ held: { delivering: await threads?.end(), behind } satisfies Held });
  });
}

/** A rate limit that is never reached, so that requests are counted as in `promptforge serve`. */
const RATE_LIMIT = 1_000_000;

/** Starts a registry like `promptforge serve`: with its key, MACs, the signed head, and delivery threads. */
async function registry(place: RegistryPlace): Promise<string> {
  const { deliveryOnly = false } = place;
  const store = await openPlace(place, { create: false, readOnly: deliveryOnly });
  const keyFile = keyFileOf(place);
  const signing = deliveryOnly
    ? undefined
    : await openSigning(store, { keyFile, author: COMMAND_LINE, isOnlyPlace: place.kind === 'folder' });
  const { url } = await serveRegistry({
    ...signing,
    place:
      place.kind === 'folder'
        ? { data: place.path }
        : { data: '', database: place.url, registryKey: keyFile },
    workers: WORKERS,
    store,
    deliveryOnly,
    yields: true,
    host: '127.0.0.1',
    port: 0,
    log: () => {},
    rateLimit: RATE_LIMIT,
    // High enough that no measured request times out.
    limits: { requestTimeout: 10 * 60_000 },
  });
  return url;
}

/** The processes of one database share a key. Its folder is deleted when the first of them ends. */
function keyFileOf(place: RegistryPlace): string {
  if (place.kind === 'folder') return join(place.path, IDENTITY_FILE);
  const folder = join(tmpdir(), `promptforge-bench-${hash('sha256', place.url).slice(0, 12)}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  process.once('SIGTERM', () => process.exit());
  return join(folder, IDENTITY_FILE);
}

async function bare(headers: Readonly<Record<string, string>>, body: string): Promise<string> {
  const server = createServer((_, response) => {
    response.writeHead(200, headers);
    response.end(body);
  });
  server.keepAliveTimeout = 65_000;
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Delivery as a team might write it: checks the key by its hash, and sends the text from memory. */
async function fastifyServer(
  headers: Readonly<Record<string, string>>,
  body: string,
  keyHash: string,
): Promise<string> {
  const { fastify } = await import('fastify');
  const server = fastify();
  const known = Buffer.from(keyHash, 'hex');
  server.addHook('onRequest', async (request, reply) => {
    const key = /^Bearer (\S+)$/.exec(request.headers.authorization ?? '')?.[1] ?? '';
    if (!timingSafeEqual(createHash('sha256').update(key).digest(), known)) await reply.code(401).send();
  });
  server.get('/v1/prompts/*', async (request, reply) => {
    if (request.headers['if-none-match'] === headers['etag']) return reply.code(304).send();
    return reply.headers(headers).send(body);
  });
  await server.listen({ host: '127.0.0.1', port: 0 });
  return `http://127.0.0.1:${(server.server.address() as AddressInfo).port}`;
}
