/** Calls that wait for changes: what they share, what one key may have of them, and that no event passes them by. */
import assert from 'node:assert/strict';
import { patience } from '../../scripts/host/patience.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { createKey } from '../../src/registry/administration.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { type ChangesFeed, changesFeed, type FeedAnswer } from '../../src/registry/http/changes-feed.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aRegistry, assertProblem, type Json } from './a-registry.ts';

const LONG = patience(60_000);
const NEVER = new AbortController().signal;

describe('calls waiting for changes', () => {
  it('share one wait on the store and one page, however many there are', async () => {
    await using fed = await aFeed();
    const seq = await fed.head();
    const waiting = Array.from({ length: 200 }, () => fed.next(seq));
    await eventually('the wait', () => fed.counts.changed === 1);
    const { reads } = fed.counts;
    await fed.commit();
    const answers = await Promise.all(waiting);
    assert.equal(fed.counts.reads - reads, 2, 'where the log ends, and the page');
    assert.equal(new Set(answers.map(({ answer }) => answer)).size, 1, 'one answer, encoded once');
    assert.deepEqual(seqsOf(answers[0]), [seq + 1]);
    assert.ok(answers.every(({ waited }) => waited));
    assert.equal(fed.counts.changed, 1);
  });

  it('each get the events after their own position', async () => {
    await using fed = await aFeed();
    const seq = await fed.head();
    await fed.commit();
    const at = [0, 1, 2].map(back => fed.next(seq + 1 - back));
    assert.deepEqual(seqsOf(await at[1]), [seq + 1]);
    assert.deepEqual(seqsOf(await at[2]), [seq, seq + 1]);
    await fed.commit();
    assert.deepEqual(seqsOf(await at[0]), [seq + 2]);
  });

  it('miss nothing committed while they start to wait', async () => {
    await using fed = await aFeed();
    const seq = await fed.head();
    const first = fed.next(seq);
    await eventually('the wait', () => fed.counts.changed === 1);
    // The second has read that there is nothing new, and is held up before it waits; the first is given the event.
    const { goOn, read } = fed.holdNextRead();
    const second = fed.next(seq, { limit: 7 });
    await read;
    await fed.commit();
    await first;
    await eventually('another to wait', async () => {
      void fed.next(seq + 1).catch(() => {});
      return fed.counts.changed >= 2;
    });
    goOn();
    assert.deepEqual(seqsOf(await second), [seq + 1], 'not only when something else is committed');
  });

  it('end when their own time is up, however long the others wait', async () => {
    await using fed = await aFeed();
    const seq = await fed.head();
    const ended: string[] = [];
    const wait = (name: string, ms: number) =>
      fed.next(seq, { wait: ms }).then(answer => {
        ended.push(name);
        return answer;
      });
    const long = wait('long', LONG);
    await eventually('the wait', () => fed.counts.changed === 1);
    const short = [wait('second', 120), wait('first', 30)];
    for (const answer of await Promise.all(short)) assert.deepEqual(seqsOf(answer), []);
    assert.deepEqual(ended, ['first', 'second']);
    await fed.commit();
    assert.deepEqual(seqsOf(await long), [seq + 1]);
  });

  it('keep waiting while the database is unavailable', async () => {
    await using fed = await aFeed();
    const seq = await fed.head();
    const waiting = fed.next(seq);
    await eventually('the wait', () => fed.counts.changed === 1);
    fed.away(true);
    const { reads } = fed.counts;
    await fed.commit();
    await eventually('a read that fails', () => fed.counts.reads > reads);
    fed.away(false);
    assert.deepEqual(seqsOf(await waiting), [seq + 1]);
  });

  it('stop when their caller disconnects, and release the store after the last', async () => {
    await using fed = await aFeed();
    const seq = await fed.head();
    const gone = new AbortController();
    const waiting = fed.next(seq, { gone: gone.signal });
    await eventually('the wait', () => fed.counts.changed === 1);
    gone.abort();
    assert.deepEqual(seqsOf(await waiting), []);
    await eventually('the end of the wait', () => fed.counts.waiting === 0);
  });

  it("are limited per key, and one key's calls do not block another's", async () => {
    await using registry = await aRegistry({ serving: { limits: { maxWaitingPerKey: 3 } } });
    const { cursor } = (await registry.call('GET', '/v1/changes?limit=1000')).json;
    const ids = new Set<string>();
    const poll = (as: string) =>
      registry.call('GET', `/v1/changes?after=${cursor}&wait=30`, undefined, { as });
    for (const as of ['development author', 'production author']) ids.add(await registry.key(...two(as)));
    const { cursor: after } = (await registry.call('GET', '/v1/changes?limit=1000')).json;
    const hold = (as: string) =>
      registry.call('GET', `/v1/changes?after=${after}&wait=30`, undefined, { as });
    const held = [1, 2, 3].map(() => hold('development author'));
    let refused: Json;
    await eventually('a refusal', async () => {
      const extra = hold('development author');
      const first = await Promise.race([extra, registry.call('GET', '/healthz').then(() => undefined)]);
      if (first === undefined) held.push(extra);
      else refused = first;
      return first !== undefined;
    });
    assertProblem(refused, 429, 'queue_full', /already has 3 calls waiting for changes/);
    assert.equal(refused.headers.get('retry-after'), '1');
    const others = [1, 2, 3].map(() => hold('production author'));
    assert.equal((await poll('development author')).status, 200, 'what is there is answered all the same');
    await registry.publish('woken', 'Text', null);
    const answers = await Promise.all([...held, ...others]);
    assert.ok(answers.filter(({ status }) => status === 200).length >= 6);
    const again = hold('development author');
    await registry.publish('woken', 'Other', 1);
    assert.ok((await again).status === 200, 'and may wait again');
  });

  it('follow the log without gaps while others write', async () => {
    await using fed = await aFeed();
    const start = await fed.head();
    const commits = 40;
    const follow = async (limit: number) => {
      const seen: number[] = [];
      while (seen.length < commits) seen.push(...seqsOf(await fed.next(start + seen.length, { limit })));
      return seen;
    };
    const followers = Array.from({ length: 12 }, (_, n) => follow(1 + (n % 4)));
    for (let n = 0; n < commits; n++) await fed.commit();
    const wanted = Array.from({ length: commits }, (_, n) => start + 1 + n);
    for (const seen of await Promise.all(followers)) assert.deepEqual(seen, wanted);
  });
});

