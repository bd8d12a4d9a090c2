/** Parses the time in a log line, in the formats of loggers and servers, if it has an offset from UTC. Pure. */

/**
 * UTF-16 code units at each end of a line in which its time is searched: logged texts in between may contain others.
 */
const HEAD = 1000;

const TIME = String.raw`(?<time>\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)`;
/** `Z`, ` UTC`, `+02:00`, ` +0200`, ` GMT+0200` or `+02`; not `UTC+2`, whose hours are no offset of any standard. */
const ZONE = String.raw`(?: ?(?<utc>Z|UTC|GMT)(?![A-Za-z0-9]|[+-]\d)| ?(?:UTC|GMT)?(?<hours>[+-](?:0\d|1[0-4])):?(?<minutes>[0-5]\d)(?!\d)|(?<hour>[+-](?:0\d|1[0-4]))(?![\d:]))`;
const MONTH = '(?<month>[A-Z][a-z]{2})';

const WITH_OFFSET: readonly RegExp[] = [
  // RFC 3339, with the liberties of ISO 8601, Ruby, Go and PostgreSQL: `2026-03-01 10:00:00.123 +0000`, `… UTC`, `…+00`.
  new RegExp(String.raw`(?<![\d-])(?<year>\d{4})-(?<month>\d\d)-(?<day>\d\d)[T ]${TIME}${ZONE}`, 'i'),
  // The basic form of ISO 8601: `20260301T100000Z`.
  new RegExp(
    String.raw`(?<![\w-])(?<year>\d{4})(?<month>\d\d)(?<day>\d\d)T(?<time>\d{6}(?:[.,]\d{1,9})?)${ZONE}`,
  ),
  // Apache and nginx: `01/Mar/2026:10:00:00 +0000`.
  new RegExp(String.raw`(?<!\d)(?<day>\d\d)\/${MONTH}\/(?<year>\d{4}):${TIME}${ZONE}`),
  // RFC 5322: `01 Mar 2026 10:00:00 GMT`.
  new RegExp(String.raw`(?<!\d)(?<day>\d{1,2}) ${MONTH} (?<year>\d{4}) ${TIME}${ZONE}`),
  // JavaScript's `Mar 01 2026 10:00:00 GMT+0000`.
  new RegExp(String.raw`\b${MONTH} (?<day>\d\d) (?<year>\d{4}) ${TIME}${ZONE}`),
  // C's `Mar 1 10:00:00 2026 +0000`, as in git, and with the year at the end.
  new RegExp(String.raw`\b${MONTH} {1,2}(?<day>\d{1,2}) ${TIME} (?<year>\d{4})${ZONE}`),
  new RegExp(String.raw`\b${MONTH} {1,2}(?<day>\d{1,2}) ${TIME}${ZONE} (?<year>\d{4})(?!\d)`),
];
/** Seconds, milliseconds, microseconds or nanoseconds since 1970, distinguished by the number of digits until 2286. */
const EPOCH = String.raw`(?<epoch>\d{19}|\d{16}|\d{13}|\d{10})(?<fraction>\.\d+)?(?![\d.])`;
/** `ts=1772359200.123`, and at the beginning of a line with milliseconds, as in Squid. */
const PLAIN_EPOCHS: readonly RegExp[] = [
  new RegExp(String.raw`(?<![\w.\\-])(?:time(?:stamp)?|ts)="?${EPOCH}`),
  new RegExp(String.raw`^\[?(?=\d{10}\.\d{3}|\d{13})${EPOCH}(?=[\s\]])`),
];
/** The JSON field with the line's own time, at any position, because some loggers sort fields. */
const FIELD =
  /(?<!\\)"(?:@?timestamp|time|ts|@t|date|datetime|timeMillis|epochSecond|time_?unix_?nano|__REALTIME_TIMESTAMP)"\s?:\s?(?:\{\s?"seconds"\s?:\s?)?"?(?=\d)/gi;
const EPOCH_OF_A_FIELD = new RegExp(`^${EPOCH}`);
/** A time with or without an offset. */
const ANY =
  /(?<![\w:.-])\d{1,2}:\d\d:\d\d(?![\d:])|(?<![\d-])\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|(?<!\d)\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:/i;
/** The longest value of a field that is examined, in UTF-16 code units. */
const LONGEST = 40;

/**
 * RFC 3339 in UTC; undefined if the line has no time with an offset. A JSON field takes precedence, then the first time
 * in the line; if that has no offset, no other is used.
 */
export function timeIn(line: string): string | undefined {
  const head = line.slice(0, HEAD);
  const tail = line.slice(Math.max(HEAD, line.length - HEAD));
  const own = fieldIn(head) ?? fieldIn(tail) ?? { time: firstTime(head) };
  return own.time === undefined ? undefined : new Date(own.time).toISOString();
}

/** @returns undefined if there is no such field; its time is undefined if it has no offset */
function fieldIn(text: string): { readonly time: number | undefined } | undefined {
  for (const { 0: name, index } of text.matchAll(FIELD)) {
    const value = text.slice(index + name.length, index + name.length + LONGEST);
    const epoch = EPOCH_OF_A_FIELD.exec(value);
    if (epoch !== null) return { time: epochOf(epoch) };
    if (ANY.exec(value)?.index === 0 || first(WITH_OFFSET, value)?.index === 0)
      return { time: firstTime(value) };
  }
  return undefined;
}

/** In ms since 1970. */
function firstTime(text: string): number | undefined {
  const found = first([...WITH_OFFSET, ...PLAIN_EPOCHS], text);
  if (found === undefined || (ANY.exec(text)?.index ?? found.index) < found.index) return undefined;
  return found.groups?.['epoch'] === undefined ? instantIn(found) : epochOf(found);
}

function first(patterns: readonly RegExp[], text: string): RegExpExecArray | undefined {
  return patterns
    .map(pattern => pattern.exec(text))
    .filter(found => found !== null)
    .sort((one, other) => one.index - other.index)[0];
}

/** Undefined for an impossible date, such as February 30. */
function instantIn({ groups = {} }: RegExpExecArray): number | undefined {
  const { year = '', month = '', day = '', time = '', utc, hours, minutes, hour } = groups;
  const number = MONTHS.indexOf(month) < 0 ? month : String(MONTHS.indexOf(month) + 1).padStart(2, '0');
  const date = `${year}-${number}-${day.padStart(2, '0')}`;
  const clock = time.replace(/^(\d\d)(\d\d)(\d\d)/, '$1:$2:$3').replace(',', '.');
  // Date does not support leap seconds, so use the second before.
  const parsed = Date.parse(`${date}T${clock.replace(/:60(?=\.|$)/, ':59')}Z`);
  const midnight = Date.parse(`${date}T00:00:00Z`);
  if (Number.isNaN(parsed) || !new Date(midnight).toISOString().startsWith(date)) return undefined;
  if (utc !== undefined) return parsed;
  const offset = hour ?? hours ?? '+00';
  const distance = Number(offset.slice(1)) * 60 + Number(minutes ?? 0);
  return parsed - (offset.startsWith('-') ? -1 : 1) * distance * 60_000;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Converts any of the four units to milliseconds by adding or cutting off digits. */
function epochOf({ groups = {} }: RegExpExecArray): number {
  const { epoch = '', fraction = '' } = groups;
  return Number(`${epoch}${fraction.slice(1)}`.slice(0, 13).padEnd(13, '0'));
}
