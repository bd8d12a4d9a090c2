/**
 * Estimates the cost of reading a source, roughly in microseconds on a slow machine. Cheap ones run in the thread that
 * delivers, where a request may take 10 ms.
 */
import { locateFrontMatter } from '../../core/source.ts';

/** The longest work that the delivery thread does in one piece. */
export const LIGHT = 5000;

/** In UTF-16 code units: a longer source is not examined. */
const MAX_LENGTH = 32 * 1024;
/** Weights of characters in tags, in YAML and in plain text: the first two are lexed with regular expressions. */
const PER_TAG_CHARACTER = 4;
const PER_FRONT_MATTER_CHARACTER = 8;
const PER_CHARACTER = 0.05;
/** As in `flatten`. */
const MAX_TRIES = 32;

/** Infinite if a source is too long to be cheap. */
export function weightOfSource(source: string): number {
  if (source.length > MAX_LENGTH) return Number.POSITIVE_INFINITY;
  const { yamlStart = 0, yamlEnd = 0, bodyStart = 0 } = locateFrontMatter(source) ?? {};
  return (
    (yamlEnd - yamlStart) * PER_FRONT_MATTER_CHARACTER +
    tagCharacters(source, bodyStart) * PER_TAG_CHARACTER +
    source.length * PER_CHARACTER
  );
}

/** The weight of a source with its partials in place: each is parsed by itself, and the whole is tried with each use. */
export function weightOfLinked(sources: Iterable<string>): number {
  let weight = 0;
  let uses = 0;
  for (const source of sources) {
    weight += weightOfSource(source);
    if (weight > LIGHT) return Number.POSITIVE_INFINITY;
    uses += source.match(/\{\{~?#?>/g)?.length ?? 0;
  }
  return uses === 0 ? weight : weight * (4 + Math.min(uses, MAX_TRIES));
}

/** The number of characters between `{{` and `}}`, those in strings and comments included. */
export function tagCharacters(text: string, from = 0): number {
  let count = 0;
  for (let start = text.indexOf('{{', from); start >= 0; ) {
    const end = endOfTag(text, start);
    count += end - start;
    start = text.indexOf('{{', end);
  }
  return count;
}

function endOfTag(text: string, start: number): number {
  const comment = /^\{\{~?!(--)?/.exec(text.slice(start, start + 6));
  if (comment !== null) {
    const end = comment[1] === undefined ? /\}\}/g : /--~?\}\}/g;
    end.lastIndex = start + comment[0].length;
    return end.exec(text) === null ? text.length : end.lastIndex;
  }
  for (let at = start + 2; at < text.length; at++) {
    const character = text[at];
    if (character === '}' && text[at + 1] === '}') return at + (text[at + 2] === '}' ? 3 : 2);
    // A string may contain braces.
    const close = CLOSES.get(character);
    if (close === undefined) continue;
    at = text.indexOf(close, at + 1);
    while (at > 0 && text[at - 1] === '\\') at = text.indexOf(close, at + 1);
    if (at < 0) return text.length;
  }
  return text.length;
}

const CLOSES: ReadonlyMap<string | undefined, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['[', ']'],
]);
