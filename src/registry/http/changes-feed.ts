/**
 * Calls that wait for what the log has next. One wait on the store serves all of them, and one page, read and encoded
 * once, all that wait at the same place: a call that waits costs nothing but its connection.
 */
import { Problem } from '../../core/problem.ts';
import { eventsAfter, logHead } from '../store/log.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';
import { makeCursor } from './cursor.ts';
import { type HttpResponse, jsonTextAnswer } from './http-response.ts';

export interface ChangesFeed {
  /**
   * What comes after an event; the empty page when nothing has come within `wait` ms, or when `gone` aborts.
   * @param key whose calls are counted: one may have so many waiting
   * @throws Problem `queue_full`, `invalid_request` for a place beyond the end of the log
   */
  next(place: FeedCursor, key: string, wait: number, gone: () => AbortSignal): Promise<FeedAnswer>;
}

export interface FeedCursor {
  readonly seq: number;
  /** The most events of a page. */
  readonly limit: number;
}

export interface FeedAnswer {
  readonly answer: HttpResponse;
  /** True if the call was held open. */
  readonly waited: boolean;
}

/** The number of calls of one key that may wait at once in a process, unless it is told otherwise. */
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

/** Those that wait at one place: all get the same page. */
interface Group extends FeedCursor {
  readonly empty: HttpResponse;
  readonly waiters: Set<Waiter>;
}

/** Pages of one revision that are kept for who asks for the same. */
const MAX_PAGES = 32;
/** ms: long enough for all that were woken by one commit to ask again. */
const PAGE_LIFETIME = 1000;
/** Of a page that is kept after whoever asked for it has it. */
const MAX_KEPT_BYTES = 256 * 1024;
/** Calls whose time is over within this many ms are answered together. */
const GATHER = 25;
/** The store may be away: how long to wait before it is asked again, in ms. */
const PAUSE = 1000;

export function changesFeed(
  store: Omit<Store, 'write'>,
  closing: AbortSignal,
  maxWaitingPerKey = MAX_WAITING_PER_KEY,
): ChangesFeed {
  const groups = new Map<string, Group>();
  const waitingOf = new Map<string, number>();
  let watching = false;
  /** Up to which revision those that wait have been given what there is. */
  let seen = Number.NaN;
  /** True if one of them looked at another revision before it began to wait. */
  let mustLook = false;
  /** When the store's wait ends by itself, on performance.now(), and how to end it sooner. */
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
    // Nobody waits any more: neither does this.
    if (groups.size === 0) interrupt.abort();
  }

  /** Goes on for as long as anybody waits. */
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
        // The database is away: those that wait go on waiting, and learn of it when their time is over and they ask again.
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
    // The first of a group is not always the first to end: calls may wait for different times.
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
      // A log that lost its end has no page for who stood beyond it: they learn so when they ask again.
      if (page === undefined || !page.isEmpty) giveAll(group, page?.answer ?? group.empty);
    }
  }

  function giveAll(group: Group, answer: HttpResponse): void {
    groups.delete(nameOf(group));
    for (const { resolve } of group.waiters) resolve(answer);
    group.waiters.clear();
  }

  /** Read once for all that ask for it at one revision. */
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
