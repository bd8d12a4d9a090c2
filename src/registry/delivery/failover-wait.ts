/**
 * Deliveries that wait while the database fails over. A version that another process just published is not in memory
 * yet, but the next primary has it, within seconds.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Store } from '../store/store.ts';

export interface FailoverWaitOptions {
  /** The time after losing the database for which deliveries wait, in ms; default: `FAILOVER_TIME`. */
  readonly time?: number | undefined;
  /** Aborts when nothing may wait any longer. */
  readonly closing?: AbortSignal | undefined;
}

/** @returns true if reading again may succeed. Resolves when the database is back, or when waiting must end. */
export type FailoverWait = (key: string) => Promise<boolean>;

/** In ms: twice the time in which a cluster elects a primary. After that, the wait could be arbitrarily long. */
export const FAILOVER_TIME = 20_000;
/** The maximum number of waiting deliveries, because each retains its request. */
const MOST = 256;
const MOST_OF_KEY = 32;
/** In ms. */
const POLL = 50;
/**
 * The time in which a broken connection shows as a loss of the database, in ms. Otherwise it failed for another reason.
 */
const NOTICE = 1000;

/** Does not wait if the database is a file, which does not fail over. */
export function failoverWait(
  store: Pick<Store, 'file' | 'awaySince'>,
  { time = FAILOVER_TIME, closing }: FailoverWaitOptions = {},
): FailoverWait {
  const waiting = new Map<string, number>();
  let all = 0;

  async function untilBack(): Promise<boolean> {
    const noticed = performance.now() + NOTICE;
    for (let wasAway = false; closing?.aborted !== true; ) {
      const since = store.awaySince();
      if (since === undefined && (wasAway || performance.now() > noticed)) return wasAway;
      if (since !== undefined && performance.now() > since + time) return false;
      wasAway ||= since !== undefined;
      await sleep(POLL, undefined, { ref: false });
    }
    return false;
  }

  return async key => {
    const ofKey = waiting.get(key) ?? 0;
    if (store.file !== undefined || time === 0 || all >= MOST || ofKey >= MOST_OF_KEY) return false;
    waiting.set(key, ofKey + 1);
    all++;
    try {
      return await untilBack();
    } finally {
      all--;
      const left = (waiting.get(key) ?? 1) - 1;
      if (left === 0) waiting.delete(key);
      else waiting.set(key, left);
    }
  };
}
