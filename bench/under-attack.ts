/**
 * Delivery of a 2 KB prompt while hostile authors and readers send all attacks of `attacks.ts` at once, compared with
 * delivery before; and the registry's memory meanwhile. A bare `node:http` server, measured in turn with it, shows how
 * much is due to the machine, which all of them share. ATTACKS (names, separated by "; ") runs only some attacks.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { defaultEnvironments } from '../src/core/environment.ts';
import type { Role } from '../src/core/role.ts';
import { createKey } from '../src/registry/administration.ts';
import { type AttackOrder, PREPARED } from './attacks.ts';
import { bundledServer } from './bundled-worker.ts';
import { type LoadResult, runLoad } from './load.ts';
import { asMarkdown, atMost, median, type Report } from './report.ts';
import { heldBy, openPlace, startProcess } from './server-process.ts';

const CONNECTIONS = 4;
const TURNS = 8;
/** In ms. */
const TURN = 2000;
const WARM_UP = 2000;
/** The time from the start of the attacks to the measurement in ms, so that workers start and budgets fill. */
const BUILD_UP = 5000;
const MEMORY_LIMIT = 512;
const MB = 1e6;
const TEXT = 'You sort the mail of a bank into queues. The mail is: {{mail}}\n'.repeat(32);

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  const children: ChildProcess[] = [];
  // Bundled, because each Node thread would load a compiler to run TypeScript sources.
  await using bundle = await bundledServer();
  try {
    const place = { kind: 'folder', path: scratch } as const;
    const keys = await makeKeys(place);
    const [server, url] = await startProcess(place, bundle.url);
    children.push(server);
    await prepare(url, keys.admin);
    const path = '/v1/prompts/support/triage?channel=latest';
    const [bare, bareUrl] = await startProcess({
      kind: 'bare',
      headers: { 'content-type': 'text/plain', 'content-length': String(TEXT.length) },
      body: TEXT,
    });
    children.push(bare);
    const load = (duration: number, at = url): Promise<LoadResult> =>
      runLoad({
        urls: [at + path],
        headers: { Authorization: `Bearer ${keys.application}` },
        connections: CONNECTIONS,
        duration,
      });
    await load(WARM_UP);
    await load(WARM_UP, bareUrl);
    const alone: LoadResult[] = [];
    const bareAlone: LoadResult[] = [];
    for (let turn = 0; turn < TURNS; turn++) {
      alone.push(await load(TURN / 2));
      bareAlone.push(await load(TURN / 2, bareUrl));
    }
    const memory = watchMemory(server.pid ?? 0);
    const only = process.env['ATTACKS']?.split('; ');
    const attacks = await beginAttacks({ url, authors: keys.authors, readers: keys.readers, only }, children);
    await sleep(BUILD_UP);
    const attacked: LoadResult[] = [];
    const bareBeside: LoadResult[] = [];
    const held = await heldBy(server, async () => {
      for (let turn = 0; turn < TURNS; turn++) {
        attacked.push(await load(TURN));
        bareBeside.push(await load(TURN, bareUrl));
      }
    });
    if (process.env['VERBOSE']) console.error(await attacks.answers());
    const peak = memory.end();
    const bareRatio = p99Of(bareBeside) / p99Of(bareAlone);
    return report(alone, attacked, peak, held.behind, bareRatio);
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await rm(scratch, { recursive: true, force: true });
  }
}

function p99Of(results: readonly LoadResult[]): number {
  return median(results.map(result => result.p99));
}

interface Memory {
  /** The registry's process, in MiB. */
  readonly registry: number;
  /** The registry's process and its worker processes, in MiB. */
  readonly all: number;
}

