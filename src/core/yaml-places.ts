/**
 * YAML as values with places: what an editor needs of the `yaml` package's tree, read in one walk. Aliases share their
 * targets, so that the result cannot be much larger than the text.
 */
import {
  type Document,
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Scalar,
  type YAMLError,
} from 'yaml';
import { placeInText } from './place-in-yaml.ts';
import {
  composeYaml,
  isMergeKey,
  MAX_ALIAS_COUNT,
  MAX_ALIASES,
  MERGE_KEY,
  whyUnkept,
} from './yaml-document.ts';
import { LONE_RETURN, NESTS_TOO_DEEP, TOO_MANY_ALIASES, wordsOfYamlError } from './yaml-words.ts';

/** 0-based UTF-16 offsets in the document; end exclusive. */
interface Span {
  readonly start: number;
  readonly end: number;
}

export interface PlacedValue {
  /** `nothing` if no value is written. An alias has its target's value, at the alias's place. */
  readonly kind: 'mapping' | 'list' | 'scalar' | 'nothing';
  /** Empty if nothing is written. */
  readonly span: Span;
  /** As in JSON. Aliases share the value of their target. */
  readonly value: unknown;
  /** The pairs of a mapping, in order. */
  readonly pairs: readonly PlacedPair[];
  /** The items of a list. */
  readonly items: readonly PlacedValue[];
  /** Start of a scalar's text, without quotes. */
  readonly textStart: number;
  /** The number of leading characters that are written literally: no escape, no folded line, no alias. */
  readonly verbatim: number;
  readonly isAlias: boolean;
}

/** A key of a mapping with its value, as written. */
export interface PlacedPair {
  readonly key: string;
  readonly keySpan: Span;
  /** Undefined if nothing follows the colon. */
  readonly valueSpan: Span | undefined;
  readonly value: unknown;
  /** The key's characters, without quotes, if they are written literally; otherwise the whole key. */
  readonly keyText: Span;
  readonly node: PlacedValue;
  readonly entries: readonly PlacedPair[];
}

export interface YamlProblem {
  readonly span: Span;
  readonly message: string;
  /** True if it can be read, but probably not as intended. */
  readonly isDoubtful?: true;
}

export interface PlacedYaml {
  readonly root: PlacedValue;
  readonly problems: readonly YamlProblem[];
  /** Undefined if it nests too deeply. */
  readonly document: Document.Parsed | undefined;
}

/** The maximum number of problems that are reported. */
const MAX_PROBLEMS = 100;

/**
 * Reads `yaml`, whose first character is at `offset` of the document. Never throws: errors are in `problems`. The
 * result must not be changed: the checker and the language core share the last few.
 */
export function readYaml(yaml: string, offset: number): PlacedYaml {
  const known = kept.find(each => each.offset === offset && each.yaml === yaml);
  if (known !== undefined) return known.placed;
  const placed = placedYaml(yaml, offset);
  if (yaml.length <= MAX_KEPT_LENGTH) kept.unshift({ yaml, offset, placed });
  if (kept.length > MAX_KEPT) kept.pop();
  return placed;
}

const MAX_KEPT = 8;
/** In UTF-16 code units. */
const MAX_KEPT_LENGTH = 16 * 1024;
const kept: { readonly yaml: string; readonly offset: number; readonly placed: PlacedYaml }[] = [];

function placedYaml(yaml: string, offset: number): PlacedYaml {
  const composed = composeYaml(yaml);
  if ('tooDeepAt' in composed) {
    const tooDeep = composed.tooDeepAt;
    const span = { start: offset + tooDeep, end: offset + Math.min(tooDeep + 1, yaml.length) };
    const root = { kind: 'nothing', span, value: undefined, pairs: [], items: [], ...NO_TEXT } as const;
    return { root, problems: [{ span, message: NESTS_TOO_DEEP }], document: undefined };
  }
  const { document } = composed;
  let reader = new Reader(yaml, offset, 'share');
  let root = reader.read(document.contents, 0);
  if (reader.hasTooManyAliases) {
    reader = new Reader(yaml, offset, 'too-many');
    root = reader.read(document.contents, 0);
  }
  const told = (error: YAMLError): YamlProblem => {
    const span = reader.placeOfError(error.pos);
    return { span, message: wordsOfYamlError(error, yaml.slice(span.start - offset, span.end - offset)) };
  };
  const loneReturn = document.errors.length > 0 ? yaml.search(/\r(?!\n)/) : -1;
  if (loneReturn >= 0) {
    const span = { start: offset + loneReturn, end: offset + loneReturn + 1 };
    return { root, problems: [{ span, message: LONE_RETURN }], document };
  }
  const problems = [
    ...document.errors.slice(0, MAX_PROBLEMS).map(told),
    ...document.warnings
      .slice(0, MAX_PROBLEMS)
      .map((warning): YamlProblem => ({ ...told(warning), isDoubtful: true })),
    ...reader.problems,
  ];
  return { root, problems: problems.slice(0, MAX_PROBLEMS), document };
}

