/**
 * Calls that wait for the next events of the log. They share one wait on the store, and calls that wait at the same
 * position share one page, read and encoded once: a waiting call costs only its connection.
 */
import { Problem } from '../../core/problem.ts';
import { eventsAfter, logHead } from '../store/log.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';
import { makeCursor } from './cursor.ts';
import { type HttpResponse, jsonTextAnswer } from './http-response.ts';

export interface ChangesFeed {
  /**
   * The events after `place`; an empty page if there are none within `wait` ms, or when `gone` aborts.
   * @param key limits the calls that wait at once
   * @throws Problem `queue_full`, `invalid_request` for a place beyond the end of the log
   */
  next(place: FeedCursor, key: string, wait: number, gone: () => AbortSignal): Promise<FeedAnswer>;
}

export interface FeedCursor {
  readonly seq: number;
  /** The maximum number of events per page. */
  readonly limit: number;
}

export interface FeedAnswer {
  readonly answer: HttpResponse;
  /** True if the call was held open. */
  readonly waited: boolean;
}

/** The default number of calls per key that may wait at once in a process. */
export const MAX_WAITING_PER_KEY = 1000;

interface Page {
  readonly answer: HttpResponse;
  readonly bytes: number;
  readonly isEmpty: boolean;
}

interface Waiter {
  /** On performance.now(). */
  readonly deadline: number;
  readonly resolve: (answer: HttpResponse) => void;
}

/** The calls that wait at one position; all get the same page. */
interface Group extends FeedCursor {
  readonly empty: HttpResponse;
  readonly waiters: Set<Waiter>;
}

/** The number of pages cached for one revision. */
const MAX_PAGES = 32;
/** The time for which pages are cached, in ms: enough for all calls that one commit woke to come again. */
const PAGE_LIFETIME = 1000;
/** The maximum size of a page that stays cached once it is read. */
const MAX_KEPT_BYTES = 256 * 1024;
/** Calls that time out within this many ms are answered together. */
const GATHER = 25;
/** The pause before a retry if the store is unavailable, in ms. */
const PAUSE = 1000;

