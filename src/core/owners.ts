/**
 * Owners of prompts: a text like GitHub's CODEOWNERS that lists, by folder, who must approve what goes live. The rules
 * are those of
 * https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/customizing-your-repository/about-code-owners
 * as far as they make sense for prompts: only the last line that matches a prompt applies.
 */
import { foldCase } from './name-case.ts';
import { foldPerson, people, validateActor } from './person.ts';

/** The maximum UTF-16 code units of a whole text. */
export const MAX_OWNERS_LENGTH = 16_384;
export const MAX_OWNER_RULES = 200;
export const MAX_OWNERS_OF_RULE = 20;
const MAX_PATTERN_LENGTH = 200;

/** One line: one of these people must approve changes to the prompts that it matches. */
export interface OwnerRule {
  /** From 1. */
  readonly line: number;
  /** As written. */
  readonly pattern: string;
  /** Each person once, without `@`. */
  readonly owners: readonly string[];
}

/** A message about one line of a text of owners. */
export interface OwnersNote {
  /** From 1. */
  readonly line: number;
  readonly message: string;
}

/** Why a line cannot be read, and where: `start` and `end` are offsets in UTF-16 code units. */
export interface OwnersError extends OwnersNote {
  readonly start: number;
  readonly end: number;
}

export type ParsedOwners =
  | { readonly rules: readonly OwnerRule[] }
  /** No part of the text applies. */
  | { readonly errors: readonly [OwnersError, ...OwnersError[]] };

/** The maximum number of errors that are reported at once. */
const MAX_ERRORS = 20;

/** Parses the text of owners in linear time. */
export function parseOwners(text: string): ParsedOwners {
  if (text.length > MAX_OWNERS_LENGTH)
    return {
      errors: [
        {
          line: 1,
          message: `The text has ${text.length} characters, and at most ${MAX_OWNERS_LENGTH} are allowed. Shorten it.`,
          start: 0,
          end: 0,
        },
      ],
    };
  const rules: OwnerRule[] = [];
  const errors: OwnersError[] = [];
  for (const [index, written] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = index + 1;
    const rule = ruleOf(written, line);
    if (rule === undefined) continue;
    if ('message' in rule) errors.push({ line, ...rule });
    else rules.push(rule);
    if (rules.length > MAX_OWNER_RULES)
      errors.push({
        line,
        message: `More than ${MAX_OWNER_RULES} lines have a pattern. Join some of them.`,
        start: 0,
        end: written.length,
      });
    if (errors.length === MAX_ERRORS || rules.length > MAX_OWNER_RULES) break;
  }
  const [first, ...others] = errors;
  return first === undefined ? { rules } : { errors: [first, ...others] };
}

type Fault = Omit<OwnersError, 'line'>;