/** The target of an anchor and its number of expansions, counted as the `yaml` package does. */
interface Anchor {
  /** Undefined while it is being read. */
  value: PlacedValue | undefined;
  count: number;
  /** The maximum number of times that aliases repeat its contents; 0 if no alias refers to it. */
  inside: number;
}

class Reader {
  readonly #yaml: string;
  readonly #offset: number;
  readonly #aliases: 'share' | 'too-many';
  readonly #anchors = new Map<string, Anchor>();
  readonly #aliased = new Map<PlacedValue, Anchor>();
  /** Starts of quoted texts, by their end. */
  readonly #quotes = new Map<number, number>();
  readonly problems: YamlProblem[] = [];
  hasTooManyAliases = false;
  #aliasesRead = 0;
  #toldTooMany = false;

  constructor(yaml: string, offset: number, aliases: 'share' | 'too-many') {
    this.#yaml = yaml;
    this.#offset = offset;
    this.#aliases = aliases;
  }

  read(node: unknown, position: number, depth = 0): PlacedValue {
    if (isAlias(node)) return this.#alias(node);
    const anchor = isScalar(node) || isMap(node) || isSeq(node) ? node.anchor : undefined;
    if (anchor === undefined) return this.#unnamed(node, position, depth);
    const named: Anchor = { value: undefined, count: 1, inside: 0 };
    this.#anchors.set(anchor, named);
    named.value = this.#unnamed(node, position, depth);
    return named.value;
  }

  #unnamed(node: unknown, position: number, depth: number): PlacedValue {
    const unkept = isScalar(node) || isMap(node) || isSeq(node) ? whyUnkept(node) : undefined;
    if (unkept !== undefined) this.#problem(this.#span((node as Node).range, position), unkept);
    if (isScalar(node)) return this.#scalar(node, position);
    if (isMap(node)) {
      const pairs = this.#pairs(node.items, depth);
      return this.#mapping(pairs, this.#span(node.range, position));
    }
    if (isSeq(node)) {
      const span = this.#span(node.range, position);
      const items = node.items.map(item =>
        // In !!omap and !!pairs.
        isPair(item)
          ? this.#mapping(this.#pairs([item], depth + 1), span)
          : this.read(item, span.start - this.#offset, depth + 1),
      );
      return {
        kind: 'list',
        span: around(span, items.map(partSpan)),
        value: items.map(({ value }) => value),
        pairs: [],
        items,
        ...NO_TEXT,
      };
    }
    return this.#nothing(position);
  }

