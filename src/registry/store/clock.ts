/**
 * Decides whether to trust a clock. A wrong clock would shift the log's time permanently, as that never runs backwards,
 * and apply promotions planned for next month. So no event is much later than the one before it, unless another clock
 * agrees or an operator confirms it.
 */
import { uptime as systemUptime } from 'node:os';
import { Problem } from '../../core/problem.ts';
import type { ReadSnapshot, WriteTransaction } from './store.ts';

/** In ms. Clocks may differ by this much; an event this soon after the newest one needs no second clock. */
export const CLOCK_TOLERANCE = 60 * 60_000;
/** In ms: how old the newest event may be when a process starts, because its machine's clock is then the only one. */
export const LONGEST_PAUSE = 31 * 24 * 60 * 60_000;
/** In ms: for this long, the clock and the uptime are assumed to agree. */
const ANCHOR = 1000;

export interface ClockRule {
  /**
   * Why an event may not have this time; undefined if it may.
   * @param time in ms since 1970, as is `newest`, the time of the last event
   */
  whyNot(time: number, newest: number): string | undefined;
}

/**
 * The rule for a data folder: the machine's clock is trusted as long as it advances like the machine's uptime. Setting
 * the clock does not change the uptime, which also counts sleep.
 * @param uptime in seconds
 */
export function machineClockRule(now: () => Date, uptime: () => number = systemUptime): ClockRule {
  let start = { time: now().getTime(), uptime: uptime() };
  let isStartBelieved = false;
  return {
    whyNot(time, newest) {
      if (time <= newest + CLOCK_TOLERANCE) {
        // Reading the uptime costs as much as a statement.
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

/** The rule for a database: its clock is trusted as long as the machine's clock agrees. */
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

/** Makes a store refuse events whose time is not trusted. */
export function useClockRule(store: object, rule: ClockRule): void {
  ofStores.set(store, rule);
}

/** Called by a store when a write begins. */
export function takeClockRuleOf(store: object, transaction: ReadSnapshot): void {
  const rule = ofStores.get(store);
  if (rule !== undefined) ofTransactions.set(transaction, rule);
}

/** Called when an operator confirms the clock: this transaction then trusts it. */
export function believeClock(transaction: WriteTransaction): void {
  ofTransactions.delete(transaction);
}

/** Why an event of this time would be refused; undefined if it would not. @param newest RFC 3339 */
export function whyClockNotBelieved(
  transaction: ReadSnapshot,
  time: Date,
  newest: string | undefined,
): string | undefined {
  // The first event may have any time.
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
