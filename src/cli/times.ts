/** Parses instants and durations in options. It imports the contract, which takes a while to load. */
import { InvalidArgumentError } from 'commander';
import { MAX_OVERLAP } from '../contract/keys.ts';
import { timestamp } from '../contract/values.ts';

/** An instant of RFC 3339. */
export function instantArgument(text: string): string {
  if (timestamp.safeParse(text).success) return text;
  throw new InvalidArgumentError(
    'Give a time with its time zone, such as 2026-09-12T14:03:00Z or 2026-09-12T16:03:00+02:00.',
  );
}

/** A duration as for `durationArgument`, or `0` for none, in milliseconds. */
export function overlapArgument(text: string): number {
  const overlap = text === '0' ? 0 : durationArgument(text);
  if (overlap > MAX_OVERLAP * 1000)
    throw new InvalidArgumentError(`It is longer than ${MAX_OVERLAP / 24 / 60 / 60} days.`);
  return overlap;
}

const UNIT_IN_HOURS = { h: 1, d: 24, w: 7 * 24, y: 365 * 24 } as const;
const HOUR = 60 * 60 * 1000;
const MAX_YEARS = 100;

/** `12h`, `90d`, `26w` or `1y` (of 365 days), in milliseconds. */
export function durationArgument(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,4})([hdwy])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) {
    const [, number, first = ''] = /^([1-9]\d{0,4})\s*([hdwy])(?:[a-z]*)$/i.exec(text.trim()) ?? [];
    const short = `${number}${first.toLowerCase()}`;
    const said = number === undefined || short === text ? '' : `Did you mean "${short}"? `;
    throw new InvalidArgumentError(`${said}Give a number and h, d, w or y, such as 12h, 90d or 1y.`);
  }
  const hours = Number(count) * UNIT_IN_HOURS[unit as keyof typeof UNIT_IN_HOURS];
  if (hours > MAX_YEARS * UNIT_IN_HOURS.y)
    throw new InvalidArgumentError(`It is longer than ${MAX_YEARS} years.`);
  return hours * HOUR;
}
