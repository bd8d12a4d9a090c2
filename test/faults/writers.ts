/** Authors who write without a pause, to whichever server is up, and remember what was acknowledged. */
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { patience } from '../../scripts/host/patience.ts';

export interface Acknowledged {
  readonly prompt: string;
  /** What was published, from version 1. */
  readonly sources: readonly string[];
  /** What `stable` of development was moved to, in order. */
  readonly promoted: readonly number[];
}

export interface Writers {
  /** Resolves when so many more writes were acknowledged; rejects when the authors gave up. */
  written(count: number): Promise<void>;
  /** Resolves when the next write is sent to the server of this URL; rejects when the authors gave up. */
  sent(url: string): Promise<void>;
  /** Rejects when the authors gave up; never resolves otherwise. */
  readonly failed: Promise<never>;
  /** The number that had to be repeated, since the server went away or was not able. */
  readonly repeated: () => number;
  /** What the server said to those that it was not able to do: how often each. */
  readonly refusals: () => ReadonlyMap<string, number>;
  /** Ends after the write that each is at; every write that was begun is acknowledged then. */
  stop(): Promise<readonly Acknowledged[]>;
}

export interface WritersSetup {
  readonly count: number;
  /** An admin's, of development. */
  readonly key: string;
  /** The URL of a server that should be up. */
  readonly server: () => string;
}

/** ms between the writes of one author: the processor is for the servers. */
const PAUSE = 100;
/** The time an author asks on, in ms, after anything was acknowledged to anyone or the end was announced. */
const LAST_CALL = patience(3 * 60_000);
/** Every so many versions the newest becomes stable. */
const PROMOTED_EVERY = 3;

/** @throws from `stop` when an answer is neither the expected one nor one after which to ask again */
export function startWriters({ count, key, server }: WritersSetup): Writers {
  let stopping = false;
  let lastAt = Date.now();
  let acknowledged = 0;
  let repeated = 0;
  const refusals = new Map<string, number>();
  const waiting = new Map<() => void, number>();
  const acknowledge = (): void => {
    acknowledged++;
    lastAt = Date.now();
    for (const [resolve, enough] of waiting) if (acknowledged >= enough && waiting.delete(resolve)) resolve();
  };

  const sending = new Map<string, PromiseWithResolvers<void>>();

  async function write(path: string, id: string, body: object): Promise<Record<string, unknown>> {
    for (;;) {
      const url = server();
      const answering = asked(`${url}/v1/prompts/${path}`, key, id, body);
      sending.get(url)?.resolve();
      sending.delete(url);
      const answer = await answering;
      if (answer !== undefined && answer.status < 300) {
        acknowledge();
        return answer.json;
      }
      const again = answer === undefined || answer.status === 503;
      assert.ok(
        Date.now() < lastAt + LAST_CALL,
        `${path}, ${id}: no server does it any more, but says: ${answer?.json['detail'] ?? 'nothing'}`,
      );
      assert.ok(again, `${path}, ${id}: ${answer?.status} ${JSON.stringify(answer?.json)}`);
      repeated++;
      if (answer !== undefined) {
        const why = String(answer.json['detail']);
        refusals.set(why, (refusals.get(why) ?? 0) + 1);
      }
      await sleep(PAUSE);
    }
  }

  async function author(number: number): Promise<Acknowledged> {
    const prompt = `load/author-${number}`;
    const sources: string[] = [];
    const promoted: number[] = [];
    while (!stopping) {
      const source = `Text ${sources.length + 1} of author ${number}: {{mail}}\n`;
      const base = sources.length === 0 ? null : sources.length;
      const id = `${number}-${sources.length + 1}`;
      const published = await write(`${prompt}/-/versions`, `publish-${id}`, {
        source,
        message: 'Load',
        base,
      });
      sources.push(source);
      assert.equal(published['version'], sources.length, `version of ${id}`);
      if (sources.length % PROMOTED_EVERY === 0) {
        const expected = promoted.at(-1) ?? null;
        const about = { environment: 'development', channel: 'stable', version: sources.length };
        const moved = await write(`${prompt}/-/promotions`, `promote-${id}`, {
          ...about,
          reason: 'Load',
          expected,
        });
        assert.equal(moved['state'], 'applied');
        promoted.push(sources.length);
      }
      await sleep(PAUSE);
    }
    return { prompt, sources, promoted };
  }

  const authors = Promise.all(Array.from({ length: count }, (_, index) => author(index + 1)));
  // Whoever waits for `stop` learns of a failure there; until then it is not an unhandled one.
  authors.catch(() => {});
  const failed = authors.then(() => new Promise<never>(() => {}));
  failed.catch(() => {});
  return {
    failed,
    sent(url) {
      const next = sending.get(url) ?? Promise.withResolvers<void>();
      sending.set(url, next);
      return Promise.race([next.promise, failed]);
    },
    written(more) {
      const enough = new Promise<void>(resolve => waiting.set(resolve, acknowledged + more));
      return Promise.race([enough, failed]);
    },
    repeated: () => repeated,
    refusals: () => refusals,
    stop() {
      if (!stopping) lastAt = Date.now();
      stopping = true;
      return authors;
    },
  };
}

/** The answer; undefined when there was none. */
async function asked(
  url: string,
  key: string,
  id: string,
  body: object,
): Promise<{ status: number; json: Record<string, unknown> } | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: {
        Authorization: `Bearer ${key}`,
        'Content-Type': 'application/json',
        'Idempotency-Key': id,
      },
      body: JSON.stringify(body),
    });
    return { status: response.status, json: (await response.json()) as Record<string, unknown> };
  } catch {
    return undefined;
  }
}
