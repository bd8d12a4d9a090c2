/** How long ago something was, as VS Code itself says it. */

const FORMAT = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });
const UNITS = [
  ['year', 365 * 86_400],
  ['month', 30 * 86_400],
  ['week', 7 * 86_400],
  ['day', 86_400],
  ['hour', 3_600],
  ['minute', 60],
] as const;

/** `2 days ago`, `yesterday`, `just now`. `at` is RFC 3339, `now` milliseconds since 1970. */
export function ageOf(at: string, now: number): string {
  const seconds = Math.max(0, (now - Date.parse(at)) / 1000);
  for (const [unit, length] of UNITS) {
    if (seconds >= length) return FORMAT.format(-Math.floor(seconds / length), unit);
  }
  return 'just now';
}

/** How long something has been so: `2 days`, `1 hour`, `less than a minute`. As `ageOf`. */
export function durationOf(since: string, now: number): string {
  return lengthOf(now - Date.parse(since));
}

/** `2 weeks`, `1 hour`, `less than a minute`, of milliseconds. */
export function lengthOf(milliseconds: number): string {
  const seconds = Math.max(0, milliseconds / 1000);
  for (const [unit, length] of UNITS) {
    if (seconds >= length) return counted(Math.floor(seconds / length), unit);
  }
  return 'less than a minute';
}

/** Date and time in the reader's own zone, with the zone: what an age leaves out. */
export function instantOf(at: string, timeZone?: string): string {
  return new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
    ...(timeZone !== undefined && { timeZone }),
  }).format(new Date(at));
}

/** The instant in the reader's zone, and in UTC beside it: `12 Sept 2026, 16:03 CEST (2026-09-12T14:03:00Z)`. */
export function bothZones(at: string, timeZone?: string): string {
  return `${instantOf(at, timeZone)} (${utcOf(at)})`;
}

/** RFC 3339 in UTC, to the second where it has no fraction of one. */
export function utcOf(at: string): string {
  return new Date(at).toISOString().replace('.000Z', 'Z');
}

/** `1 prompt`, `12 prompts`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  return new Intl.ListFormat('en-GB').format(items);
}
