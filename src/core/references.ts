/** Version references in text of any kind, such as the lines of a log. */
import { isPromptName, MAX_NAME_LENGTH, type PromptName } from './name.ts';
import { isVersionNumber, type VersionNumber } from './version.ts';

export interface FoundReference {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
  /** Offset of its first character, in UTF-16 code units. */
  readonly offset: number;
  /** Offset of its `@`, in UTF-16 code units. */
  readonly at: number;
}

const OF_A_NAME = new Set(
  [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/-'].map(codeOf),
);
/** A version's digits. `lodash@4.17.21` and `mara@12th.example` are not references; `a@1->a@2` contains two. */
const VERSION = /([1-9][0-9]{0,14})(?![A-Za-z0-9_]|-[A-Za-z0-9_]|\.[A-Za-z0-9])/y;
/** The `@` sign as written in plain text, in a URL, in a URL within a URL, and in JSON. */
const SIGNS = ['@', '%40', '%2540', '\\u0040'] as const;
/** A slash as written in a URL (RFC 3986) and in PHP's JSON, also if it was escaped twice. */
const ESCAPED_SLASH = /%(?:25)?2F|\\{1,4}\/|\\{1,2}u002F/gi;
/** The maximum UTF-16 code units of a character of a name as written. */
const LONGEST_CHARACTER = 7;
const MOST_BACKSLASHES = 4;
/** For a log that is read in pieces: the maximum length of a reference before its `@`, with an escape before it. */
export const MOST_BEFORE_AT = MAX_NAME_LENGTH * LONGEST_CHARACTER + 40;
/** The maximum length from its `@` on, with what decides where its version ends. */
export const MOST_FROM_AT = 24;

/** Returns false only for text without a reference; faster than looking for the first one. */
export function mayHaveReferences(text: string): boolean {
  return SIGNS.some(sign => text.includes(sign));
}

/** Yields references in the order of the text, in linear time. */
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

/** Yields the start and end of each `@`, however it is written. */
function* signsIn(text: string): Generator<readonly [start: number, end: number]> {
  const next = (sign: string, from: number) => {
    const found = text.indexOf(sign, from);
    return found < 0 ? Number.POSITIVE_INFINITY : found;
  };
  const places = SIGNS.map(sign => next(sign, 0));
  for (;;) {
    const start = Math.min(...places);
    if (start >= text.length) return;
    const which = places.indexOf(start);
    const sign = SIGNS[which] as string;
    yield [start, start + sign.length];
    places[which] = next(sign, start + sign.length);
  }
}

/** Returns the earliest start of a name that ends at `end`, without the escape before it. */
function startOf(text: string, end: number): number {
  const least = Math.max(0, end - MAX_NAME_LENGTH * LONGEST_CHARACTER);
  let start = end;
  for (;;) {
    while (start > least && OF_A_NAME.has(text.charCodeAt(start - 1))) start -= 1;
    const before = start - escapeBefore(text, start);
    // The rest of an escaped slash consists of letters and digits, like a name.
    if (before < least || before === start || !isSlash(text.slice(before, start + 5))) break;
    start = before;
  }
  return start + escapeAt(text, start, end);
}

/** The number of characters before `start` that begin an escape: `%`, or backslashes. */
function escapeBefore(text: string, start: number): number {
  if (text[start - 1] === '%') return 1;
  let count = 0;
  while (count < MOST_BACKSLASHES && text[start - 1 - count] === '\\') count += 1;
  return count;
}

function isSlash(text: string): boolean {
  ESCAPED.lastIndex = 0;
  return ESCAPED.test(text);
}

/** The rest of an escape of JSON (RFC 8259, section 7), nginx and others, whose backslash is before the name. */
const ESCAPE = /^(?:[bfnrt]|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2})/;
/** An escape in a URL, or in a URL within a URL, of any other character, which is not part of a name. */
const ESCAPE_OF_A_URL = /^(?:25[2-7][0-9A-Fa-f]|[0-9A-Fa-f]{2})/;
/** Control characters as rsyslog writes them, `#011`, and quotation marks, braces and bars as HAProxy does. */
const ESCAPE_OF_SYSLOG = /^(?:0[0-3][0-7]|22|7[BCD])/;
/** The beginning of a color on a terminal (ECMA-48), as a byte or as JSON, shells, C, Rust, rsyslog and `cat -v` write it. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what begins a color
const BEFORE_COLOR = /(?:\u001b|\\u001b|\\u\{1b\}|\\x1b|\\033|\\e|#033|\^\[)\[[0-9;:]*$/i;
const REST_OF_COLOR = /^[0-9]*m/;

/** The length of an escape from `start` that looks like letters and digits of a name. */
function escapeAt(text: string, start: number, end: number): number {
  const before = text[start - 1];
  const rest = () => text.slice(start, Math.min(end, start + 10));
  if (before === '%') return ESCAPE_OF_A_URL.exec(rest())?.[0].length ?? 0;
  if (before === '\\') return ESCAPE.exec(rest())?.[0].length ?? 0;
  if (before === '#') return ESCAPE_OF_SYSLOG.exec(rest())?.[0].length ?? 0;
  const isColor =
    (before === '[' || before === ';' || before === ':') &&
    BEFORE_COLOR.test(text.slice(Math.max(0, start - 30), start));
  return isColor ? (REST_OF_COLOR.exec(rest())?.[0].length ?? 0) : 0;
}

/** Removes a URL's host and the start of a path, which are not part of a name. */
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