export function changesFeed(
  store: Omit<Store, 'write'>,
  closing: AbortSignal,
  maxWaitingPerKey = MAX_WAITING_PER_KEY,
): ChangesFeed {
  const groups = new Map<string, Group>();
  const waitingOf = new Map<string, number>();
  let watching = false;
  /** The revision up to which the waiting calls have been answered. */
  let seen = Number.NaN;
  /** True if the log must be read again even without a new revision. */
  let mustLook = false;
  /** When the store's wait times out, on performance.now(), and how to end it sooner. */
  let until = 0;
  let interrupt = new AbortController();
  let pages = new Map<string, Promise<Page>>();
  let pagesOf = { revision: Number.NaN, until: 0 };

  return {
    async next(place, key, wait, gone) {
      const revision = store.revision();
      const page = await pageOf(place, revision);
      if (!page.isEmpty || wait <= 0 || closing.aborted) return { answer: page.answer, waited: false };
      const count = waitingOf.get(key) ?? 0;
      if (count >= maxWaitingPerKey) throw tooManyWaiting(count);
      waitingOf.set(key, count + 1);
      try {
        return { answer: await held(place, page.answer, wait, gone(), revision), waited: true };
      } finally {
        const left = (waitingOf.get(key) ?? 1) - 1;
        if (left === 0) waitingOf.delete(key);
        else waitingOf.set(key, left);
      }
    },
  };

  function held(
    place: FeedCursor,
    empty: HttpResponse,
    wait: number,
    gone: AbortSignal,
    revision: number,
  ): Promise<HttpResponse> {
    if (gone.aborted) return Promise.resolve(empty);
    const name = nameOf(place);
    const group = groups.get(name) ?? { ...place, empty, waiters: new Set() };
    groups.set(name, group);
    const { promise, resolve } = Promise.withResolvers<HttpResponse>();
    const waiter: Waiter = { deadline: performance.now() + wait, resolve };
    group.waiters.add(waiter);
    const leave = () => {
      remove(group, waiter);
      resolve(empty);
    };
    gone.addEventListener('abort', leave, { once: true });
    if (!watching) void watch(revision);
    else if (revision !== seen) mustLook = true;
    if (mustLook || waiter.deadline < until) interrupt.abort();
    return promise.finally(() => gone.removeEventListener('abort', leave));
  }

  function remove(group: Group, waiter: Waiter): void {
    if (!group.waiters.delete(waiter) || group.waiters.size > 0) return;
    groups.delete(nameOf(group));
    // Nobody is waiting, so end the wait on the store.
    if (groups.size === 0) interrupt.abort();
  }

  /** Runs as long as calls are waiting. */
  async function watch(revision: number): Promise<void> {
    watching = true;
    seen = revision;
    while (groups.size > 0 && !closing.aborted) {
      try {
        if (!mustLook) await changed();
        if (closing.aborted) break;
        expire();
        await giveWhatIsNew();
      } catch {
        // The database is unavailable: calls keep waiting, and get the error if they come again after they time out.
        mustLook = true;
        await new Promise(resolve => setTimeout(resolve, PAUSE).unref());
        expire();
      }
    }
    watching = false;
    for (const group of [...groups.values()]) giveAll(group, group.empty);
  }

  async function changed(): Promise<void> {
    interrupt = new AbortController();
    const now = performance.now();
    until = Math.max(nextDeadline(), now + GATHER);
    try {
      await store.changed(seen, until - now, AbortSignal.any([interrupt.signal, closing]));
    } finally {
      until = 0;
    }
  }

  function nextDeadline(): number {
    let next = Number.POSITIVE_INFINITY;
    // The first of a group is not always the first to time out, because calls choose how long to wait.
    for (const { waiters } of groups.values())
      for (const { deadline } of waiters) if (deadline < next) next = deadline;
    return next;
  }

  function expire(): void {
    const now = performance.now();
    for (const group of [...groups.values()])
      for (const waiter of group.waiters)
        if (waiter.deadline <= now) {
          remove(group, waiter);
          waiter.resolve(group.empty);
        }
  }

  async function giveWhatIsNew(): Promise<void> {
    const revision = store.revision();
    if (revision === seen && !mustLook) return;
    mustLook = false;
    seen = revision;
    const { seq } = await store.read(logHead);
    for (const group of [...groups.values()]) {
      if (group.seq === seq) continue;
      const page = await pageOf(group, revision).catch(unlessBeyondEnd);
      // If the log lost its end, a position beyond it has no page. The caller gets the error on its next call.
      if (page === undefined || !page.isEmpty) giveAll(group, page?.answer ?? group.empty);
    }
  }

  function giveAll(group: Group, answer: HttpResponse): void {
    groups.delete(nameOf(group));
    for (const { resolve } of group.waiters) resolve(answer);
    group.waiters.clear();
  }

  /** Each page is read once per revision for all callers. */
  function pageOf(place: FeedCursor, revision: number): Promise<Page> {
    const now = performance.now();
    if (pagesOf.revision !== revision || now > pagesOf.until || pages.size >= MAX_PAGES) {
      pages = new Map();
      pagesOf = { revision, until: now + PAGE_LIFETIME };
    }
    const name = nameOf(place);
    const known = pages.get(name);
    if (known !== undefined) return known;
    const own = pages;
    const page = store.read(snapshot => readPage(snapshot, place));
    own.set(name, page);
    page.then(
      ({ bytes }) => bytes > MAX_KEPT_BYTES && own.delete(name),
      () => own.delete(name),
    );
    return page;
  }
}

function nameOf({ seq, limit }: FeedCursor): string {
  return `${seq}/${limit}`;
}

async function readPage(snapshot: ReadSnapshot, { seq, limit }: FeedCursor): Promise<Page> {
  const events = await eventsAfter(snapshot, seq, limit);
  if (events.length === 0) await checkEnd(snapshot, seq);
  const cursor = makeCursor('changes', events.at(-1)?.seq ?? seq);
  const body = Buffer.from(JSON.stringify({ events, cursor }));
  return { answer: jsonTextAnswer(200, body), bytes: body.byteLength, isEmpty: events.length === 0 };
}

async function checkEnd(snapshot: ReadSnapshot, seq: number): Promise<void> {
  const head = await logHead(snapshot);
  if (seq <= head.seq) return;
  throw new Problem(
    'invalid_request',
    `This cursor is after event ${seq}, but the log ends with event ${head.seq}: it belongs to another registry, or the log lost its end. Do not trust the synced data; start again without a cursor.`,
    { fields: [{ pointer: '/after', message: 'is after the end of the log' }] },
  );
}

function unlessBeyondEnd(error: unknown): undefined {
  if (!Problem.is(error, 'invalid_request')) throw error;
}

function tooManyWaiting(count: number): Problem {
  return new Problem(
    'queue_full',
    `This key already has ${count} calls waiting for changes. Share one call, or call again without "wait".`,
    { retryAfter: 1 },
  );
}
