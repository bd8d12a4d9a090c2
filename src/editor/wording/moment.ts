/** Parses a date and time typed by a person, in a time zone with its summer time. */

export interface Moment {
  /** RFC 3339 UTC with milliseconds. */
  readonly at: string;
  /** True if the wall clock shows it twice, because clocks go back; this is the first instant. */
  readonly twice: boolean;
}

const OFFSET = /^(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?) ?([Zz]|UTC|[+-]\d{2}:\d{2})$/;
const LOCAL =
  /^(?:(\d{4})-(\d{1,2})-(\d{1,2})|(today|yesterday|tomorrow))?(?:(?:^|[Tt ]+)(\d{1,2}):(\d{2})(?::(\d{2}))?)?$/i;

const DAY_MS = 86_400_000;

/**
 * `2026-09-12 16:03`, with seconds or without a time (midnight); `16:03` is today, `yesterday 16:03` the day before; or
 * an instant of RFC 3339, such as `2026-09-12T14:03:00Z`. Returns an error message for other text.
 * @param now milliseconds since 1970
 * @param timeZone an IANA name, such as `Europe/Berlin`
 */
export function parseMoment(text: string, now: number, timeZone: string): Moment | string {
  const typed = text.trim();
  const exact = OFFSET.exec(typed);
  if (exact !== null) {
    const [, date = '', time = '', zone = ''] = exact;
    const at = Date.parse(`${date}T${time}${/^(z|utc)$/i.test(zone) ? 'Z' : zone}`);
    return Number.isNaN(at) || !isDate(...numbers(date.split('-')))
      ? noSuch(typed)
      : { at: new Date(at).toISOString(), twice: false };
  }
  const local = LOCAL.exec(typed);
  if (typed === '' || local === null)
    return 'Enter a date and time such as 2026-09-12 16:03 or 2026-09-12T14:03:00Z.';
  const [, year, month, day, word, hour = '0', minute = '0', second = '0'] = local;
  const date: Date3 =
    year === undefined ? dayOf(now, word, timeZone) : numbers([year, month ?? '', day ?? '']);
  const time = numbers([hour, minute, second]);
  if (!isDate(...date) || time[0] > 23 || time[1] > 59 || time[2] > 59) return noSuch(typed);
  const wall = Date.UTC(date[0], date[1] - 1, date[2], ...time);
  const [first, second_] = instantsAt(wall, timeZone);
  if (first === undefined)
    return `This time does not exist in ${timeZone}, because clocks go forward. Enter an earlier or later time.`;
  return { at: new Date(first).toISOString(), twice: second_ !== undefined };
}

/** `2026-09-12 16:03`, as `parseMoment` reads it. */
export function localText(at: number, timeZone: string): string {
  return new Date(at + offsetAt(at, timeZone)).toISOString().slice(0, 16).replace('T', ' ');
}

/** The zone of this machine; VS Code's window may be on another one. */
export function ownTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

type Date3 = [number, number, number];

/** The instants at which a wall clock shows `wall` (written as if it were UTC), the first one first. */
function instantsAt(wall: number, timeZone: string): number[] {
  const offsets = new Set([offsetAt(wall - DAY_MS, timeZone), offsetAt(wall + DAY_MS, timeZone)]);
  return [...offsets]
    .map(offset => wall - offset)
    .filter(at => at + offsetAt(at, timeZone) === wall)
    .sort((a, b) => a - b);
}

/** The zone's offset from UTC, in milliseconds. */
function offsetAt(at: number, timeZone: string): number {
  const second = Math.floor(at / 1000) * 1000;
  const parts = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(second);
  const of = (type: Intl.DateTimeFormatPartTypes) =>
    Number(parts.find(part => part.type === type)?.value ?? 0);
  const wall = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return wall - second;
}

function dayOf(now: number, word: string | undefined, timeZone: string): Date3 {
  const days = { yesterday: -1, tomorrow: 1 }[word?.toLowerCase() ?? ''] ?? 0;
  const wall = new Date(now + offsetAt(now, timeZone) + days * DAY_MS);
  return [wall.getUTCFullYear(), wall.getUTCMonth() + 1, wall.getUTCDate()];
}

function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

function numbers(texts: readonly string[]): Date3 {
  const [a = 0, b = 0, c = 0] = texts.map(Number);
  return [a, b, c];
}

function noSuch(text: string): string {
  return `This date or time does not exist: ${text}.`;
}
