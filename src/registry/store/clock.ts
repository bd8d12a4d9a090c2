/**
 * Whether a clock is believed. One that is wrong would shift the log's time for good, as that never runs backwards, and
 * have promotions applied that were planned for next month. So no event is much later than the one before it, unless
 * another clock agrees or an operator confirms it.
 */
import { uptime as systemUptime } from 'node:os';
import { Problem } from '../../core/problem.ts';
import type { ReadSnapshot, WriteTransaction } from './store.ts';

/** What clocks may differ by, and what needs no other clock after the newest event. */
export const CLOCK_TOLERANCE = 60 * 60_000;
/** For how long a registry may have had no event when a process opens it, which then has no other clock than its machine's. */
export const LONGEST_PAUSE = 31 * 24 * 60 * 60_000;
/** For how long, in ms, both clocks are taken to have gone alike. */
const ANCHOR = 1000;

export interface ClockRule {
  /**
   * Why an event may not be of this time; undefined: it may.
   * @param time in ms since 1970, as is `newest`, the time of the last event
   */
  whyNot(time: number, newest: number): string | undefined;
}

/**
 * Of a data folder: the machine's clock is believed while it moves as the time does since the machine was started,
 * which counts on whatever the clock is set to, and also while the machine sleeps.
 * @param uptime in seconds
 */
export function machineClockRule(now: () => Date, uptime: () => number = systemUptime): ClockRule {
  let start = { time: now().getTime(), uptime: uptime() };
  let isStartBelieved = false;
  return {
    whyNot(time, newest) {
      if (time <= newest + CLOCK_TOLERANCE) {
        // To ask how long the machine has run costs as much as a statement.
        if (Math.abs(time - start.time) >= ANCHOR) start = { time, uptime: uptime() };
        isStartBelieved = true;
        return undefined;
      }
      const ahead = time - start.time - (uptime() - start.uptime) * 1000;
      if (ahead > CLOCK_TOLERANCE)
        return `The clock of the registry's machine was set forward by ${span(ahead)} while the registry ran.`;
      isStartBelieved ||= start.time <= newest + LONGEST_PAUSE;
      if (isStartBelieved) return undefined;
      return `The clock of the registry's machine is ${span(time - newest)} ahead of the newest event, of ${written(newest)}.`;
    },
  };
}

/** Of a database, whose clock is the registry's: it is believed while the machine's agrees. */
export function databaseClockRule(machine: () => Date): ClockRule {
  return {
    whyNot(time, newest) {
      const difference = time - machine().getTime();
      if (time <= newest + CLOCK_TOLERANCE || Math.abs(difference) <= CLOCK_TOLERANCE) return undefined;
      const how = difference > 0 ? 'ahead of' : 'behind';
      return `The clock of the registry's database is ${span(Math.abs(difference))} ${how} the clock of this machine, and the newest event is of ${written(newest)}.`;
    },
  };
}

const ofStores = new WeakMap<object, ClockRule>();
const ofTransactions = new WeakMap<ReadSnapshot, ClockRule>();

/** Has a store take no event whose time is not believed. */
export function useClockRule(store: object, rule: ClockRule): void {
  ofStores.set(store, rule);
}

/** Called by a store that begins to write. */
export function takeClockRuleOf(store: object, transaction: ReadSnapshot): void {
  const rule = ofStores.get(store);
  if (rule !== undefined) ofTransactions.set(transaction, rule);
}

/** An operator confirms the clock: this transaction believes it. */
export function believeClock(transaction: WriteTransaction): void {
  ofTransactions.delete(transaction);
}

/** Why an event of this time would be refused; undefined: it would not. `newest`: RFC 3339 */
export function whyClockNotBelieved(
  transaction: ReadSnapshot,
  time: Date,
  newest: string | undefined,
): string | undefined {
  // The first event is taken as it comes.
  if (newest === undefined) return undefined;
  return ofTransactions.get(transaction)?.whyNot(time.getTime(), Date.parse(newest));
}

/** @throws Problem `unavailable` */
export function checkClock(transaction: ReadSnapshot, time: Date, newest: string | undefined): void {
  const why = whyClockNotBelieved(transaction, time, newest);
  if (why === undefined) return;
  throw new Problem(
    'unavailable',
    `${why} Nothing was changed. Whoever runs the registry must set the clock right; if it is right, "promptforge accept-clock" confirms it.`,
  );
}

function written(time: number): string {
  return new Date(time).toISOString();
}

function span(ms: number): string {
  const hours = Math.round(ms / (60 * 60_000));
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}