function report(
  alone: readonly LoadResult[],
  attacked: readonly LoadResult[],
  peak: Memory,
  held: number,
  bareRatio: number,
): Report {
  const ratio = p99Of(attacked) / p99Of(alone);
  const longest = (results: readonly LoadResult[]) => Math.max(...results.map(result => result.longest));
  return {
    title: `Delivery under attack: a 2 KB prompt at ${CONNECTIONS} connections while authors and readers send everything at once (bench/attacks.ts), against the same alone`,
    figures: [
      { name: 'p99, alone', value: p99Of(alone), unit: 'ms' },
      {
        name: 'p99, under attack',
        value: p99Of(attacked),
        unit: 'ms',
        limit: atMost(p99Of(attacked), 50, 'ms'),
      },
      { name: 'p99, ratio', value: ratio, unit: '×', limit: atMost(ratio, 3, '×') },
      {
        name: 'p99, ratio of a bare node:http server while they attack the registry',
        value: bareRatio,
        unit: '×',
      },
      { name: 'longest, alone', value: longest(alone), unit: 'ms' },
      { name: 'longest, under attack', value: longest(attacked), unit: 'ms' },
      {
        name: 'the thread behind those that deliver, its own time in one piece, at most',
        value: held,
        unit: 'ms',
      },
      {
        name: 'memory (RSS) of the registry at most',
        value: peak.registry,
        unit: 'MB',
        limit: atMost(peak.registry, MEMORY_LIMIT, 'MB'),
      },
      { name: 'memory (RSS) with its workers at most', value: peak.all, unit: 'MB' },
    ],
  };
}

interface Keys {
  readonly admin: string;
  readonly application: string;
  readonly authors: readonly string[];
  readonly readers: readonly string[];
}

async function makeKeys(place: Parameters<typeof openPlace>[0]): Promise<Keys> {
  const store = await openPlace(place, { environments: defaultEnvironments(0) });
  try {
    const [development] = defaultEnvironments(0);
    const key = async (role: Role, actor: string) =>
      (await createKey(store, { environment: development!.name, role, actor, expiresAt: null })).key;
    const several = (role: Role) => Promise.all([1, 2, 3, 4].map(at => key(role, `${role}.${at}`)));
    return {
      admin: await key('admin', 'bench'),
      application: await key('reader', 'application'),
      authors: await several('author'),
      readers: await several('reader'),
    };
  } finally {
    await store.close();
  }
}

async function prepare(url: string, admin: string): Promise<void> {
  for (const [name, sources] of Object.entries({ ...PREPARED, 'support/triage': [TEXT] }))
    for (const [base, source] of sources.entries()) {
      const response = await fetch(`${url}/v1/prompts/${name}/-/versions`, {
        method: 'POST',
        headers: { Authorization: `Bearer ${admin}`, 'Content-Type': 'application/json' },
        body: JSON.stringify({ source, message: 'Attacked', base: base === 0 ? null : base }),
      });
      const answer = await response.text();
      if (!response.ok) throw new Error(`Publishing ${name}: ${answer.slice(0, 300)}`);
    }
}

async function beginAttacks(
  order: AttackOrder,
  children: ChildProcess[],
): Promise<{ answers(): Promise<unknown> }> {
  const child = fork(fileURLToPath(new URL('./attacks.ts', import.meta.url)));
  children.push(child);
  child.send(order);
  return {
    async answers() {
      child.send('answers');
      const [answers] = await once(child, 'message');
      return answers;
    },
  };
}

/** Measures the peak memory of a process, ten times per second. */
function watchMemory(pid: number): { end(): Memory } {
  let registry = 0;
  let all = 0;
  const look = (): void => {
    const own = residentBytes(pid) / MB;
    const workers = childrenOf(pid).reduce((sum, child) => sum + residentBytes(child) / MB, 0);
    registry = Math.max(registry, own);
    all = Math.max(all, own + workers);
  };
  const timer = setInterval(look, 100);
  return {
    end() {
      clearInterval(timer);
      look();
      return { registry, all };
    },
  };
}

/** The resident memory of a process; 0 if it has ended. */
function residentBytes(pid: number): number {
  try {
    const pages = readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1];
    return Number(pages) * 4096;
  } catch {
    return 0;
  }
}

function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap(task =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}

if (import.meta.main) console.log(asMarkdown(await measure()));
