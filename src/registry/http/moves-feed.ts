/** Calls of readers that wait until a channel of their environment moves. One wait on the store serves all of them. */
import type { EnvironmentName } from '../../core/environment.ts';
import { Problem } from '../../core/problem.ts';
import type { Moves } from '../delivery/moves.ts';
import type { Store } from '../store/store.ts';

export interface MovesFeed {
  /**
   * The cursor of an environment: at once where it is not `after`, else when it is another one, after `wait` ms, or when
   * `gone` aborts.
   * @param key whose calls are counted: one may have so many waiting
   * @throws Problem `queue_full`, `unavailable`
   */
  next(of: Place, key: string, wait: number, gone: () => AbortSignal): Promise<MovesAnswer>;
}

export interface Place {
  readonly environment: EnvironmentName;
  readonly after: string | undefined;
}

export interface MovesAnswer {
  readonly cursor: string;
  /** True where the call was held open. */
  readonly waited: boolean;
}

/** ms: the store is asked again after it, whether or not anything has changed. */
const LONGEST = 30_000;

export function movesFeed(
  store: Pick<Store, 'changed' | 'revision'>,
  moves: Moves,
  closing: AbortSignal,
  maxWaitingPerKey: number,
): MovesFeed {
  const waitingOf = new Map<string, number>();
  let change: { readonly since: number; readonly happened: Promise<void> } | undefined;

  /** Resolves when the store's revision is another than `since`. */
  function changed(since: number): Promise<void> {
    if (change?.since !== since) {
      const own = { since, happened: store.changed(since, LONGEST, closing) };
      change = own;
      void own.happened.finally(() => {
        if (change === own) change = undefined;
      });
    }
    return change.happened;
  }

  async function waited({ environment, after }: Place, wait: number, gone: AbortSignal): Promise<string> {
    const over = AbortSignal.any([gone, closing]);
    const deadline = performance.now() + wait;
    let timer: NodeJS.Timeout | undefined;
    let leave = () => {};
    const ended = new Promise<void>(resolve => {
      leave = resolve;
      timer = setTimeout(resolve, wait);
      over.addEventListener('abort', leave, { once: true });
    });
    try {
      for (;;) {
        const since = store.revision();
        const cursor = await moves.cursorOf(environment);
        if (cursor !== after || over.aborted || performance.now() >= deadline) return cursor;
        await Promise.race([changed(since), ended]);
      }
    } finally {
      clearTimeout(timer);
      over.removeEventListener('abort', leave);
    }
  }

  return {
    async next(place, key, wait, gone) {
      const cursor = await moves.cursorOf(place.environment);
      if (place.after === undefined || cursor !== place.after || wait <= 0 || closing.aborted)
        return { cursor, waited: false };
      const count = waitingOf.get(key) ?? 0;
      if (count >= maxWaitingPerKey) throw tooManyWaiting(count);
      waitingOf.set(key, count + 1);
      try {
        return { cursor: await waited(place, wait, gone()), waited: true };
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
    `This key already has ${count} calls waiting for a channel to move. Share one call among those that need it, or ask again without "wait".`,
    { retryAfter: 1 },
  );
}