function two(as: string): [string, 'author'] {
  return [as.split(' ')[0] ?? '', 'author'];
}

function seqsOf(given: FeedAnswer | undefined): number[] {
  return JSON.parse(String(given?.answer.body)).events.map(({ seq }: Json) => seq);
}

interface FeedForTest extends AsyncDisposable {
  readonly counts: { reads: number; changed: number; waiting: number };
  head(): Promise<number>;
  commit(): Promise<void>;
  next(
    seq: number,
    options?: { wait?: number; limit?: number; gone?: AbortSignal },
  ): ReturnType<ChangesFeed['next']>;
  /** Returns whether reads fail. */
  away(is: boolean): void;
  /** The next read happens at once, and tells only later. */
  holdNextRead(): { read: Promise<void>; goOn: () => void };
}

async function aFeed(): Promise<FeedForTest> {
  const folder = await temporaryFolder();
  const store = await openDataFolder(folder.path);
  const counts = { reads: 0, changed: 0, waiting: 0 };
  let isAway = false;
  let hold: { done: () => void; goOn: Promise<void> } | undefined;
  const counting: Omit<Store, 'write'> = {
    now: store.now,
    revision: () => store.revision(),
    recentRevision: () => store.recentRevision(),
    awaySince: () => store.awaySince(),
    lost: () => store.lost(),
    close: () => store.close(),
    async read(work) {
      counts.reads++;
      if (isAway) throw new Error('away');
      const mine = hold;
      hold = undefined;
      const result = await store.read(work);
      mine?.done();
      await mine?.goOn;
      return result;
    },
    async changed(...given) {
      counts.changed++;
      counts.waiting++;
      await store.changed(...given);
      counts.waiting--;
    },
  };
  const closing = new AbortController();
  const feed = changesFeed(counting, closing.signal);
  const environment = parseEnvironmentName('development');
  return {
    counts,
    async head() {
      const last = await store.read(snapshot =>
        snapshot.selectFrom('events').select('seq').orderBy('seq', 'desc').executeTakeFirstOrThrow(),
      );
      return last.seq;
    },
    async commit() {
      await createKey(store, { environment, role: 'reader', actor: 'reader', expiresAt: null });
    },
    next: (seq, { wait = LONG, limit = 100, gone = NEVER } = {}) =>
      feed.next({ seq, limit }, 'key', wait, () => gone),
    away(is) {
      isAway = is;
    },
    holdNextRead() {
      const read = Promise.withResolvers<void>();
      const goOn = Promise.withResolvers<void>();
      hold = { done: read.resolve, goOn: goOn.promise };
      return { read: read.promise, goOn: goOn.resolve };
    },
    async [Symbol.asyncDispose]() {
      closing.abort();
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}
