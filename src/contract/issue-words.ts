/**
 * Messages for values that zod rejects, because its own messages name zod's types, checks and regular expressions. A
 * message from the schema itself takes precedence.
 */
import type * as z from 'zod';
import { CHANNEL_PATTERN } from '../core/channel.ts';
import { DIGEST_PATTERN } from '../core/digest.ts';
import { ENVIRONMENT_PATTERN } from '../core/environment.ts';
import { wordsOfJsonValue } from '../core/json-words.ts';

type RawIssue = z.core.$ZodRawIssue;

/** For `safeParse(value, { error: wordsOfIssue })`. Returns whole sentences, which never repeat the value. */
export function wordsOfIssue(issue: RawIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return wordsOfType(issue);
    case 'too_small':
    case 'too_big':
      return wordsOfSize(issue);
    case 'invalid_format':
      return wordsOfFormat(issue);
    case 'invalid_value':
      return wordsOfChoice(issue.values);
    case 'not_multiple_of':
      return `This must be a multiple of ${issue.divisor}.`;
    case 'unrecognized_keys':
      return UNKNOWN_FIELD;
    case 'invalid_union':
      return 'This is none of the forms that are allowed here. The documentation of the API lists them.';
    case 'invalid_key':
      return 'This name is not allowed here.';
    default:
      return WRONG;
  }
}

export const UNKNOWN_FIELD = 'This field is not known here. Check its name.';
const WRONG = 'This value is not allowed here.';

const EXPECTED: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  record: 'an object',
  array: 'a list',
  null: 'null',
};

function wordsOfType({ expected, input }: RawIssue & { readonly code: 'invalid_type' }): string {
  const wanted = EXPECTED[expected];
  // A number that is missing in a query is read as NaN, which JSON cannot contain.
  if (input === undefined || Number.isNaN(input))
    return wanted === undefined ? 'This is missing.' : `This is missing. Give ${wanted}.`;
  if (wanted === undefined) return WRONG;
  // The value is a number, but of the wrong kind.
  if (typeof input === 'number')
    return wanted === 'a number'
      ? WRONG
      : `This must be ${wanted}, not a number${expected === 'int' ? ' with a fraction' : ''}.`;
  return `This must be ${wanted}, not ${wordsOfJsonValue(input)}.`;
}

function wordsOfSize(issue: RawIssue & { readonly code: 'too_small' | 'too_big' }): string {
  const [bound, limit] =
    issue.code === 'too_small' ? ['at least', issue.minimum] : ['at most', issue.maximum];
  switch (issue.origin) {
    case 'string':
      if (issue.code === 'too_small' && limit === 1) return 'This cannot be empty.';
      return `This must have ${bound} ${counted(limit, 'character')}.`;
    case 'array':
    case 'set':
    case 'map':
      return `This must have ${bound} ${counted(limit, 'item')}.`;
    case 'number':
    case 'int':
      return `This must be ${bound} ${limit}.`;
    default:
      return issue.code === 'too_small' ? 'This is too small.' : 'This is too large.';
  }
}

function counted(count: number | bigint, thing: string): string {
  return `${count} ${thing}${Number(count) === 1 ? '' : 's'}`;
}

const SHORT_NAME = 'Use a–z, 0–9 and "-", beginning with a letter, at most 32 characters.';
const PATTERNS: ReadonlyMap<string, string> = new Map([
  [String(ENVIRONMENT_PATTERN), SHORT_NAME],
  [String(CHANNEL_PATTERN), SHORT_NAME],
  [String(DIGEST_PATTERN), 'A digest is "sha256:" and 64 hexadecimal digits in lower case.'],
]);

function wordsOfFormat(issue: RawIssue & { readonly code: 'invalid_format' }): string {
  if (issue.format === 'datetime')
    return 'Write an instant with its zone, such as 2026-09-12T14:03:00Z or 2026-09-12T16:03:00+02:00.';
  const { pattern } = issue as { readonly pattern?: unknown };
  return (
    PATTERNS.get(String(pattern)) ??
    'This is not written as it must be. The documentation of the API shows how.'
  );
}

function wordsOfChoice(values: readonly unknown[]): string {
  const shown = values.map(value => String(value));
  if (shown.length === 1) return `This must be ${shown[0]}.`;
  return `This must be one of ${shown.slice(0, 20).join(', ')}.`;
}
