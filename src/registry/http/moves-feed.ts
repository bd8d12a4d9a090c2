/**
 * Calls of readers that wait until a channel of their environment moves. All calls of an environment share one wait on
 * the store, and commits that move nothing there do not wake them.
 */
import type { EnvironmentName } from '../../core/environment.ts';
import { Problem } from '../../core/problem.ts';
import type { Moves } from '../delivery/moves.ts';
import type { Store } from '../store/store.ts';

export interface MovesFeed {
  /**
   * The cursor of an environment: at once if it differs from `after`, otherwise when it changes, after `wait` ms, or
   * when `gone` aborts.
   * @param key limits the calls that wait at once
   * @throws Problem `queue_full`, `unavailable`
   */
  next(of: MovesCursor, key: string, wait: number, gone: () => AbortSignal): Promise<MovesAnswer>;
}

export interface MovesCursor {
  readonly environment: EnvironmentName;
  readonly after: string | undefined;
}

export interface MovesAnswer {
  readonly cursor: string;
  /** True if the call was held open. */
  readonly waited: boolean;
}

interface Waiter {
  readonly after: string;
  readonly resolve: (cursor: string) => void;
}

/** The calls that wait in one environment, and how to end their wait on the store. */
interface Group {
  readonly waiters: Set<Waiter>;
  interrupt: AbortController;
}

/** The maximum wait on the store before the next check, in ms. */
const LONGEST = 30_000;
/** The pause before a retry if the store is unavailable, in ms. */
const PAUSE = 1000;

export function movesFeed(
  store: Pick<Store, 'changed' | 'revision'>,
  moves: Moves,
  closing: AbortSignal,
  maxWaitingPerKey: number,
): MovesFeed {
  const waitingOf = new Map<string, number>();
  const groups = new Map<EnvironmentName, Group>();

  /** Runs as long as calls are waiting. */
  async function watch(environment: EnvironmentName, group: Group): Promise<void> {
    while (group.waiters.size > 0 && !closing.aborted) {
      group.interrupt = new AbortController();
      const revision = store.revision();
      try {
        const cursor = await moves.cursorOf(environment);
        for (const { after, resolve } of group.waiters) if (after !== cursor) resolve(cursor);
        if (group.waiters.size > 0)
          await store.changed(revision, LONGEST, AbortSignal.any([group.interrupt.signal, closing]));
      } catch {
        // The database is unavailable: calls keep waiting, and get the error when they come again.
        await new Promise(resolve => setTimeout(resolve, PAUSE).unref());
      }
    }
    groups.delete(environment);
    for (const { after, resolve } of group.waiters) resolve(after);
  }

  /** @param revision the revision in which `after` was the cursor */
  function held(
    environment: EnvironmentName,
    after: string,
    {
      wait,
      gone,
      revision,
    }: { readonly wait: number; readonly gone: AbortSignal; readonly revision: number },
  ): Promise<string> {
    if (gone.aborted) return Promise.resolve(after);
    const known = groups.get(environment);
    const group = known ?? { waiters: new Set(), interrupt: new AbortController() };
    const { promise, resolve } = Promise.withResolvers<string>();
    const waiter: Waiter = {
      after,
      resolve(cursor) {
        clearTimeout(timer);
        gone.removeEventListener('abort', leave);
        group.waiters.delete(waiter);
        // Nobody is waiting, so end the wait on the store.
        if (group.waiters.size === 0) group.interrupt.abort();
        resolve(cursor);
      },
    };
    const leave = () => waiter.resolve(after);
    const timer = setTimeout(leave, wait);
    gone.addEventListener('abort', leave, { once: true });
    group.waiters.add(waiter);
    if (known === undefined) {
      groups.set(environment, group);
      void watch(environment, group);
      // The group has read another revision, so check again.
    } else if (store.revision() !== revision) group.interrupt.abort();
    return promise;
  }

  return {
    async next({ environment, after }, key, wait, gone) {
      const revision = store.revision();
      const cursor = await moves.cursorOf(environment);
      if (cursor !== after || wait <= 0 || closing.aborted) return { cursor, waited: false };
      const count = waitingOf.get(key) ?? 0;
      if (count >= maxWaitingPerKey) throw tooManyWaiting(count);
      waitingOf.set(key, count + 1);
      try {
        return { cursor: await held(environment, after, { wait, gone: gone(), revision }), waited: true };
      } finally {
        const left = (waitingOf.get(key) ?? 1) - 1;
        if (left === 0) waitingOf.delete(key);
        else waitingOf.set(key, left);
      }
    },
  };
}

function tooManyWaiting(count: number): Problem {
  return new Problem(
    'queue_full',
    `This key already has ${count} calls waiting for a channel to move. Share one call, or call again without "wait".`,
    { retryAfter: 1 },
  );
}