  #mapping(pairs: readonly PlacedPair[], span: Span): PlacedValue {
    const value: Record<string, unknown> = {};
    for (const { key, node } of pairs)
      if (key === '__proto__') Object.defineProperty(value, key, { ...PLAIN_PROPERTY, value: node.value });
      else value[key] = node.value;
    const parts = pairs.flatMap(({ keySpan, node }) => [keySpan, partSpan(node)]);
    return { kind: 'mapping', span: around(span, parts), value, pairs, items: [], ...NO_TEXT };
  }

  #pairs(items: readonly { key: unknown; value: unknown }[], depth: number): PlacedPair[] {
    const seen = new Set<string>();
    return items.map(({ key, value }) => {
      const placedKey = this.read(key, 0, depth + 1);
      const { span: keySpan } = placedKey;
      const name = this.#nameOf(placedKey);
      if (placedKey.kind === 'mapping' || placedKey.kind === 'list') this.#problem(keySpan, NO_KEY, true);
      if (isMergeKey(key)) this.#problem(keySpan, MERGE_KEY);
      if (seen.has(name)) this.#problem(keySpan, `"${name}" is already defined: remove or rename one.`);
      seen.add(name);
      const node = this.read(value, keySpan.end - this.#offset, depth + 1);
      return {
        key: name,
        keySpan,
        keyText: placeInText(placedKey, 0, name.length),
        valueSpan: node.kind === 'nothing' ? undefined : node.span,
        value: node.value,
        entries: entriesOf(node),
        node,
      };
    });
  }

  /** The name that the `yaml` package gives a property; a collection as written, since the package would rewrite it. */
  #nameOf({ kind, value, span }: PlacedValue): string {
    if (kind === 'nothing' || value === null) return '';
    if (typeof value === 'symbol') return value.description ?? '';
    if (kind === 'scalar' && typeof value !== 'object') return String(value);
    return this.#yaml.slice(span.start - this.#offset, span.end - this.#offset);
  }

  #alias(node: { source: string; range?: [number, number, number] | null | undefined }): PlacedValue {
    this.#aliasesRead += 1;
    this.hasTooManyAliases ||= this.#aliasesRead > MAX_ALIASES;
    const span = this.#span(node.range, 0);
    const anchor = this.#anchors.get(node.source);
    if (anchor?.value !== undefined && this.#aliases === 'share') {
      anchor.count += 1;
      if (anchor.inside === 0) anchor.inside = this.#repeated(anchor.value);
      this.hasTooManyAliases ||= anchor.count * anchor.inside > MAX_ALIAS_COUNT;
      const alias = { ...anchor.value, span, verbatim: 0, isAlias: true };
      this.#aliased.set(alias, anchor);
      return alias;
    }
    if (anchor === undefined)
      this.#problem(
        span,
        `There is no anchor "&${node.source}" before this alias. Quote the value if "*" belongs to it.`,
      );
    else if (anchor.value === undefined)
      this.#problem(span, 'This alias is inside its own anchor: remove it.');
    else if (!this.#toldTooMany) {
      this.#toldTooMany = true;
      this.#problem(span, TOO_MANY_ALIASES);
    }
    return { kind: 'nothing', span, value: undefined, pairs: [], items: [], ...NO_TEXT };
  }

  /** The maximum number of times that aliases repeat the contents of `value`; 1 if it has none. */
  #repeated(value: PlacedValue): number {
    const anchor = this.#aliased.get(value);
    if (anchor !== undefined) return anchor.count * anchor.inside;
    if (value.kind !== 'list' && value.kind !== 'mapping') return 1;
    let most = value.pairs.length > 0 ? 1 : 0;
    for (const item of value.items) most = Math.max(most, this.#repeated(item));
    for (const { node } of value.pairs) most = Math.max(most, this.#repeated(node));
    return most;
  }

  #scalar(node: Scalar, position: number): PlacedValue {
    const span = this.#span(node.range, position);
    const quoted = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE';
    if (quoted) this.#quotes.set(span.end - this.#offset, span.start - this.#offset);
    if (span.start === span.end) return { ...this.#nothing(span.start - this.#offset), value: node.value };
    const textStart = span.start + (quoted ? 1 : 0);
    const verbatim =
      typeof node.value === 'string' ? this.#verbatim(node.value, textStart - this.#offset) : 0;
    const { value } = node;
    return { kind: 'scalar', span, value, pairs: [], items: [], textStart, verbatim, isAlias: false };
  }

  #verbatim(text: string, position: number): number {
    let length = 0;
    while (length < text.length && text[length] === this.#yaml[position + length]) length += 1;
    return length;
  }

  #nothing(position: number): PlacedValue {
    const span = { start: this.#offset + position, end: this.#offset + position };
    return { kind: 'nothing', span, value: null, pairs: [], items: [], ...NO_TEXT };
  }

  /** Without the line break that ends a block scalar. */
  #span(range: readonly [number, number, number] | null | undefined, position: number): Span {
    const [start, end] = range ?? [position, position];
    let last = end;
    while (last > start && this.#yaml[last - 1] === '\n') last -= this.#yaml[last - 2] === '\r' ? 2 : 1;
    last = Math.max(start, last);
    return { start: this.#offset + start, end: this.#offset + last };
  }

  #problem(span: Span, message: string, isDoubtful = false): void {
    if (this.problems.length < MAX_PROBLEMS)
      this.problems.push({ span, message, ...(isDoubtful && { isDoubtful }) });
  }

  /** The place in the document: the whole word if one begins there, or the opening quote of a text that never ends. */
  placeOfError([from, to]: readonly [number, number]): Span {
    const quote = from >= this.#yaml.length ? this.#quotes.get(from) : undefined;
    const start = quote ?? Math.max(0, Math.min(from, this.#yaml.length - 1));
    WORD.lastIndex = start;
    const word = quote === undefined ? (WORD.exec(this.#yaml)?.[0].length ?? 1) : 1;
    const end = Math.min(Math.max(quote === undefined ? to : 0, start + word), this.#yaml.length);
    return { start: this.#offset + start, end: this.#offset + end };
  }
}

/** A word, or an escape in double quotes. */
const WORD = /\\.|[\p{L}\p{N}_-]{1,100}/uy;
const NO_KEY =
  'An object or a list cannot be a key. If this belongs to a text, such as "{{name}}", put the text in quotes.';
const NO_TEXT = { textStart: 0, verbatim: 0, isAlias: false };
const PLAIN_PROPERTY = { writable: true, enumerable: true, configurable: true };

/** In invalid YAML, the package's ranges of collections may not include all of their items. */
function around(span: Span, parts: readonly (Span | undefined)[]): Span {
  let { start, end } = span;
  for (const part of parts) {
    if (part === undefined) continue;
    start = Math.min(start, part.start);
    end = Math.max(end, part.end);
  }
  return { start, end };
}

function partSpan({ kind, span }: PlacedValue): Span | undefined {
  return kind === 'nothing' ? undefined : span;
}

/** Excludes aliases, because the target's positions are only where it is written. */
function entriesOf({ kind, pairs, items, isAlias }: PlacedValue): readonly PlacedPair[] {
  if (isAlias) return [];
  return kind === 'list' ? items.flatMap(item => (item.isAlias ? [] : item.pairs)) : pairs;
}
