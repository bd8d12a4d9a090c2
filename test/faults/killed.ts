/** Servers that are killed under write load, and what must be there afterwards. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BundledCli } from '../../scripts/host/bundledCli.ts';
import { type Place, type ServeProcess, startServe } from '../../scripts/host/serveProcess.ts';
import type { Changes } from '../../src/contract/changes.ts';
import type { Version } from '../../src/contract/prompts.ts';
import { digestOf } from '../../src/core/digest.ts';
import { CHAIN_START, type RegistryEvent, whyNotNext } from '../../src/core/event.ts';
import { type Acknowledged, startWriters } from './writers.ts';

/** How many servers share the database at a time: one more is always on its way. */
const SERVERS = 2;
const AUTHORS = 4;
/** Acknowledged writes between two kills, at least: a server is killed under load, not while nobody writes. */
const WRITES_BETWEEN = 2;

export interface Killed {
  readonly written: readonly Acknowledged[];
  readonly repeated: number;
  /** The whole log, as a server tells it that was started after the last kill. */
  readonly events: readonly RegistryEvent[];
  /** The source of each version, by reference, from that server. */
  readonly sources: ReadonlyMap<string, string>;
}

/** Kills servers over `place` as often as told, each while authors with `key` write to it. */
export async function killUnderLoad(
  cli: BundledCli,
  place: Place,
  key: string,
  kills: number,
): Promise<Killed> {
  // One that ends by itself leaves its compiled code to the others, which are killed before they could.
  await (await startServe(cli, place)).stop();
  await using servers = serversOf(cli, place);
  await servers.start(SERVERS);
  const writers = startWriters({ count: AUTHORS, key, server: servers.next });
  try {
    for (let killed = 0; killed < kills; killed++) {
      const replaced = servers.start(1);
      await writers.written(WRITES_BETWEEN);
      // Not always at the same moment of a write.
      await sleep(killed % 7);
      await servers.killOldest();
      await replaced;
    }
  } finally {
    await writers.stop();
  }
  const written = await writers.stop();
  await servers.killAll();
  await servers.start(1);
  const url = servers.next();
  return {
    written,
    repeated: writers.repeated(),
    events: await readLog(url, key),
    sources: await readSources(url, key, written),
  };
}

interface Servers extends AsyncDisposable {
  start(count: number): Promise<void>;
  /** The URL of one that is up, each in its turn. */
  readonly next: () => string;
  killOldest(): Promise<void>;
  killAll(): Promise<void>;
}

function serversOf(cli: BundledCli, place: Place): Servers {
  const up: ServeProcess[] = [];
  const starting = new Set<Promise<unknown>>();
  let turn = 0;
  const killAll = async (): Promise<void> => {
    await Promise.allSettled(starting);
    await Promise.all(up.splice(0).map(server => server.kill()));
  };
  return {
    async start(count) {
      const all = Array.from({ length: count }, async () => void up.push(await startServe(cli, place)));
      for (const one of all) {
        starting.add(one);
        one.catch(() => {}).finally(() => starting.delete(one));
      }
      await Promise.all(all);
    },
    next: () => up[turn++ % up.length]?.url ?? NOWHERE,
    async killOldest() {
      await up.shift()?.kill();
    },
    killAll,
    [Symbol.asyncDispose]: killAll,
  };
}

/** Nothing listens there. */
const NOWHERE = 'http://127.0.0.1:9';

async function readLog(url: string, key: string): Promise<RegistryEvent[]> {
  const events: RegistryEvent[] = [];
  let after = '';
  for (;;) {
    const page = await asJson<Changes>(url, key, `/v1/changes?limit=1000${after}`);
    if (page.events.length === 0) return events;
    events.push(...page.events);
    after = `&after=${page.cursor}`;
  }
}

const BATCH = 500;

async function readSources(
  url: string,
  key: string,
  written: readonly Acknowledged[],
): Promise<ReadonlyMap<string, string>> {
  const refs = written.flatMap(({ prompt, sources }) => sources.map((_, index) => `${prompt}@${index + 1}`));
  const found = new Map<string, string>();
  for (let from = 0; from < refs.length; from += BATCH) {
    const batch = { refs: refs.slice(from, from + BATCH) };
    const { data } = await asJson<{ data: Version[] }>(url, key, '/v1/versions/batch', batch);
    for (const { prompt, version, source } of data) found.set(`${prompt}@${version}`, source);
  }
  return found;
}

async function asJson<T>(url: string, key: string, path: string, body?: object): Promise<T> {
  const response = await fetch(url + path, {
    headers: { Authorization: `Bearer ${key}`, ...(body && { 'Content-Type': 'application/json' }) },
    ...(body && { method: 'POST', body: JSON.stringify(body) }),
  });
  const text = await response.text();
  assert.equal(response.status, 200, `${path}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}

/** Every acknowledged write is there, once, and nothing else; the log is whole. */
export function assertNothingLost({ written, events, sources }: Killed): void {
  let head = CHAIN_START;
  for (const event of events) {
    assert.equal(whyNotNext(event, head), undefined);
    head = event;
  }
  for (const { prompt, sources: sent, promoted } of written) {
    const about = events.filter(event => event.prompt === prompt);
    const published = about.filter(event => event.kind === 'version.published');
    assert.deepEqual(
      published.map(({ version, data }) => [version, data.digest]),
      sent.map((source, index) => [index + 1, digestOf(source)]),
      `versions of ${prompt}`,
    );
    assert.deepEqual(
      sent.map((_, index) => sources.get(`${prompt}@${index + 1}`)),
      sent,
      `sources of ${prompt}`,
    );
    const moved = about.filter(event => event.kind === 'promotion.applied');
    assert.deepEqual(
      moved.map(event => event.version),
      promoted,
      `promotions of ${prompt}`,
    );
  }
}
