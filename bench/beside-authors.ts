/**
 * Delivery while four authors publish as fast as they can, compared with delivery without them, in turn: from the
 * process that they publish to, which delivers in a separate thread, and from one with `--delivery-only` on the same
 * data folder. A bare `node:http` server shows how much is due to the machine, which runs the load, the authors and the
 * registry.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { defaultEnvironments } from '../src/core/environment.ts';
import { createKey } from '../src/registry/administration.ts';
import { PATH, prepare } from './delivery.ts';
import { comeFromElsewhere } from './elsewhere.ts';
import { type LoadResult, runLoad } from './load.ts';
import { asMarkdown, atLeast, atMost, median, type Report } from './report.ts';
import { openPlace, startProcess } from './server-process.ts';

const AUTHORS = 4;
const CONNECTIONS = 4;
const TURNS = 16;
/** In ms. */
const TURN = 500;
const WARM_UP = 2000;
const TEXT = 'You sort the mail of a bank into queues. The mail is: {{mail}}\n'.repeat(32);

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
    const [bare, bareUrl] = await startProcess({
      kind: 'bare',
      headers: { 'content-type': 'text/plain', 'content-length': String(TEXT.length) },
      body: TEXT,
    });
    processes.push(bare);
    const figures: Report['figures'][number][] = [];
    for (const [name, at, isHeld] of [
      ['serve', url, true],
      ['--delivery-only', deliveryUrl, true],
      ['a bare node:http server', bareUrl, false],
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
      const published: number[] = [];
      for (let turn = 0; turn < TURNS; turn++) {
        const alone = await load(TURN);
        await using publishing = publishers(url, authors, `${name.replaceAll(/[^a-z]/g, '')}-${turn}`);
        await publishing.begun;
        const before = await publishing.count();
        const started = performance.now();
        turns.push({ alone, beside: await load(TURN) });
        const seconds = (performance.now() - started) / 1000;
        published.push(((await publishing.count()) - before) / seconds);
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
        { name: `${name}: published meanwhile`, value: median(published), unit: '/s' },
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
 * Starts authors who each publish version after version of their own prompt, until disposed. They run in a separate
 * process with the lowest priority, because real authors use other machines.
 */
function publishers(
  url: string,
  keys: readonly string[],
  round: string,
): AsyncDisposable & { readonly begun: Promise<void>; count(): Promise<number> } {
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
    async count() {
      const answered = once(child, 'message');
      child.send('count');
      for (let [count] = await answered; ; [count] = await once(child, 'message'))
        if (typeof count === 'number') return count;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await ended;
    },
  };
}

const CHILD = 'authors';
/** The number of versions that all authors of this process have published. */
let published = 0;

if (import.meta.main && process.argv[2] === CHILD) {
  comeFromElsewhere();
  const [order] = (await once(process, 'message')) as [Order];
  process.on('message', () => process.send?.(published));
  await Promise.all(order.keys.map((key, author) => publishOn(order, key, author)));
}

async function publishOn({ url, round }: Order, key: string, author: number): Promise<void> {
  for (let base = 0; ; base++) {
    const response = await fetch(`${url}/v1/prompts/of-${round}/author-${author}/-/versions`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}`, 'Content-Type': 'application/json' },
      body: JSON.stringify({ source: `${base} ${TEXT}`, message: '', base: base || null }),
    });
    if (response.status !== 201) throw new Error(await response.text());
    await response.arrayBuffer();
    published += 1;
    if (base === 0) process.send?.('begun');
  }
}

if (import.meta.main && process.argv[2] === undefined) console.log(asMarkdown(await measure()));
