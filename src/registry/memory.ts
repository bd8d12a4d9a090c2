/**
 * What may be kept in memory: what was read, until an event of the log changes it. Any process may write, so every use
 * asks the store first whether something was committed: another process's commit shows within 5 ms (SQLite) or as soon
 * as its notification is here (PostgreSQL). What the new events are about is forgotten, and nothing else: a registry in
 * which somebody always publishes delivers the prompts of the others from memory.
 */
import type { EnvironmentName } from '../core/environment.ts';
import type { ChainHead, EventData, EventKind } from '../core/event.ts';
import type { PromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import type { KnownKey } from './access/known-key.ts';
import type { PreparedDelivery } from './delivery/prepared.ts';
import { readIntact } from './proof/intact-store.ts';
import type { Integrity } from './proof/integrity.ts';
import { logHead } from './store/log.ts';
import { preparedQuery } from './store/prepared-query.ts';
import type { Snapshot, Store } from './store/store.ts';

/** By target. */
export type Places = ReadonlyMap<string, PreparedDelivery>;

export interface Kept {
  /** By id. */
  readonly keys: ReadonlyMap<string, KnownKey>;
  /** By representation and environment. */
  readonly deliveries: Readonly<Record<'text/plain' | 'application/json', Map<EnvironmentName, Places>>>;
}

/** What is kept, and how to add to it what is read from the store after this. */
export interface Loaded {
  readonly kept: Kept;
  /** Keeps it, unless an event has come meanwhile that may have changed it. */
  keepKey(id: string, key: KnownKey): void;
  keepDelivery(places: Places, target: string, prompt: PromptName, delivery: PreparedDelivery): void;
}

export interface Memory {
  /** What is kept, if nothing was committed since `load` was last called; undefined when `load` must be called. */
  present(): Kept | undefined;
  /**
   * What is kept, without what the events since then have changed; where the database does not answer, as it was kept
   * (`stale-if-error`), for a day at most.
   * @throws Problem `unavailable` after that, or when nothing is kept yet
   */
  load(): Promise<Loaded>;
}

const MAX_KEYS = 10_000;
const MAX_DELIVERIES = 10_000;
/** When there are more new events than this, everything is forgotten. */
const MAX_NEWS = 200;

/** @param integrity once the log is broken, what is kept stays as it is, and nothing is added */
export function memory(store: Store, integrity: Integrity): Memory {
  const keys = new Map<string, KnownKey>();
  const deliveries = {
    'text/plain': new Map<EnvironmentName, Map<string, PreparedDelivery>>(),
    'application/json': new Map<EnvironmentName, Map<string, PreparedDelivery>>(),
  };
  const kept: Kept = { keys, deliveries };
  /** Nothing is added: it could not be told later whether it is still so. */
  const unchanged: Loaded = { kept, keepKey: () => {}, keepDelivery: () => {} };
  /** How to forget what is kept of each prompt. */
  const ofPrompt = new Map<PromptName, (() => void)[]>();
  let count = 0;
  let revision = Number.NaN;
  let head: ChainHead | undefined;
  /** Counts what was forgotten: who read before that may have read what is no more. */
  let generation = 0;
  let refreshing: { readonly revision: number; readonly done: Promise<void> } | undefined;

  const forgetDeliveries = (): void => {
    for (const byEnvironment of Object.values(deliveries)) byEnvironment.clear();
    ofPrompt.clear();
    count = 0;
  };
  const forgetPrompt = (prompt: PromptName): void => {
    const own = ofPrompt.get(prompt) ?? [];
    for (const forget of own) forget();
    count -= own.length;
    ofPrompt.delete(prompt);
  };

  async function refresh(present: number): Promise<void> {
    const news = await readIntact(store, integrity, snapshot => newsSince(snapshot, head));
    generation++;
    if (news.events === undefined) {
      keys.clear();
      forgetDeliveries();
      head = news.head;
    } else {
      for (const { kind, prompt, data } of news.events) {
        const about = ABOUT[kind];
        if (about === 'prompt' && prompt !== null) forgetPrompt(prompt);
        if (about === 'key') keys.delete((JSON.parse(data) as EventData['key.revoked']).id);
        if (about === 'environment') forgetDeliveries();
      }
      if (news.head.seq > (head?.seq ?? 0)) head = news.head;
    }
    revision = present;
  }

  function loaded(): Loaded {
    const since = generation;
    return {
      kept,
      keepKey(id, key) {
        if (since !== generation) return;
        if (keys.size >= MAX_KEYS && !keys.has(id)) keys.clear();
        keys.set(id, key);
      },
      keepDelivery(into, target, prompt, delivery) {
        if (since !== generation) return;
        if (count >= MAX_DELIVERIES) {
          generation++;
          forgetDeliveries();
          return;
        }
        const map = into as Map<string, PreparedDelivery>;
        if (!map.has(target)) {
          const own = ofPrompt.get(prompt) ?? [];
          own.push(() => map.delete(target));
          ofPrompt.set(prompt, own);
          count++;
        }
        map.set(target, delivery);
      },
    };
  }

  return {
    present: () => (integrity.broken() !== null || store.recentRevision() === revision ? kept : undefined),
    async load() {
      if (integrity.broken() !== null) return unchanged;
      // Taken before the log is read: what is committed in between is noticed the next time.
      const before = store.revision();
      if (before === revision) return loaded();
      if (refreshing?.revision !== before) {
        const done = refresh(before);
        const mine = { revision: before, done };
        refreshing = mine;
        const over = (): void => {
          if (refreshing === mine) refreshing = undefined;
        };
        done.then(over, over);
      }
      try {
        await refreshing?.done;
      } catch (error) {
        if (Problem.is(error, 'log_broken')) return unchanged;
        if (!Problem.is(error, 'unavailable') || head === undefined || store.lost()) throw error;
        return unchanged;
      }
      return loaded();
    },
  };
}

/** What an event of each kind changes of what is kept. */
const ABOUT: Readonly<Record<EventKind, 'prompt' | 'key' | 'environment' | null>> = {
  'environment.set': 'environment',
  'key.created': 'key',
  'key.revoked': 'key',
  'key.expiry_set': 'key',
  'signing_key.set': null,
  'head.accepted': null,
  'version.published': 'prompt',
  'promotion.requested': null,
  'promotion.approved': null,
  'promotion.planned': null,
  'promotion.held': null,
  'promotion.applied': 'prompt',
  'promotion.rejected': null,
  'promotion.cancelled': null,
  'promotion.superseded': null,
  'promotion.commented': null,
  'prompt.archived': 'prompt',
  'prompt.restored': 'prompt',
  'webhook.created': null,
  'webhook.removed': null,
};

interface News {
  readonly head: ChainHead;
  /** Undefined when there are too many, or the log is not the one that was read before. */
  readonly events:
    | readonly { readonly kind: EventKind; readonly prompt: PromptName | null; readonly data: string }[]
    | undefined;
}

async function newsSince(snapshot: Snapshot, head: ChainHead | undefined): Promise<News> {
  if (head === undefined) return { head: await logHead(snapshot), events: undefined };
  const rows = await selectNews(snapshot, { seq: head.seq });
  const [first] = rows;
  const last = rows.at(-1);
  if (first?.seq !== head.seq || first.hash !== head.hash || last === undefined || rows.length > MAX_NEWS)
    return { head: await logHead(snapshot), events: undefined };
  return { head: { seq: last.seq, hash: last.hash }, events: rows.slice(1) };
}

const selectNews = preparedQuery((database, { seq }: { readonly seq: number }) =>
  database
    .selectFrom('events')
    .select(['seq', 'hash', 'kind', 'prompt', 'data'])
    .where('seq', '>=', seq)
    .orderBy('seq')
    .limit(MAX_NEWS + 1),
);
