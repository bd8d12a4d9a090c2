/**
 * Caches data until an event of the log changes it. Any process may write, so every use first checks whether something
 * was committed: another process's commit shows within 5 ms (SQLite) or with its notification (PostgreSQL). Only
 * entries that new events change are read again, in the snapshot with the events: constant publishing does not affect
 * the delivery of other prompts, and the cache survives a loss of the database.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { ChainHead } from '../core/event.ts';
import type { PromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import { type KnownKey, withExpiry } from './access/known-key.ts';
import { deliveriesChangedBy, type EventSubject, isChangedBy, madePossibleBy } from './delivery/affected.ts';
import { type CommittedEvent, committedEvent } from './delivery/committed-event.ts';
import type { CommittedChange } from './delivery/committing-store.ts';
import {
  type CachedDelivery,
  DELIVERY_CACHE_BYTES,
  type DeliveryCache,
  type DeliverySpec,
  deliveryCache,
  keyOfSpec,
} from './delivery/delivery-cache.ts';
import type { DeliveryMaker, ReadDelivery } from './delivery/maker.ts';
import { type Fresh, readFresh } from './news.ts';
import { readIntact } from './proof/intact-store.ts';
import type { Integrity } from './proof/integrity.ts';
import type { ReadSnapshot, Store } from './store/store.ts';

export interface CachedEntries {
  readonly keys: { get(id: string): KnownKey | undefined };
  readonly deliveries: Pick<DeliveryCache, 'get'>;
}

/** The cached data, and how to add data that is read from the store after this. */
export interface Loaded {
  readonly kept: CachedEntries;
  /** Undefined if it is known to be current; otherwise the seconds for which it may have been out of date. */
  readonly age: number | undefined;
  /** Caches it, unless a new event may have changed it meanwhile. */
  keepKey(id: string, key: KnownKey): void;
  keepDelivery(delivery: CachedDelivery): void;
}

export interface RegistryCache {
  /** The current time: the store's, or the newest event's if the clock was set back, so that no key becomes valid again. */
  now(): Date;
  /** All cached entries, even if something was committed since they were read. */
  readonly kept: CachedEntries;
  /** The cached data if nothing unknown was committed since the last `load`; undefined if `load` must be called. */
  present(): CachedEntries | undefined;
  /**
   * Returns the entries, updated by the events since; if the database does not answer, unchanged (`stale-if-error`),
   * for a day at most.
   * @throws Problem `unavailable` after that, or if nothing is cached yet
   */
  load(): Promise<Loaded>;
  /** Applies this process's own commit. Resolves when it is cached; slow entries follow later. */
  committed(change: CommittedChange): Promise<void>;
  /**
   * Applies commits of another thread, with the deliveries it made. Resolves when the other affected entries have been
   * read again.
   * @throws Problem `unavailable` if they cannot be read now
   */
  committedElsewhere(events: readonly CommittedEvent[], made: readonly CachedDelivery[]): Promise<void>;
  /** Loads after every commit until `signal` aborts, even without requests. */
  follow(signal: AbortSignal): Promise<void>;
  /** The specs of a prompt's cached deliveries. */
  specsOf(prompt: PromptName): readonly DeliverySpec[];
  /** Bytes retained by the deliveries, and their count. */
  size(): { readonly bytes: number; readonly entries: number };
}

export interface MemoryOptions {
  /** Reads entries again that an event changed; without it they are only dropped. */
  readonly maker?: DeliveryMaker;
  /** The memory that deliveries may retain; default: `DELIVERY_CACHE_BYTES`. */
  readonly deliveryBytes?: number;
  /** Once the log is known to be broken, the cache is frozen. */
  readonly integrity?: Integrity;
  /** Called for each requested delivery that was not in memory. */
  readonly onKept?: ((spec: DeliverySpec) => void) | undefined;
}

const MAX_KEYS = 10_000;
/** How long cached entries are used while the store cannot confirm them, in ms; like `stale-if-error`. */
const STALE_FOR = 24 * 60 * 60 * 1000;
/** The time a write waits for new deliveries to be ready, in ms. */
const PATIENCE = 1000;
/** The longest wait for the next commit before a check, in ms. */
const FOLLOWING = 60_000;
/** Commits within this many ms are read together if there are no requests. */
const GATHER = 20;
/** The time to wait after the store failed, in ms. */
const PAUSE = 100;
/** The key of work without a request. */
const NOBODY = '';

/** A delivery in preparation, and whether it is still current. */
interface Preparing {
  readonly spec: DeliverySpec;
  isCurrent: boolean;
}

