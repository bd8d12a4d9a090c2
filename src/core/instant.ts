/** Instants as the registry writes them: RFC 3339 in UTC with milliseconds, which has years of four digits. */

/** The last that can be written, in ms since 1970. */
export const LAST_INSTANT = Date.parse('9999-12-31T23:59:59.999Z');
const FIRST_INSTANT = Date.parse('0000-01-01T00:00:00.000Z');

/** Returns whether an instant of RFC 3339 can be written in UTC: an offset may lead out of the years that have four digits. */
export function isWritableInstant(text: string): boolean {
  const time = Date.parse(text);
  return time >= FIRST_INSTANT && time <= LAST_INSTANT;
}

/** In UTC; what cannot be written is the first or last that can. @param time in ms since 1970 */
export function writtenInstant(time: number): string {
  return new Date(Math.min(Math.max(time, FIRST_INSTANT), LAST_INSTANT)).toISOString();
}
