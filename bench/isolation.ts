/**
 * What others feel of one key's long work: deliveries and `/healthz` while a reader renders loops without end, against
 * the same without it, in turn; and how long the thread that delivers is held in one piece by the dearest requests.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEnvironments } from '../src/core/environment.ts';
import { createKey } from '../src/registry/administration.ts';
import { type HostileCase, type HostileRequest, hostileCases, LOOPS, numbers } from './hostile.ts';
import { runLoad } from './load.ts';
import { asMarkdown, atMost, median, type Report } from './report.ts';
import { heldBy, openPlace, startProcess } from './server-process.ts';

const TURNS = 16;
/** ms */
const TURN = 500;
const WARM_UP = 2000;
/** Few enough that the load does not take the cores that are measured. */
const CONNECTIONS = 4;
/** Requests that the key with the hogs has under way at any time. */
const HOGS = 16;
const RUNS = 3;
const MIB = 1024 * 1024;

export async function measure(): Promise<Report> {
  return onRegistry(async ({ url, ask, keys }) => ({
    title: `Deliveries at ${CONNECTIONS} connections and /healthz while one key renders ${HOGS} endless loops at a time, against the same without them`,
    figures: await measureApart(url, ask, keys),
  }));
}

export async function measureHeld(): Promise<Report> {
  return onRegistry(async ({ server, ask }) => ({
    title: 'The thread that delivers, held in one piece (its own time)',
    figures: await heldByAll(server, ask),
  }));
}

interface Measured {
  readonly server: ChildProcess;
  readonly url: string;
  /** As an admin. */
  readonly ask: Ask;
  readonly keys: Keys;
}

