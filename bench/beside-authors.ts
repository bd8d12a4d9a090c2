/**
 * Delivery while four authors publish as fast as they can, against the same without them, in turn: by the process that
 * takes what they publish, in a thread of its own, and by one that only delivers, beside it on the same data folder.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEnvironments } from '../src/core/environment.ts';
import { createKey } from '../src/registry/administration.ts';
import { PATH, prepare } from './delivery.ts';
import { type LoadResult, runLoad } from './load.ts';
import { asMarkdown, atLeast, atMost, median, type Report } from './report.ts';
import { openPlace, startProcess } from './server-process.ts';

const AUTHORS = 4;
const CONNECTIONS = 4;
const TURNS = 16;
/** ms */
const TURN = 500;
const WARM_UP = 2000;

export async function measure(): Promise<Report> {
  const scratch = await mkdtemp(join(tmpdir(), 'promptforge-bench-'));
  const processes: ChildProcess[] = [];
  try {
    const place = { kind: 'folder', path: scratch } as const;
    const { key } = await prepare(place);
    const authors = await authorKeys(place);
    const [whole, url] = await startProcess(place);
    processes.push(whole);
    const [only, deliveryUrl] = await startProcess({ ...place, deliveryOnly: true });
    processes.push(only);
    const figures: Report['figures'][number][] = [];
    for (const [name, at, isHeld] of [
      ['serve', url, true],
      ['--delivery-only', deliveryUrl, true],
    ] as const) {
      const load = (duration: number): Promise<LoadResult> =>
        runLoad({
          urls: [at + PATH],
          headers: { Authorization: `Bearer ${key}` },
          connections: CONNECTIONS,
          duration,
        });
      await load(WARM_UP);
      const turns: { alone: LoadResult; beside: LoadResult }[] = [];
      for (let turn = 0; turn < TURNS; turn++) {
        const alone = await load(TURN);
        await using publishing = publishers(url, authors, `${name.replaceAll(/[^a-z]/g, '')}-${turn}`);
        await publishing.begun;
        turns.push({ alone, beside: await load(TURN) });
      }
      const rate = median(
        turns.map(({ alone, beside }) => beside.requestsPerSecond / alone.requestsPerSecond),
      );
      const p99 = median(turns.map(({ alone, beside }) => beside.p99 / alone.p99));
      figures.push(
        {
          name: `${name}: requests per second, ratio`,
          value: rate,
          unit: '×',
          ...(isHeld && { limit: atLeast(rate, 0.8, '×') }),
        },
        { name: `${name}: p99, ratio`, value: p99, unit: '×', ...(isHeld && { limit: atMost(p99, 2, '×') }) },
      );
    }
    return {
      title: `Delivery at ${CONNECTIONS} connections beside ${AUTHORS} authors who publish, against the same without them`,
      figures,
    };
  } finally {
    for (const child of processes) child.kill();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function authorKeys(place: Parameters<typeof openPlace>[0]): Promise<string[]> {
  const store = await openPlace(place);
  try {
    const environment = defaultEnvironments(0)[0]!.name;
    const keys: string[] = [];
    for (let author = 0; author < AUTHORS; author++) {
      const made = { environment, role: 'author', actor: `author-${author}`, expiresAt: null } as const;
      keys.push((await createKey(store, made)).key);
    }
    return keys;
  } finally {
    await store.close();
  }
}

interface Order {
  readonly url: string;
  readonly keys: readonly string[];
  readonly round: string;
}

/**
 * Each publishes one version after the other of a prompt of its own, until it is disposed. They have a process of their
 * own, which yields the processor: their work is done on other machines.
 */
function publishers(
  url: string,
  keys: readonly string[],
  round: string,
): AsyncDisposable & { readonly begun: Promise<void> } {
  const child = fork(import.meta.filename, [CHILD]);
  const ended = once(child, 'exit');
  const begun = Promise.race([
    once(child, 'message').then(() => {}),
    ended.then(() => Promise.reject(new Error('The authors could not publish.'))),
  ]);
  begun.catch(() => {});
  child.send({ url, keys, round } satisfies Order);
  return {
    begun,
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

const CHILD = 'authors';
const NICENESS = 19;

if (import.meta.main && process.argv[2] === CHILD) {
  setPriority(NICENESS);
  const [order] = (await once(process, 'message')) as [Order];
  await Promise.all(order.keys.map((key, author) => publishOn(order, key, author)));
}

async function publishOn({ url, round }: Order, key: string, author: number): Promise<void> {
  const text = 'You sort the mail of a bank into queues. The mail is: {{mail}}\n'.repeat(32);
  for (let base = 0; ; base++) {
    const response = await fetch(`${url}/v1/prompts/of-${round}/author-${author}/-/versions`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ source: `${base} ${text}`, message: '', base: base || null }),
    });
    if (response.status !== 201) throw new Error(await response.text());
    await response.arrayBuffer();
    if (base === 0) process.send?.('begun');
  }
}

if (import.meta.main && process.argv[2] === undefined) console.log(asMarkdown(await measure()));
