/** Formats ages and durations like VS Code itself. */

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

/** Formats how long something has been the case: `2 days`, `1 hour`, `less than a minute`. As `ageOf`. */
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

/** Date and time with the zone, by default the reader's own: `Sep 12 at 16:03 CEST`. The year is included if it is not the current one. */
export function instantOf(at: string, timeZone?: string, now = Date.now()): string {
  const { day, month, year, time, zone } = partsOf(at, timeZone);
  const isThisYear = year === yearOf(now, timeZone);
  return `${month} ${day}${isThisYear ? '' : `, ${year}`} at ${time} ${zone}`;
}

/** The instant in the reader's zone, and in UTC if that differs: `Sep 12 at 16:03 CEST (14:03 UTC)`. */
export function bothZones(at: string, timeZone?: string, now = Date.now()): string {
  const own = partsOf(at, timeZone);
  const utc = partsOf(at, 'UTC');
  const here = instantOf(at, timeZone, now);
  if (own.zone === utc.zone) return here;
  return own.day === utc.day && own.month === utc.month
    ? `${here} (${utc.time} UTC)`
    : `${here} (${instantOf(at, 'UTC', now)})`;
}

const FARTHEST_ZONE_MS = 14 * 3_600_000;

/** The year at an instant: the same in every zone, except around New Year. */
function yearOf(at: number, timeZone: string | undefined): string {
  const [first, last] = [at - FARTHEST_ZONE_MS, at + FARTHEST_ZONE_MS].map(each =>
    new Date(each).getUTCFullYear(),
  );
  return first === last ? String(first) : partsOf(new Date(at).toISOString(), timeZone).year;
}

function partsOf(at: string, timeZone: string | undefined) {
  const date = new Date(at);
  const parts = new Map(
    formattersOf(timeZone)
      .flatMap(format => format.formatToParts(date))
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? '';
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    time: `${part('hour')}:${part('minute')}`,
    zone: part('timeZoneName'),
  };
}

/**
 * How long formatters are cached, in ms: creating one takes far longer than using it, and a list has a thousand
 * instants, but the reader's zone may change.
 */
const FORMATTERS_MS = 1000;
let formatters = { madeAt: Number.NEGATIVE_INFINITY, byZone: new Map<string, Intl.DateTimeFormat[]>() };

function formattersOf(timeZone: string | undefined): readonly Intl.DateTimeFormat[] {
  if (performance.now() - formatters.madeAt > FORMATTERS_MS)
    formatters = { madeAt: performance.now(), byZone: new Map() };
  const { byZone } = formatters;
  const known = byZone.get(timeZone ?? '');
  if (known !== undefined) return known;
  const zoned = timeZone === undefined ? {} : { timeZone };
  const made = [
    new Intl.DateTimeFormat('en-US', { ...zoned, year: 'numeric', month: 'short', day: 'numeric' }),
    // British English has names for Europe's time zones: CEST instead of GMT+2.
    new Intl.DateTimeFormat('en-GB', {
      ...zoned,
      hour: '2-digit',
      minute: '2-digit',
      timeZoneName: 'short',
    }),
  ];
  byZone.set(timeZone ?? '', made);
  return made;
}

/** RFC 3339 in UTC, in seconds if it has no fraction. */
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

/** Like `listed`, with at most four items: if there are more, the first three and the number of others. */
export function shortList(items: readonly string[]): string {
  return listed(items.length > 4 ? [...items.slice(0, 3), `${items.length - 3} more`] : items);
}