async function onRegistry(work: (measured: Measured) => Promise<Report>): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  const servers: ChildProcess[] = [];
  try {
    const place = { kind: 'folder', path: scratch } as const;
    const keys = await makeKeys(place);
    const [server, url] = await startProcess(place);
    servers.push(server);
    return await work({ server, url, keys, ask: asking(url, keys.admin) });
  } finally {
    for (const server of servers) server.kill();
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Keys {
  readonly admin: string;
  readonly reader: string;
  readonly hog: string;
}

async function makeKeys(place: Parameters<typeof openPlace>[0]): Promise<Keys> {
  const store = await openPlace(place, { environments: defaultEnvironments(0) });
  try {
    const [development] = defaultEnvironments(0);
    const made = { environment: development!.name, actor: 'bench', expiresAt: null };
    const key = async (role: 'admin' | 'reader') => (await createKey(store, { ...made, role })).key;
    return { admin: await key('admin'), reader: await key('reader'), hog: await key('reader') };
  } finally {
    await store.close();
  }
}

type Ask = (prompt: string, request: HostileRequest, signal?: AbortSignal) => Promise<number>;

function asking(url: string, key: string): Ask {
  return async (prompt, { method, path, body, accept = '*/*' }, signal) => {
    const response = await fetch(`${url}/v1/prompts/${prompt}${path}`, {
      method,
      headers: { Authorization: `Bearer ${key}`, Accept: accept, 'Content-Type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
    await response.arrayBuffer();
    return response.status;
  };
}

async function publish(ask: Ask, prompt: string, source: string, base: number | null): Promise<void> {
  const body = { source, message: 'Measured', base };
  const status = await ask(prompt, { method: 'POST', path: '/-/versions', body });
  if (![200, 201, 422].includes(status)) throw new Error(`Publishing ${prompt} answers ${status}.`);
}

async function measureApart(url: string, ask: Ask, keys: Keys): Promise<Report['figures']> {
  const text = 'You sort the mail of a bank into queues. The mail is: {{mail}}\n'.repeat(32);
  await publish(ask, 'triage', text, null);
  await publish(ask, 'loops-alone', LOOPS, null);
  const paths = { delivery: '/v1/prompts/triage?channel=latest', '/healthz': '/healthz' };
  const figures: Report['figures'][number][] = [];
  for (const [name, path] of Object.entries(paths)) {
    const load = (duration: number) =>
      runLoad({
        urls: [url + path],
        headers: { Authorization: `Bearer ${keys.reader}` },
        connections: CONNECTIONS,
        duration,
      });
    await load(WARM_UP);
    const alone: number[] = [];
    const beside: number[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      alone.push((await load(TURN)).p99);
      await using hogging = hogs(asking(url, keys.hog));
      await hogging.begun;
      beside.push((await load(TURN)).p99);
    }
    const ratio = median(beside.map((value, turn) => value / (alone[turn] ?? Number.NaN)));
    figures.push(
      { name: `${name}, p99 alone`, value: median(alone), unit: 'ms' },
      { name: `${name}, p99 beside the loops`, value: median(beside), unit: 'ms' },
      { name: `${name}, p99, ratio`, value: ratio, unit: '×', limit: atMost(ratio, 2, '×') },
    );
  }
  return figures;
}

/** Renders loops, so many at a time, until it is disposed. */
function hogs(ask: Ask): AsyncDisposable & { readonly begun: Promise<void> } {
  const end = new AbortController();
  const begun = Promise.withResolvers<void>();
  const request = {
    method: 'POST',
    path: '/-/render',
    body: { input: { xs: numbers(300) }, version: 1 },
  } as const;
  const all = Array.from({ length: HOGS }, async () => {
    while (!end.signal.aborted) {
      const status = await ask('loops-alone', request, end.signal).catch(() => 0);
      begun.resolve();
      if (status !== 422 && status !== 0) throw new Error(`A loop without end answers ${status}.`);
    }
  });
  return {
    begun: begun.promise,
    async [Symbol.asyncDispose]() {
      end.abort();
      await Promise.all(all);
    },
  };
}

/** The dearest request of each case, and of all. */
async function heldByAll(server: ChildProcess, ask: Ask): Promise<Report['figures']> {
  const figures: Report['figures'][number][] = [];
  for (const each of hostileCases()) {
    const held = await heldByCase(server, ask, each);
    const dearest = held.toSorted((one, other) => other.value - one.value)[0];
    if (dearest !== undefined) figures.push({ ...dearest, unit: 'ms' });
  }
  const longest = Math.max(...figures.map(({ value }) => value));
  return [...figures, { name: 'longest', value: longest, unit: 'ms', limit: atMost(longest, 10, 'ms') }];
}

/** Everything is repeated: an engine collects its garbage now and then, whatever is asked. */
async function heldByCase(
  server: ChildProcess,
  ask: Ask,
  { name, sources, requests }: HostileCase,
): Promise<{ name: string; value: number }[]> {
  const figures: { name: string; value: number }[] = [];
  for (const [prompt, versions] of Object.entries(sources)) {
    const times: number[] = [];
    for (let base = 0; base < RUNS * versions.length; base++) {
      // Every version differs from the one before.
      const source = `${versions[base % versions.length] ?? ''}${'\n'.repeat(base % 2)}`.slice(-MIB);
      times.push(await heldBy(server, () => publish(ask, prompt, source, base === 0 ? null : base)));
    }
    if (process.env['VERBOSE']) console.error('publish', prompt, times.map(t => t.toFixed(1)).join(' '));
    figures.push({ name: `${name}: publishing ${prompt}`, value: median(times) });
  }
  const prompt = Object.keys(sources).at(-1) ?? '';
  for (const request of requests) {
    const times: number[] = [];
    const statuses = new Set<number>();
    for (let run = 0; run < RUNS; run++)
      times.push(await heldBy(server, async () => statuses.add(await ask(prompt, request))));
    const what = `${request.method} ${request.path} ${request.accept ?? ''}`;
    if (process.env['VERBOSE'])
      console.error(name, what, [...statuses], times.map(t => t.toFixed(1)).join(' '));
    figures.push({ name: `${name}: ${what.trim()}`, value: median(times) });
  }
  return figures;
}

if (import.meta.main) console.log(asMarkdown(await measure()));
