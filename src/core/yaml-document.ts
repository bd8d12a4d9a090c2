/**
 * Composes YAML with the `yaml` package, but avoids what can take minutes: values that nest hundreds deep, an error for
 * each of a million stray characters, and its quadratic check for duplicate keys.
 */
import {
  Composer,
  type CST,
  type Document,
  isScalar,
  type Node,
  Parser,
  type Scalar,
  visit,
  type YAMLMap,
  YAMLParseError,
  type YAMLSeq,
} from 'yaml';
import { keepsDigits, OTHER_DIGITS } from './exact-numbers.ts';
import { HALF_CHARACTER } from './half-characters.ts';

/** The limit of alias expansion. */
export const MAX_ALIAS_COUNT = 100;
/** The maximum number of aliases: the more there are, the longer each takes to resolve. */
export const MAX_ALIASES = 1000;
/** The maximum number of unexpected tokens kept: each becomes an error with a place and a message. */
const MAX_STRAY_TOKENS = 1000;
/** Maximum nesting of values. */
const MAX_DEPTH = 200;

/**
 * The first document of `yaml`, without a check for duplicate keys, or the offset at which values nest too deep to be
 * read. Other errors are in the document's errors.
 */
export function composeYaml(
  yaml: string,
): { readonly document: Document.Parsed } | { readonly tooDeepAt: number } {
  const tokens: CST.Token[] = [];
  let strays = 0;
  for (const token of new Parser().parse(yaml))
    if (token.type !== 'error' || ++strays <= MAX_STRAY_TOKENS) tokens.push(token);
  const tooDeepAt = placeTooDeep(tokens);
  return tooDeepAt === undefined ? { document: compose(tokens, yaml.length) } : { tooDeepAt };
}

/** Returns the place where collections nest too deeply for recursive readers. */
function placeTooDeep(tokens: readonly CST.Token[]): number | undefined {
  let level: readonly CST.Token[] = tokens;
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH) return level[0]?.offset;
    level = level.flatMap(innerCollections);
  }
  return undefined;
}

function innerCollections(token: CST.Token): CST.Token[] {
  const inner: CST.Token[] = [];
  const add = (part: CST.Token | null | undefined): void => {
    if (part && 'items' in part) inner.push(part);
  };
  if (token.type === 'document') add(token.value);
  if ('items' in token)
    for (const item of token.items) {
      if ('key' in item) add(item.key);
      add(item.value);
    }
  return inner;
}

/** Like `parseDocument`, but leaves comparing keys to `Reader`: the package compares each with every other. */
function compose(tokens: readonly CST.Token[], length: number): Document.Parsed {
  const composer = new Composer({ uniqueKeys: false, prettyErrors: false, logLevel: 'error' });
  let first: Document.Parsed | undefined;
  for (const document of composer.compose(tokens, true, length)) {
    if (first === undefined) {
      first = document;
      continue;
    }
    const [start, end] = document.range;
    first.errors.push(new YAMLParseError([start, end], 'MULTIPLE_DOCS', 'second document'));
    break;
  }
  return first as Document.Parsed; // there always is one at the end
}

/** A part that would not be written with the same digits, characters or type. */
export interface UnkeptPart {
  readonly start: number;
  readonly end: number;
  /** Why, and what to do. */
  readonly message: string;
}

/** Returns the parts of a document, including keys, that would be written with other digits or characters, or as another type. */
export function unkeptParts(document: Document): readonly UnkeptPart[] {
  const found: UnkeptPart[] = [];
  const note = (node: Node, message: string | undefined): void => {
    if (message === undefined) return;
    const [start, end] = node.range ?? [0, 0];
    found.push({ start, end, message });
  };
  visit(document, {
    Scalar: (_, scalar) => note(scalar, whyUnkept(scalar)),
    Collection: (_, collection) => note(collection, whyUnkept(collection)),
    Pair: (_, { key }) => {
      if (isMergeKey(key)) note(key, MERGE_KEY);
    },
  });
  return found;
}

/** Undefined for a node that is written unchanged. */
export function whyUnkept(node: Scalar | YAMLMap | YAMLSeq): string | undefined {
  if (NO_JSON_TAGS.has(node.tag ?? '')) return NO_JSON_TAG;
  if (!isScalar(node)) return undefined;
  const { value, source } = node;
  if (typeof value === 'string') return value.isWellFormed() ? undefined : HALF_CHARACTER;
  const isInexact = typeof value === 'number' && source !== undefined && !keepsDigits(source, value);
  return isInexact ? OTHER_DIGITS : undefined;
}

/** The package reads these as sets, dates, bytes and ordered maps, which JSON writes differently or not at all. */
const NO_JSON_TAGS: ReadonlySet<string> = new Set(
  ['binary', 'omap', 'pairs', 'set', 'timestamp'].map(name => `tag:yaml.org,2002:${name}`),
);
const NO_JSON_TAG =
  'This tag makes a value that JSON cannot hold, and neither can a prompt. Remove the tag, and write a text, a list or keys and values.';

/** YAML 1.2 has no merge keys: `<<: *base` is a key with this name. In quotes, it is intended. */
export function isMergeKey(key: unknown): key is Scalar {
  return isScalar(key) && key.value === '<<' && key.type === 'PLAIN';
}

export const MERGE_KEY =
  '"<<" merges nothing in YAML 1.2: write the keys out. For a key of this name put it in quotes.';

const UNKEPT: ReadonlySet<string> = new Set([OTHER_DIGITS, HALF_CHARACTER, NO_JSON_TAG, MERGE_KEY]);

/** Returns whether a problem only concerns a part that would change when written, so that the rest can be read. */
export function isOfUnkept(message: string): boolean {
  return UNKEPT.has(message);
}
