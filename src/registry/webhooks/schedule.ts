/** When an event that a receiver did not take is sent again: the schedule that Standard Webhooks proposes, a little over three days long. */

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** After the first attempt, the second … in ms. */
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
/** The longest that a receiver's Retry-After is waited for, in ms: a year. */
const LONGEST = 365 * 24 * HOUR;
/** Of a pause: so that those that failed together do not come back together. */
const JITTER = 0.2;

export const MAX_ATTEMPTS = PAUSES.length + 1;

/**
 * The wait after an attempt (1, 2 …), in ms; undefined: it was the last one.
 * @param random 0 to 1
 * @param asked the receiver's Retry-After, in ms
 */
export function pauseAfter(attempt: number, random: number, asked = 0): number | undefined {
  const pause = PAUSES[attempt - 1];
  if (pause === undefined) return undefined;
  return Math.max(Math.round(pause * (1 + JITTER * random)), Math.min(asked, LONGEST));
}
