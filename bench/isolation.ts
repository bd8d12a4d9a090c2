/**
 * The effect of one key's long work on others: deliveries and `/healthz` while a reader renders endless loops, compared
 * with the same without them, in turn; and the time for which the most expensive requests block the registry's threads.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEnvironments } from '../src/core/environment.ts';
import { createKey } from '../src/registry/administration.ts';
import { startHogs } from './hogs.ts';
import { type HostileCase, type HostileRequest, hostileCases, LOOPS } from './hostile.ts';
import { runLoad } from './load.ts';
import { asMarkdown, atMost, median, type Report } from './report.ts';
import { type Held, heldBy, openPlace, startProcess } from './server-process.ts';

const TURNS = 16;
/** In ms. */
const TURN = 500;
const WARM_UP = 2000;
/** Few enough that the load leaves the cores to the registry. */
const CONNECTIONS = 4;
/** The number of concurrent endless renderings. */
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
  return onRegistry(
    async ({ server, ask }) => ({
      title: 'The threads of a registry, held in one piece (their own time)',
      figures: await heldByAll(server, ask),
    }),
    true,
  );
}

interface Measured {
  readonly server: ChildProcess;
  readonly url: string;
  /** Sends requests with an admin's key. */
  readonly ask: Ask;
  readonly keys: Keys;
}

async function onRegistry(work: (measured: Measured) => Promise<Report>, measured = false): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  const servers: ChildProcess[] = [];
  try {
    const place = { kind: 'folder', path: scratch } as const;
    const keys = await makeKeys(place);
    const [server, url] = await startProcess(place, undefined, measured);
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

/** @returns true if the version was published, false if it was refused because it cannot be rendered */
async function publish(ask: Ask, prompt: string, source: string, base: number | null): Promise<boolean> {
  const body = { source, message: 'Measured', base };
  const status = await ask(prompt, { method: 'POST', path: '/-/versions', body });
  if (![201, 422].includes(status)) throw new Error(`Publishing ${prompt} answers ${status}.`);
  return status === 201;
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
      await using _ = await startHogs({ url, key: keys.hog, prompt: 'loops-alone', count: HOGS });
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

/** The most expensive request of each case, and of all cases. */
async function heldByAll(server: ChildProcess, ask: Ask): Promise<Report['figures']> {
  const figures: Report['figures'][number][] = [];
  let delivering = 0;
  let behind = 0;
  for (const each of hostileCases()) {
    const held = await heldByCase(server, ask, each);
    delivering = Math.max(delivering, ...held.map(request => request.delivering));
    const dearest = held.toSorted((one, other) => other.behind - one.behind)[0];
    if (dearest === undefined) continue;
    behind = Math.max(behind, dearest.behind);
    figures.push({ name: dearest.name, value: dearest.behind, unit: 'ms' });
  }
  const limit = (value: number) => ({ value, unit: 'ms' as const, limit: atMost(value, 10, 'ms') });
  return [
    ...figures,
    { name: 'longest, the thread behind', ...limit(behind) },
    { name: 'longest, the threads that deliver', ...limit(delivering) },
  ];
}

interface HeldByRequest {
  readonly name: string;
  /** In ms, the median of its runs. */
  readonly delivering: number;
  readonly behind: number;
}

/** Repeats every request, because garbage collection happens at any time. */
async function heldByCase(
  server: ChildProcess,
  ask: Ask,
  { name, sources, requests }: HostileCase,
): Promise<HeldByRequest[]> {
  const figures: HeldByRequest[] = [];
  for (const [prompt, versions] of Object.entries(sources)) {
    const times: Held[] = [];
    let newest: number | null = null;
    for (let run = 0; run < RUNS * versions.length; run++) {
      // Each version must differ from the previous one.
      const source = `${versions[run % versions.length] ?? ''}${'\n'.repeat(run % 2)}`.slice(-MIB);
      const base = newest;
      times.push(
        await heldBy(server, async () => {
          if (await publish(ask, prompt, source, base)) newest = (base ?? 0) + 1;
        }),
      );
    }
    figures.push(heldByRequest(`${name}: publishing ${prompt}`, times));
  }
  const prompt = Object.keys(sources).at(-1) ?? '';
  for (const request of requests) {
    const times: Held[] = [];
    for (let run = 0; run < RUNS; run++) times.push(await heldBy(server, () => ask(prompt, request)));
    const what = `${request.method} ${request.path} ${request.accept ?? ''}`;
    figures.push(heldByRequest(`${name}: ${what.trim()}`, times));
  }
  return figures;
}

function heldByRequest(name: string, times: readonly Held[]): HeldByRequest {
  if (process.env['VERBOSE']) console.error(name, times);
  return {
    name,
    delivering: median(times.map(({ delivering = Number.NaN }) => delivering)),
    behind: median(times.map(({ behind }) => behind)),
  };
}

if (import.meta.main) console.log(asMarkdown(await measure()));