/** Undefined for a line without a rule. */
function ruleOf(written: string, line: number): OwnerRule | Fault | undefined {
  const words = wordsOf(written);
  if ('message' in words) return words;
  const [first, ...named] = words;
  if (first === undefined) return undefined;
  const pattern = first.text;
  const at = (message: string, from: Word, to = from): Fault => ({ message, start: from.start, end: to.end });
  const wrong = validatePattern(pattern);
  if (wrong !== undefined) return at(wrong, first);
  const last = named.at(-1);
  if (last === undefined)
    return at(
      `"${pattern}" has no owner, so no one could approve what it matches. Name one after it, such as ${pattern} @dana, or remove the line.`,
      first,
    );
  const names: string[] = [];
  for (const word of named) {
    if (/^[^@"].*[*/]|^[*/]/.test(written.slice(word.start, word.end)))
      return at(
        `"${word.text.slice(0, 40)}" looks like a second pattern. Write each pattern on its own line, and write @ before the name of an owner.`,
        word,
      );
    const name = word.text.startsWith('@') ? word.text.slice(1) : word.text;
    const why = validateActor(name);
    if (why !== undefined) return at(why, word);
    names.push(name);
  }
  const owners = people(names);
  if (owners.length > MAX_OWNERS_OF_RULE)
    return at(
      `"${pattern}" has ${owners.length} owners, and at most ${MAX_OWNERS_OF_RULE} are allowed. Name fewer.`,
      first,
      last,
    );
  return { line, pattern, owners };
}

interface Word {
  /** Without its quotation marks. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** Words between blanks, up to `#`. A word with a blank is in quotation marks: `@"Mara Lindqvist"`. */
function wordsOf(written: string): Word[] | Fault {
  const words: Word[] = [];
  for (let at = 0; at < written.length; ) {
    const start = written[at] as string;
    if (isBetween(start)) {
      at++;
      continue;
    }
    if (start === '#') break;
    const opening = start === '@' && written[at + 1] === '"' ? at + 1 : at;
    if (written[opening] === '"') {
      const end = written.indexOf('"', opening + 1);
      if (end < 0)
        return {
          message: 'A quotation mark is not closed. Add the closing one.',
          start: opening,
          end: written.length,
        };
      words.push({ text: written.slice(opening + 1, end), start: at, end: end + 1 });
      at = end + 1;
      if (at < written.length && !isBetween(written[at] as string))
        return {
          message: 'A space is missing after a quotation mark. Put one between two names.',
          start: end,
          end: at + 1,
        };
      continue;
    }
    let end = at;
    while (end < written.length && !isBetween(written[end] as string)) end++;
    words.push({ text: written.slice(at, end), start: at, end });
    at = end;
  }
  return words;
}

function isBetween(character: string): boolean {
  return character === ' ' || character === '\t';
}

function validatePattern(pattern: string): string | undefined {
  const shown = pattern.slice(0, 40);
  if (pattern.startsWith('@'))
    return `"${shown}" is an owner without a pattern. Begin the line with one, such as support/** ${shown}.`;
  if (pattern.length > MAX_PATTERN_LENGTH)
    return `The pattern "${shown}…" has ${pattern.length} characters, and at most ${MAX_PATTERN_LENGTH} are allowed.`;
  if (!/^[A-Za-z0-9._*/-]+$/.test(pattern))
    return `"${shown}" is not a pattern: a prompt's name has letters, digits, ".", "_", "-" and "/", and a pattern also "*". Correct it.`;
  const segments = segmentsOf(pattern);
  if (segments.length === 0 || segments.includes(''))
    return `"${shown}" has an empty segment between two slashes. Write it as in support/**.`;
  if (segments.filter(segment => segment === '**').length > 1)
    return `"${shown}" has "**" twice. Use it once: it spans any number of folders.`;
  if (segments.some(segment => segment !== '**' && segment.split('*').length > 2))
    return `"${shown}" has "*" twice in a segment. Use it once, as in support/*-draft, or "**" as a segment by itself.`;
  return undefined;
}

/** Ignores a slash at the start of a pattern; one at its end means everything below. */
function segmentsOf(pattern: string): string[] {
  const path = pattern.replace(/^\//, '');
  if (path === '') return [];
  return (path.endsWith('/') ? `${path}**` : path).split('/');
}

/**
 * Returns true if a pattern matches the whole name of a prompt, ignoring the case of A–Z, because names never differ by
 * case alone. `*` alone and `**` match every prompt; otherwise `*` matches within one segment, and `**` any number of
 * segments, at least one at the end. Visits each segment of the name once.
 */
export function matchesPrompt(pattern: string, prompt: string): boolean {
  return matcherOf(pattern)(nameSegments(prompt));
}

type Matcher = (segments: readonly string[]) => boolean;

function nameSegments(prompt: string): string[] {
  return foldCase(prompt).split('/');
}

function matcherOf(pattern: string): Matcher {
  const wanted = segmentsOf(foldCase(pattern));
  if (wanted.length === 1 && (wanted[0] === '*' || wanted[0] === '**')) return () => true;
  const open = wanted.indexOf('**');
  if (open < 0) return segments => wanted.length === segments.length && areMatched(wanted, segments, 0);
  const [before, after] = [wanted.slice(0, open), wanted.slice(open + 1)];
  const least = before.length + Math.max(after.length, 1);
  return segments =>
    segments.length >= least &&
    areMatched(before, segments, 0) &&
    areMatched(after, segments, segments.length - after.length);
}

function areMatched(wanted: readonly string[], segments: readonly string[], from: number): boolean {
  return wanted.every((each, index) => isMatched(each, segments[from + index] ?? ''));
}

function isMatched(wanted: string, segment: string): boolean {
  const star = wanted.indexOf('*');
  if (star < 0) return wanted === segment;
  const [before, after] = [wanted.slice(0, star), wanted.slice(star + 1)];
  return (
    segment.length >= before.length + after.length && segment.startsWith(before) && segment.endsWith(after)
  );
}

/** The prompts that each rule decides for, in the order of the text. The last rule that matches a prompt decides. */
export function promptsOfRules<Name extends string>(
  rules: readonly OwnerRule[],
  prompts: Iterable<Name>,
): Map<OwnerRule, Name[]> {
  if (rules.length === 0) return new Map();
  const found = new Map<OwnerRule, Name[]>(rules.map(rule => [rule, []]));
  for (const prompt of prompts) {
    const rule = decidingRule(rules, prompt);
    if (rule !== undefined) found.get(rule)?.push(prompt);
  }
  return new Map([...found].filter(([, names]) => names.length > 0));
}

/** The last rule that matches the prompt. */
export function decidingRule(rules: readonly OwnerRule[], prompt: string): OwnerRule | undefined {
  const matchers = matchersOf.get(rules) ?? rules.map(({ pattern }) => matcherOf(pattern));
  matchersOf.set(rules, matchers);
  const segments = nameSegments(prompt);
  return rules[matchers.findLastIndex(matches => matches(segments))];
}

/** Cached: the rules are applied to each prompt of a release. */
const matchersOf = new WeakMap<readonly OwnerRule[], readonly Matcher[]>();

/** The rules that decide for these prompts, each once, in the order of the text. */
export function rulesFor(rules: readonly OwnerRule[], prompts: Iterable<string>): OwnerRule[] {
  return [...promptsOfRules(rules, prompts).keys()];
}

/** The rules without an owner among the people who approved. */
export function missingRules(rules: readonly OwnerRule[], approvers: readonly string[]): OwnerRule[] {
  const approved = new Set(approvers.map(foldPerson));
  return rules.filter(rule => !foldedOwners(rule).some(owner => approved.has(owner)));
}

/** The owners of a rule, folded by `foldPerson`, in order. */
export function foldedOwners(rule: OwnerRule): readonly string[] {
  const folded = foldedOf.get(rule) ?? rule.owners.map(foldPerson);
  foldedOf.set(rule, folded);
  return folded;
}

const foldedOf = new WeakMap<OwnerRule, readonly string[]>();
