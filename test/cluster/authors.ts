/** Authors of one registry, who publish and promote without a pause, begin new prompts all the time and remember what was acknowledged. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { patience } from '../../scripts/host/patience.ts';
import type { Acknowledged } from '../faults/writers.ts';

export interface AuthorsSetup {
  readonly url: string;
  /** An admin's, of development. */
  readonly key: string;
  readonly count: number;
  /** What their prompts' names begin with. */
  readonly folder: string;
  /** Told of each write that was acknowledged. */
  readonly onWritten: (prompt: string, channel: 'latest' | 'stable', version: number) => void;
}

export interface Authors {
  /** Resolves when so many more writes were acknowledged. */
  written(count: number): Promise<void>;
  /** Resolves when a write that was sent after this was acknowledged, with the time of that, in ms. */
  resumed(): Promise<number>;
  readonly acknowledged: () => number;
  /** What was said instead of an acknowledgement, and how often. */
  readonly refusals: () => ReadonlyMap<string, number>;
  /** Ends after the write that each is at, which is acknowledged then. @throws what they gave up for */
  stop(): Promise<readonly Acknowledged[]>;
}

/** ms between the writes of one author: two processors are shared by all of this. */
const PAUSE = 150;
/** An author begins a new prompt after so many versions. */
const VERSIONS = 6;
/** An author gives up when nobody was acknowledged for so long, in ms. */
const LONGEST = patience(3 * 60_000);
/** One request, in ms: more than the registry itself waits for its database. */
const REQUEST = patience(30_000);

interface Waiting {
  readonly sentAfter: number;
  left: number;
  readonly resolve: (at: number) => void;
}

export function startAuthors({ url, key, count, folder, onWritten }: AuthorsSetup): Authors {
  let stopping = false;
  let acknowledged = 0;
  let lastAt = performance.now();
  const refusals = new Map<string, number>();
  const waiting = new Set<Waiting>();

  async function write(path: string, id: string, body: object): Promise<Record<string, unknown>> {
    for (;;) {
      const sent = performance.now();
      const { status, json } = await post(`${url}/v1/prompts/${path}`, key, id, body);
      const now = performance.now();
      if (status === 200 || status === 201) {
        acknowledged++;
        lastAt = now;
        for (const one of waiting)
          if (sent > one.sentAfter && --one.left <= 0 && waiting.delete(one)) one.resolve(now);
        return json;
      }
      const why = `${status} ${json['detail']}`;
      refusals.set(why, (refusals.get(why) ?? 0) + 1);
      assert.ok(status === 503 || status === 0, `${path}, ${id}: ${why}`);
      assert.ok(now < lastAt + LONGEST, `${path}, ${id}: nothing is acknowledged any more, but: ${why}`);
      await sleep(PAUSE);
    }
  }

  async function writePrompt(prompt: string): Promise<Acknowledged> {
    const sources: string[] = [];
    const promoted: number[] = [];
    while (!stopping && sources.length < VERSIONS) {
      const version = sources.length + 1;
      const source = `Text ${version} of ${prompt}: {{mail}}\n`;
      const published = await write(`${prompt}/-/versions`, `publish ${prompt} ${version}`, {
        source,
        message: 'Load',
        base: sources.length || null,
      });
      sources.push(source);
      assert.equal(published['version'], version, prompt);
      onWritten(prompt, 'latest', version);
      if (version % 2 === 1) {
        const moved = await write(`${prompt}/-/promotions`, `promote ${prompt} ${version}`, {
          ...{ environment: 'development', channel: 'stable', version },
          reason: 'Load',
          expected: promoted.at(-1) ?? null,
        });
        assert.equal(moved['state'], 'applied', prompt);
        promoted.push(version);
        onWritten(prompt, 'stable', version);
      }
      await sleep(PAUSE);
    }
    return { prompt, sources, promoted };
  }

  async function author(number: number): Promise<Acknowledged[]> {
    const all: Acknowledged[] = [];
    while (!stopping) all.push(await writePrompt(`${folder}/${number}-${all.length + 1}`));
    return all;
  }

  const authors = Promise.all(Array.from({ length: count }, (_, index) => author(index + 1)));
  const failed = authors.then(() => new Promise<never>(() => {}));
  // Whoever waits for them learns of it.
  failed.catch(() => {});
  const acknowledgement = (sentAfter: number, left: number) =>
    Promise.race([failed, new Promise<number>(resolve => waiting.add({ sentAfter, left, resolve }))]);
  return {
    written: async more => void (await acknowledgement(0, more)),
    resumed: () => acknowledgement(performance.now(), 1),
    acknowledged: () => acknowledged,
    refusals: () => refusals,
    async stop() {
      stopping = true;
      return (await authors).flat();
    },
  };
}

/** Status 0: there was no answer. */
async function post(
  url: string,
  key: string,
  id: string,
  body: object,
): Promise<{ status: number; json: Record<string, unknown> }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${key}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': id,
      },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(REQUEST),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  } catch (error) {
    return { status: 0, json: { detail: String(error) } };
  }
}
