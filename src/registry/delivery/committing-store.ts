/**
 * A store that passes its commits to this process's cache: a version that was just published or promoted is delivered
 * even if the database is lost right after the commit. The deliveries are read inside the transaction, so they match
 * the commit, and are used only after it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { EventKind, RegistryEvent } from '../../core/event.ts';
import type { PromptName } from '../../core/name.ts';
import { readVersion } from '../prompts/version-rows.ts';
import type { RegistryCache } from '../registry-cache.ts';
import { notedIn } from '../store/noted.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { wrappedStore } from '../store/wrapped-store.ts';
import { isChangedBy, madePossibleBy } from './affected.ts';
import { type CommittedEvent, committedEvent } from './committed-event.ts';
import { type CachedDelivery, type DeliverySpec, keyOfSpec } from './delivery-cache.ts';
import type { DeliveryMaker, ReadDelivery } from './maker.ts';

/** The changes of a commit, in the order of its events. */
export interface CommittedChange {
  readonly events: readonly RegistryEvent[];
  readonly made: readonly {
    readonly spec: DeliverySpec;
    readonly seq: number;
    readonly read: ReadDelivery;
  }[];
}

const MAKES_DELIVERIES: ReadonlySet<EventKind> = new Set(['version.published', 'promotion.applied']);
/** The maximum per write: for a large batch, the rest is read on request. */
const MOST_MADE = 100;

/** Threads that deliver from their own caches. */
export interface CommitListener {
  /** Requested versions of a prompt, beside those that a promotion prepares anyway. */
  specsOf(prompt: PromptName): readonly DeliverySpec[];
  /** Resolves when no thread delivers anything outdated by these events. */
  committed(events: readonly CommittedEvent[], made: readonly CachedDelivery[]): Promise<void>;
}

export function committingStore(
  store: Store,
  memory: RegistryCache,
  maker: DeliveryMaker,
  listener?: CommitListener,
): Store {
  return wrappedStore(store, {
    read: work => store.read(work),
    async write(work, ahead) {
      let change: CommittedChange | undefined;
      const result = await store.write(async transaction => {
        const before = notedIn(transaction).events.length;
        const done = await work(transaction);
        const events = notedIn(transaction).events.slice(before);
        change = events.length === 0 ? undefined : await changeOf(transaction, events);
        return done;
      }, ahead);
      if (change !== undefined) await kept(change);
      return result;
    },
  });

  async function kept(change: CommittedChange): Promise<void> {
    if (listener === undefined) return await memory.committed(change);
    const { events, made } = change;
    await memory.committed({ events, made: [] });
    await listener.committed(events.map(committedEvent), await prepared(made));
  }

  async function changeOf(
    transaction: WriteTransaction,
    events: readonly RegistryEvent[],
  ): Promise<CommittedChange> {
    const { versions } = notedIn(transaction);
    const made: CommittedChange['made'][number][] = [];
    for (const event of events) {
      if (!MAKES_DELIVERIES.has(event.kind)) continue;
      const { prompt, version, seq } = event;
      if (prompt === undefined || version === undefined || made.length >= MOST_MADE) continue;
      const cached = (listener ?? memory).specsOf(prompt).filter(spec => isChangedBy(spec, event));
      const possible = madePossibleBy(event);
      const others = cached.filter(spec => !possible.some(each => keyOfSpec(each) === keyOfSpec(spec)));
      if (possible.length + others.length === 0) continue;
      const known = versions.get(seq) ?? (await readVersion(transaction, prompt, version));
      for (const spec of [...possible, ...others]) {
        made.push({ spec, seq, read: await maker.readChosen(transaction, spec, version, known) });
      }
    }
    return { events, made };
  }
}

/** The deliveries that are ready in time. The others are prepared on request. */
async function prepared(made: CommittedChange['made']): Promise<CachedDelivery[]> {
  const ready = made.flatMap(({ read }) => ('ready' in read ? [read.ready] : []));
  const preparing = made.flatMap(({ read }) => ('ready' in read ? [] : [read.prepare(NOBODY)]));
  if (preparing.length === 0) return ready;
  const settled = Promise.allSettled(preparing.map(async one => ready.push(await one)));
  await Promise.race([settled, sleep(PATIENCE, undefined, { ref: false })]);
  return [...ready];
}

/** In ms. */
const PATIENCE = 1000;
/** The key of work without a request. */
const NOBODY = '';
