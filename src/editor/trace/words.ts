/** The texts of a traced version: its frequency, times, and what was live then. */
import type { Life, Lives } from '../lives/lives.ts';
import { counted, instantOf, listed } from '../wording/age.ts';
import { placeOf } from '../wording/place.ts';
import type { LogOccurrence, TracedVersion } from './occurrences.ts';

/** `in 214 lines, first Sep 12, 2026, 10:03, last Sep 12, 2026, 10:41` */
export function occurrencesInWords({ lines, first, last }: TracedVersion): string {
  const [from, until] = [whenOf(first), whenOf(last)];
  const span = from === until ? from : `first ${from}, last ${until}`;
  return `${counted(lines, 'line')}, ${span}`;
}

function whenOf({ at, line }: LogOccurrence): string {
  return at === undefined ? `line ${line}` : instantOf(at);
}

/** @param lives of its prompt; undefined if they could not be fetched */
export function liveThenInWords({ version, first, last }: TracedVersion, lives: Lives | undefined): string {
  if (lives === undefined) return 'The version that was live then could not be determined.';
  const all = lives.get(version) ?? [];
  if (all.length === 0) return 'This version was never live.';
  if (first.at === undefined || last.at === undefined)
    return `Live in ${listed(places(all))} at some time. The lines have no timestamps with an offset from UTC.`;
  const [from, until] = [Date.parse(first.at), Date.parse(last.at)];
  const then = all.filter(
    life => Date.parse(life.from) <= until && (life.until === null || Date.parse(life.until) >= from),
  );
  if (then.length > 0) return `Live in ${listed(places(then))} then.`;
  return `Not live then, but in ${listed(places(all))} at another time.`;
}

function places(lives: readonly Life[]): string[] {
  return [...new Set(lives.map(placeOf))];
}
