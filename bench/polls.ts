/**
 * Calls that wait for changes: the processor time of a server with 500 waiting calls, idle and at each commit, compared
 * with 500 plain requests that are answered at once.
 */
import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { defaultEnvironments } from '../src/core/environment.ts';
import { createKey } from '../src/registry/administration.ts';
import { asMarkdown, atMost, median, type Report } from './report.ts';
import { cpuOf, openPlace, startProcess } from './server-process.ts';

const CLIENTS = 500;
const COMMITS = 15;
/** In ms. */
const REST = 10_000;
const WARM_UP = 3;

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  let server: ChildProcess | undefined;
  try {
    const place = { kind: 'folder', path: scratch } as const;
    const store = await openPlace(place, { environments: defaultEnvironments(0) });
    const [development] = defaultEnvironments(0);
    const made = { environment: development!.name, role: 'author', actor: 'bench', expiresAt: null } as const;
    const { key } = await createKey(store, made);
    await store.close();
    const [started, url] = await startProcess(place);
    server = started;
    const get = getting(url, key, agent);
    return await measureOn(server, get, publishing(url, key));
  } finally {
    server?.kill();
    agent.destroy();
    await rm(scratch, { recursive: true, force: true });
  }
}

type Get = (path: string) => Promise<{ cursor: string; events: unknown[] }>;

async function measureOn(
  server: ChildProcess,
  get: Get,
  publish: (n: number) => Promise<void>,
): Promise<Report> {
  const before = await cpuOf(server);
  await sleep(REST);
  const idle = (await cpuOf(server)) - before;

  let { cursor } = await get('/v1/changes?limit=1000');
  let waiting: ReturnType<Get>[] = [];
  const hold = async (): Promise<void> => {
    waiting = Array.from({ length: CLIENTS }, () => get(`/v1/changes?after=${cursor}&wait=30`));
    // Once a later request was answered, all calls have arrived.
    await sleep(300);
    await get(`/v1/changes?after=${cursor}`);
  };
  const perCommit: number[] = [];
  const perRequest: number[] = [];
  for (let n = 0; n < COMMITS + WARM_UP; n++) {
    await hold();
    const held = await cpuOf(server);
    await publish(n);
    const pages = await Promise.all(waiting);
    const woken = (await cpuOf(server)) - held;
    cursor = pages[0]!.cursor;
    if (pages.some(page => page.events.length !== 1 || page.cursor !== cursor))
      throw new Error('A page is wrong.');
    const plainBefore = await cpuOf(server);
    await Promise.all(Array.from({ length: CLIENTS }, () => get('/v1/changes?limit=1')));
    const plain = (await cpuOf(server)) - plainBefore;
    if (n < WARM_UP) continue;
    perCommit.push(woken / CLIENTS);
    perRequest.push(plain / CLIENTS);
  }
  await hold();
  const atRest = await cpuOf(server);
  await sleep(REST);
  const resting = (await cpuOf(server)) - atRest;
  await publish(COMMITS + WARM_UP);
  await Promise.all(waiting);
  const ratio = median(perCommit.map((value, n) => value / perRequest[n]!));
  const share = (ms: number) => (100 * ms) / REST;
  const more = Math.max(0, share(resting) - share(idle));
  return {
    title: `${CLIENTS} calls of /v1/changes that wait`,
    figures: [
      { name: 'processor, nobody waits', value: share(idle), unit: '%' },
      { name: `processor at rest, ${CLIENTS} wait`, value: share(resting), unit: '%' },
      { name: 'more at rest than nobody', value: more, unit: '%', limit: atMost(more, 1, '%') },
      { name: 'processor for each client and commit', value: median(perCommit), unit: 'ms' },
      { name: 'the same for a page at once', value: median(perRequest), unit: 'ms' },
      { name: 'ratio', value: ratio, unit: '×', limit: atMost(ratio, 1, '×') },
    ],
  };
}

function getting(url: string, key: string, agent: Agent): Get {
  return path =>
    new Promise((resolve, reject) => {
      request(url + path, { agent, headers: { authorization: `Bearer ${key}` } }, response => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', chunk => (text += chunk));
        response.on('error', reject);
        response.on('end', () => {
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${path}: ${response.statusCode} ${text}`));
        });
      })
        .on('error', reject)
        .end();
    });
}

function publishing(url: string, key: string): (n: number) => Promise<void> {
  return async n => {
    const response = await fetch(`${url}/v1/prompts/p${n}/-/versions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ source: `Text ${n}`, message: '', base: null }),
    });
    if (response.status !== 201) throw new Error(`Publishing answers ${response.status}.`);
  };
}

if (import.meta.main) console.log(asMarkdown(await measure()));
