/** The schedule for repeating failed attempts, as proposed by Standard Webhooks: a little over three days. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Pauses in ms, after the first attempt, the second … */
const PAUSES: readonly number[] = [
  5 * SECOND,
  5 * MINUTE,
  30 * MINUTE,
  2 * HOUR,
  5 * HOUR,
  10 * HOUR,
  14 * HOUR,
  20 * HOUR,
  24 * HOUR,
];
/** The longest Retry-After of a receiver that is respected, in ms: a year. */
const LONGEST = 365 * 24 * HOUR;
/** The random share of a pause, so that attempts that failed together are not repeated together. */
const JITTER = 0.2;

export const MAX_ATTEMPTS = PAUSES.length + 1;

/**
 * The wait after an attempt (1, 2 …), in ms; undefined if it was the last one.
 * @param random 0 to 1
 * @param asked the receiver's Retry-After, in ms
 */
export function pauseAfter(attempt: number, random: number, asked = 0): number | undefined {
  const pause = PAUSES[attempt - 1];
  if (pause === undefined) return undefined;
  return Math.max(Math.round(pause * (1 + JITTER * random)), Math.min(asked, LONGEST));
}
