/** Checks whether the keys of the front matter are known, and their values are of the right type. */
import { nearest } from '../../core/near.ts';
import type { PlacedPair, PlacedValue } from '../../core/yaml-places.ts';
import { type Finding, MAX_FINDINGS } from '../results/finding.ts';
import type { Span } from '../results/span.ts';
import { wordsOfValue } from '../types/values.ts';
import type { FrontMatterKey } from './front-matter-keys.ts';

/** Finds errors in the `pairs` of a mapping with the known keys `known`; `isTop` allows extensions (`team.owner`). */
export function checkKeys(
  pairs: readonly PlacedPair[],
  known: readonly FrontMatterKey[],
  isTop: boolean,
): Finding[] {
  const findings: Finding[] = [];
  for (const pair of pairs) {
    if (findings.length >= MAX_FINDINGS) break;
    const key = known.find(({ name }) => name === pair.key);
    if (key !== undefined) findings.push(...checkValue(pair, key));
    else if (!isTop || !pair.key.includes('.')) findings.push(unknownKey(pair, known, isTop));
  }
  return findings;
}

/** A finding that `joinUnknownKeys` joins with others. */
function unknownKey({ key, keySpan }: PlacedPair, known: readonly FrontMatterKey[], isTop: boolean): Finding {
  const names = known.map(({ name }) => name);
  const near = nearest(key, names);
  const shown = key.length > 20 ? 'this key' : `"${key}"`;
  const own = isTop ? ` ${OWN_KEYS}` : '';
  const advice = near === undefined ? `Known here: ${names.join(', ')}.${own}` : `Did you mean "${near}"?`;
  return {
    code: 'front-matter-key',
    span: keySpan,
    message: `Dotprompt does not know ${shown}. ${advice}`,
    data: { key, ...(isTop && { level: 'top' }), ...(near !== undefined && { near }) },
  };
}

const OWN_KEYS =
  'A key of your own needs a dot in its name, such as "team.owner", or a place in "frontMatterKeys" of promptforge.json.';
/** The maximum number of unknown keys in a message. */
const MAX_NAMED = 5;

/**
 * One finding for all unknown keys of a file, at one that looks mistyped if there is such a key.
 * @param allowed keys at the top that the project allows
 */
export function joinUnknownKeys(
  findings: readonly Finding[],
  allowed: ReadonlySet<string>,
): readonly Finding[] {
  const unknown = findings.filter(
    ({ code, data }) =>
      code === 'front-matter-key' && !(data?.['level'] === 'top' && allowed.has(data['key'] ?? '')),
  );
  const others = findings.filter(({ code }) => code !== 'front-matter-key');
  const [first] = unknown;
  if (first === undefined || unknown.length === 1) return [...others, ...unknown];
  const at = unknown.find(({ data }) => data?.['near'] !== undefined) ?? first;
  const keys = [...new Set(unknown.map(({ data }) => data?.['key'] ?? ''))];
  const named = keys.slice(0, MAX_NAMED).map(key => (key.length > 20 ? 'a long one' : `"${key}"`));
  const more = keys.length > MAX_NAMED ? ` and ${keys.length - MAX_NAMED} more` : '';
  const near = at.data?.['near'];
  const advice =
    near === undefined ? OWN_KEYS : `Did you mean "${near}" by "${at.data?.['key']}"? ${OWN_KEYS}`;
  const message = `Dotprompt does not know the keys ${named.join(', ')}${more}. ${advice}`;
  return [...others, { ...at, message }];
}

function checkValue({ key, keySpan, node }: PlacedPair, known: FrontMatterKey): Finding[] {
  if (node.kind === 'nothing' || node.value === null) return [];
  const wrong = (value: PlacedValue, message: string, data?: { near: string }): Finding => ({
    code: 'front-matter-type',
    span: value.kind === 'scalar' || value !== node ? value.span : spanOfLarge(keySpan, value),
    message,
    ...(data && { data }),
  });
  const expected = WORDS[known.type];
  if (expected !== undefined && !isOf(node, known)) {
    const quote = known.type === 'text' && node.kind === 'scalar' ? ' Put it in quotes.' : '';
    return [wrong(node, `"${key}" must be ${expected}, not ${wordsOfValue(node.value)}.${quote}`)];
  }
  const { values, keys, isOpen, items } = known;
  if (values !== undefined && !values.includes(node.value as string)) {
    const near = nearest(String(node.value), values);
    const message = `"${key}" must be ${values.map(value => `"${value}"`).join(' or ')}.`;
    return [near === undefined ? wrong(node, message) : wrong(node, message, { near })];
  }
  const wrongItems = node.items
    .filter(item => items !== undefined && !isItem(item, items))
    .map(item => wrong(item, `The items of "${key}" must be ${items === 'text' ? 'text' : 'objects'}.`));
  if (keys === undefined) return wrongItems;
  const mappings = node.kind === 'list' ? node.items : [node];
  const inside = mappings.flatMap(({ pairs }) => {
    const checked = isOpen ? pairs.filter(pair => keys.some(({ name }) => name === pair.key)) : pairs;
    return checkKeys(checked, keys, false);
  });
  return [...wrongItems, ...inside];
}

const WORDS: Readonly<Partial<Record<FrontMatterKey['type'], string>>> = {
  text: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  mapping: 'an object: keys and values on the lines below it, indented',
  list: 'a list',
};

function isOf({ kind, value }: PlacedValue, { type }: FrontMatterKey): boolean {
  switch (type) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return typeof value === 'number';
    case 'integer':
      return Number.isInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'mapping':
    case 'list':
      return kind === type;
    default:
      return true;
  }
}

function isItem({ kind, value }: PlacedValue, items: 'text' | 'mapping'): boolean {
  return items === 'text' ? typeof value === 'string' : kind === 'mapping';
}

/** The key if the value is a mapping or a list, which may have many lines; otherwise the value. */
function spanOfLarge(keySpan: Span, { kind, span }: PlacedValue): Span {
  return kind === 'mapping' || kind === 'list' ? keySpan : span;
}
