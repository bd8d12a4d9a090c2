/** Version references in text of any kind, such as the lines of a log. */
import { isPromptName, MAX_NAME_LENGTH, type PromptName } from './name.ts';
import { isVersionNumber, type VersionNumber } from './version.ts';

export interface FoundReference {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
  /** Of its first character, in UTF-16 code units. */
  readonly offset: number;
  /** Of its `@`. */
  readonly at: number;
}

const OF_A_NAME = new Set(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-'].map(codeOf),
);
/** A version's digits. `lodash@4.17.21` and `mara@12th.example` are no references. */
const VERSION = /([1-9][0-9]{0,14})(?![A-Za-z0-9_-]|\.[A-Za-z0-9])/y;
/** A slash in a URL (RFC 3986) and in the JSON of PHP. */
const ESCAPED_SLASH = /%2F|\\\//gi;
/** UTF-16 code units that a character of a name has at most. */
const LONGEST_CHARACTER = 3;
/** For a log that is read in pieces: what a reference has at most before its `@`, with the escape that is before it. */
export const MOST_BEFORE_AT = MAX_NAME_LENGTH * LONGEST_CHARACTER + 40;
/** The maximum length from its `@` on, including the characters that decide where its version ends. */
export const MOST_FROM_AT = 20;

/** In the order of the text; takes linear time. */
export function* referencesIn(text: string): Generator<FoundReference> {
  for (const [at, end] of signsIn(text)) {
    const first = text.charCodeAt(end);
    if (!(first >= ONE && first <= NINE)) continue;
    VERSION.lastIndex = end;
    const version = Number(VERSION.exec(text)?.[1]);
    if (!isVersionNumber(version)) continue;
    const start = startOf(text, at);
    const written = text.slice(start, at);
    const name = written.replace(ESCAPED_SLASH, '/');
    const prompt = withoutPrefix(name);
    if (isPromptName(prompt))
      yield { prompt, version, at, offset: placeIn(written, name.length - prompt.length) + start };
  }
}

/** Each `@`, literal and as in a URL, with its start and end. */
function* signsIn(text: string): Generator<readonly [start: number, end: number]> {
  const next = (sign: string, from: number) => {
    const found = text.indexOf(sign, from);
    return found < 0 ? Number.POSITIVE_INFINITY : found;
  };
  let [plain, escaped] = [next('@', 0), next('%40', 0)];
  while (plain < text.length || escaped < text.length)
    if (plain < escaped) {
      yield [plain, plain + 1];
      plain = next('@', plain + 1);
    } else {
      yield [escaped, escaped + 3];
      escaped = next('%40', escaped + 3);
    }
}

/** Returns the earliest start of a name that ends at `end`, without the escape before it. */
function startOf(text: string, end: number): number {
  const least = Math.max(0, end - MAX_NAME_LENGTH * LONGEST_CHARACTER);
  let start = end;
  for (;;) {
    while (start > least && OF_A_NAME.has(text.charCodeAt(start - 1))) start -= 1;
    const before = text[start - 1];
    const isSlash =
      start > least &&
      ((before === '%' && /^2F/i.test(text.slice(start, start + 2))) ||
        (before === '\\' && text[start] === '/'));
    if (!isSlash) break;
    start -= 1;
  }
  return start + escapeAt(text, start, end);
}

/** A JSON escape (RFC 8259, section 7) whose backslash precedes the name. */
const JSON_ESCAPE = /^(?:[bfnrt]|u[0-9A-Fa-f]{4})/;
/** The beginning of a color on a terminal (ECMA-48), as a byte or as JSON, a shell or C writes it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what begins a color
const BEFORE_COLOR = /(?:\u001b|\\u001b|\\x1b|\\033|\\e)\[[0-9;:]*$/i;
const REST_OF_COLOR = /^[0-9]*m/;

/** The length of an escape from `start` that looks like letters and digits of a name. */
function escapeAt(text: string, start: number, end: number): number {
  const before = text[start - 1];
  const rest = () => text.slice(start, Math.min(end, start + 10));
  // Any other character that is escaped in a URL is none of a name.
  if (before === '%') return /^[0-9A-Fa-f]{2}/.test(rest()) ? 2 : 0;
  if (before === '\\') return JSON_ESCAPE.exec(rest())?.[0].length ?? 0;
  const isColor =
    (before === '[' || before === ';' || before === ':') &&
    BEFORE_COLOR.test(text.slice(Math.max(0, start - 30), start));
  return isColor ? (REST_OF_COLOR.exec(rest())?.[0].length ?? 0) : 0;
}

/** A URL's host is no part of a name, nor is what a path begins with. */
function withoutPrefix(name: string): string {
  return name.replace(/^\/\/[^/]*\//, '').replace(/^[./-]+/, '');
}

/** Maps an index in a name to the text as written. */
function placeIn(written: string, character: number): number {
  let place = 0;
  for (let count = 0; count < character; count++) {
    ESCAPED.lastIndex = place;
    place += ESCAPED.exec(written)?.[0].length ?? 1;
  }
  return place;
}

const ESCAPED = new RegExp(ESCAPED_SLASH.source, 'iy');

function codeOf(character: string): number {
  return character.charCodeAt(0);
}

const [ONE, NINE] = [codeOf('1'), codeOf('9')];