export function memory(
  store: Store,
  { maker, deliveryBytes = DELIVERY_CACHE_BYTES, integrity, onKept }: MemoryOptions = {},
): RegistryCache {
  const keys = new LRUCache<string, KnownKey>({ max: MAX_KEYS });
  const deliveries = deliveryCache(deliveryBytes);
  const kept: CachedEntries = { keys, deliveries };
  const preparing = new Set<Preparing>();
  let revision = Number.NaN;
  let head: ChainHead | undefined;
  /** The time of the newest known event, in ms since 1970. */
  let newest = 0;
  /** Counts changes: a read that began before one may be outdated. */
  let generation = 0;
  let refreshing: { readonly revision: number; readonly done: Promise<void> } | undefined;
  /** Events that this process committed, and so knew before reading them. */
  const own = new Map<number, CommittedEvent>();
  /** Events committed by another thread, whose changes are still to be read. */
  const announced = new Map<number, CommittedEvent>();
  let staleSince: number | undefined;
  const isBroken = (): boolean => (integrity?.broken() ?? null) !== null;
  /** Adds nothing to the cache, because it could not be confirmed later. */
  const unchanged = (age?: number): Loaded => ({ kept, age, keepKey: () => {}, keepDelivery: () => {} });

  async function refresh(present: number): Promise<void> {
    const read = (snapshot: ReadSnapshot) => readFresh(snapshot, { head, own, deliveries, maker });
    take(await (integrity === undefined ? store.read(read) : readIntact(store, integrity, read)));
    revision = present;
    staleSince = undefined;
  }

  function take({ news, deliveries: fresh, keys: freshKeys }: Fresh): void {
    generation++;
    newest = Math.max(newest, news.at);
    if (news.events === undefined) forgetAll();
    // Commits after the snapshot are newer than the data read in it.
    const newer = [...own.values(), ...announced.values()].filter(({ seq }) => seq > news.head.seq);
    for (const { id, key } of freshKeys) {
      if (key === undefined || newer.some(event => event.key?.id === id)) keys.delete(id);
      else keys.set(id, key);
    }
    for (const { spec, read } of fresh) {
      if (newer.some(event => isChangedBy(spec, event))) continue;
      forget(spec);
      if (read !== undefined) void keep(spec, read);
    }
    if (news.events === undefined || news.head.seq > (head?.seq ?? 0)) head = news.head;
    for (const events of [own, announced])
      for (const seq of events.keys()) if (seq <= news.head.seq) events.delete(seq);
  }

  function forgetAll(): void {
    keys.clear();
    deliveries.clear();
    for (const each of preparing) each.isCurrent = false;
  }

  function forget(spec: DeliverySpec): void {
    deliveries.delete(spec);
    for (const each of preparing) if (keyOfSpec(each.spec) === keyOfSpec(spec)) each.isCurrent = false;
  }

  function forgetChangedBy(event: EventSubject): void {
    for (const spec of deliveriesChangedBy(event, deliveries)) forget(spec);
    for (const each of preparing) if (isChangedBy(each.spec, event)) each.isCurrent = false;
  }

  /** Synchronous if it is ready; otherwise resolves when it is. */
  async function keep(spec: DeliverySpec, read: ReadDelivery): Promise<void> {
    if ('ready' in read) {
      deliveries.set(read.ready);
      return;
    }
    const mine = { spec, isCurrent: true };
    preparing.add(mine);
    try {
      const made = await read.prepare(NOBODY);
      if (mine.isCurrent) deliveries.set(made);
    } catch {
      // A request for the delivery gets the error.
    } finally {
      preparing.delete(mine);
    }
  }

  function loaded(age?: number): Loaded {
    const since = generation;
    return {
      kept,
      age,
      keepKey(id, key) {
        if (since === generation) keys.set(id, key);
      },
      keepDelivery(delivery) {
        if (since === generation && deliveries.admit(delivery)) onKept?.(delivery.spec);
      },
    };
  }

  /** The cached data, for as long as it may be used out of date. @throws the store's error after that */
  function stale(error: unknown): Loaded {
    staleSince ??= store.awaySince() ?? performance.now();
    const isTooOld = performance.now() - staleSince > STALE_FOR;
    if (!Problem.is(error, 'unavailable') || head === undefined || store.lost() || isTooOld) throw error;
    return unchanged(secondsSince(staleSince));
  }

  async function load(): Promise<Loaded> {
    if (isBroken()) return unchanged();
    try {
      // Taken before the log is read, so that a commit in between is noticed the next time.
      const before = store.revision();
      if (before !== revision && !isAllOwn(before)) await refreshed(before);
    } catch (error) {
      if (Problem.is(error, 'log_broken')) return unchanged();
      return stale(error);
    }
    const away = store.awaySince();
    return loaded(away === undefined ? undefined : secondsSince(away));
  }

  /** Returns true if an event changes more cached entries than the deliveries made for it. */
  function changesOthers(event: CommittedEvent, isMade: ReadonlySet<string>): boolean {
    const specs = [...madePossibleBy(event), ...deliveriesChangedBy(event, deliveries)];
    return (
      specs.some(spec => !isMade.has(keyOfSpec(spec))) ||
      [...preparing].some(({ spec }) => isChangedBy(spec, event))
    );
  }

  /** Returns true if everything committed is already known, at the cost of a small query. */
  function isAllOwn(present: number): boolean {
    // A refresh under way still needs them: it may have read its data before they were committed.
    if (refreshing !== undefined) return false;
    const newestSeq = own.size === 0 ? undefined : store.newestSeq?.();
    if (head === undefined || newestSeq === undefined) return false;
    for (let seq = head.seq + 1; seq <= newestSeq; seq++) if (!own.has(seq)) return false;
    const last = own.get(newestSeq);
    if (last === undefined) return false;
    const { seq, hash } = last;
    head = { seq, hash };
    integrity?.saw(head);
    for (const each of own.keys()) if (each <= newestSeq) own.delete(each);
    revision = present;
    staleSince = undefined;
    return true;
  }

  /** One refresh for all callers at the same revision. */
  async function refreshed(before: number): Promise<void> {
    if (refreshing?.revision !== before) {
      const done = refresh(before);
      const mine = { revision: before, done };
      refreshing = mine;
      const over = (): void => {
        if (refreshing === mine) refreshing = undefined;
      };
      done.then(over, over);
    }
    await refreshing?.done;
  }

  return {
    kept,
    now() {
      const now = store.now();
      return now.getTime() >= newest ? now : new Date(newest);
    },
    present() {
      if (isBroken()) return kept;
      try {
        if (store.awaySince() !== undefined) return undefined;
        const present = store.recentRevision();
        return present === revision || isAllOwn(present) ? kept : undefined;
      } catch {
        // `load` reports why the store does not respond.
        return undefined;
      }
    },
    load,
    async committed({ events, made }) {
      const last = events.at(-1);
      if (last === undefined || head === undefined || last.seq <= head.seq) return;
      generation++;
      newest = Math.max(newest, Date.parse(last.at));
      for (const event of events) {
        own.set(event.seq, committedEvent(event));
        forgetChangedBy(event);
        followKey(committedEvent(event), keys);
      }
      if (made.length === 0) return;
      // Of several for one channel, the last one counts.
      const ready = Promise.all(made.map(({ spec, read }) => keep(spec, read)));
      await Promise.race([ready, sleep(PATIENCE, undefined, { ref: false })]);
    },
    async committedElsewhere(events, made) {
      // Data read earlier and not cached yet may be outdated.
      generation++;
      const { seq: last, at } = events.at(-1) ?? { seq: 0, at: '' };
      if (head === undefined || head.seq >= last || isBroken()) return;
      newest = Math.max(newest, Date.parse(at));
      const isMade = new Set(made.map(({ spec }) => keyOfSpec(spec)));
      const mustRead = events.some(event => changesOthers(event, isMade));
      // Applied at once, because the store may become unavailable before it is read.
      for (const event of events) {
        (mustRead ? announced : own).set(event.seq, event);
        forgetChangedBy(event);
        followKey(event, keys);
      }
      for (const delivery of made) {
        forget(delivery.spec);
        deliveries.set(delivery);
      }
      if (!mustRead) return;
      // A running refresh may have begun before the commit.
      for (let round = 0; round < 2 && !isBroken() && head.seq < last; round++) {
        await refreshing?.done.catch(() => {});
        if (head.seq < last) await refreshed(store.revision());
      }
    },
    async follow(signal) {
      while (!signal.aborted) {
        const since = revision;
        const { age } = await load().catch(() => ({ age: 0 }));
        if (age !== undefined || isBroken())
          await sleep(PAUSE, undefined, { signal, ref: false }).catch(() => {});
        else {
          if (revision === since) await store.changed(revision, FOLLOWING, signal);
          // This process is notified of its own commits and need not read them.
          await sleep(GATHER, undefined, { signal, ref: false }).catch(() => {});
        }
      }
    },
    specsOf: prompt => deliveries.specsOf(prompt),
    size: () => ({ bytes: deliveries.bytes, entries: deliveries.size }),
  };
}

/** The registry's own changes to a key count at once. */
function followKey({ key }: Pick<CommittedEvent, 'key'>, keys: LRUCache<string, KnownKey>): void {
  if (key === undefined) return;
  const known = keys.get(key.id);
  if ('revoked' in key || known === undefined) keys.delete(key.id);
  else keys.set(key.id, withExpiry(known, key.expiresAt));
}

function secondsSince(time: number): number {
  return Math.floor((performance.now() - time) / 1000);
}
