/** An operator's confirmation that the clock is right although it is far ahead of the log, recorded in the log. */
import type { Author } from '../access/caller.ts';
import { believeClock, whyClockNotBelieved } from '../store/clock.ts';
import { appendEvent, newestTime } from '../store/log.ts';
import type { Store } from '../store/store.ts';

export interface AcceptedClock {
  /** The time of the newest event until then; null if there was none. */
  readonly before: string | null;
  /** The seq of the event that records it, and its time. */
  readonly seq: number;
  readonly at: string;
}

/**
 * Records the event `clock.accepted` at the clock's time.
 * @returns null if the clock is already trusted, and nothing was recorded
 */
export async function acceptClock(
  store: Store,
  author: Author,
  reason: string,
): Promise<AcceptedClock | null> {
  return store.write(async transaction => {
    const before = await newestTime(transaction);
    if (whyClockNotBelieved(transaction, store.now(), before) === undefined) return null;
    believeClock(transaction);
    const { seq, at } = await appendEvent(transaction, store.now, () => ({
      ...author,
      kind: 'clock.accepted',
      data: { reason },
    }));
    return { before: before ?? null, seq, at };
  });
}
