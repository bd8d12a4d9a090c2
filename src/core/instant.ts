/** Instants as the registry writes them: RFC 3339 in UTC with milliseconds and years of four digits. */

/** The last instant that can be written, in ms since 1970. */
export const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');
const FIRST_INSTANT = Date.parse('0000-01-01T00:00:00.000Z');

/** Returns whether an RFC 3339 instant can be written in UTC, where its year may not have four digits. */
export function isWritableInstant(text: string): boolean {
  const time = Date.parse(text);
  return time >= FIRST_INSTANT && time <= LAST_INSTANT;
}

/** An instant in UTC, limited to the range that can be written. @param time in ms since 1970 */
export function writtenInstant(time: number): string {
  return new Date(Math.min(Math.max(time, FIRST_INSTANT), LAST_INSTANT)).toISOString();
}
