/** Inserts a sample into the text of a samples file, leaving everything else unchanged. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  type Node,
  parseDocument,
  stringify,
  type ToStringOptions,
  visit,
  type YAMLMap,
  type YAMLSeq,
} from 'yaml';
import { Problem } from '../../core/problem.ts';
import { issueAt } from '../../core/source-position.ts';
import { applyEdits, type TextEdit } from '../results/edit.ts';
import { equals } from '../types/values.ts';
import { readSamples } from './samples.ts';

/** Values by variable name, as in JSON. */
export type SampleInput = Readonly<Record<string, unknown>>;

const PLAIN: ToStringOptions = { lineWidth: 0, blockQuote: 'literal' };
/** The style for texts that YAML's other styles cannot express. */
const QUOTED: ToStringOptions = { lineWidth: 0, blockQuote: false, defaultStringType: 'QUOTE_DOUBLE' };
const BYTE_ORDER_MARK = '\uFEFF';

/**
 * The text of a samples file with this sample: at the end, or in place of the one with the same name, in which only
 * variables that differ are rewritten. Keeps all other comments, order and formatting; an empty text becomes a file
 * with one sample.
 * @throws Problem `invalid_source` if the file cannot be read, or the sample cannot be written, so that nothing is lost
 */
export function withSample(text: string, name: string, input: SampleInput): string {
  const { samples, findings } = readSamples(text);
  const [first] = findings;
  if (first !== undefined)
    throw refusal(
      `The samples file cannot be read: ${first.message} Correct it, then save the sample again.`,
      text,
      first.span.start,
      first.span.end,
    );
  if (name === '') throw refusal('A sample needs a name.', text, 0, 0);
  const value = JSON.parse(JSON.stringify(input)) as SampleInput;
  const old = samples.find(sample => sample.name === name);
  const wanted = old
    ? samples.map(sample => (sample === old ? { name, input: value } : sample))
    : [...samples, { name, input: value }];
  // The `yaml` package would count a byte order mark as indentation.
  const mark = text.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK : '';
  const body = text.slice(mark.length);
  for (const write of old ? [changed(old.input), replaced, rewritten] : [added, rewritten])
    for (const style of [PLAIN, QUOTED]) {
      const written = write(body, name, value, style);
      // UTF-8 cannot encode a lone surrogate.
      if (written === undefined || (text.isWellFormed() && !written.isWellFormed())) continue;
      if (holdsExactly(mark + written, wanted)) return mark + written;
    }
  throw refusal('This sample cannot be written as YAML without changing the others.', text, 0, 0);
}

/** Returns whether a text reads back as exactly these samples, in this order, without errors. */
function holdsExactly(text: string, wanted: readonly { name: string; input: unknown }[]): boolean {
  const { samples, findings } = readSamples(text);
  return (
    findings.length === 0 &&
    samples.length === wanted.length &&
    samples.every(({ name, input }, index) => {
      const expected = wanted[index];
      return expected !== undefined && expected.name === name && equals(expected.input, input);
    })
  );
}

/** A way to insert a sample into a text; undefined if it does not apply. The result is verified by reading it. */
type Write = (text: string, name: string, value: SampleInput, style: ToStringOptions) => string | undefined;

/** Adds the sample at the end. */
const added: Write = (text, name, value, style) => {
  const start = listOf(documentOf(text))?.range?.[0] ?? 0;
  const indent = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
  if (indent.trim() !== '') return undefined;
  const newline = newlineOf(text);
  const lines = linesOf([{ name, input: value }], style, indent.length);
  const before = text === '' || text.endsWith('\n') ? text : `${text}${newline}`;
  return `${before}${indent}${lines.join(newline)}${newline}`;
};

/** Rewrites the variables whose values differ from `old`, in place. */
function changed(old: SampleInput): Write {
  return (text, name, value, style) => {
    const input = itemOf(documentOf(text), name)?.get('input', true);
    if (!isMap(input) || input.flow || input.anchor !== undefined) return undefined;
    const places = input.items.map(placeOfPair);
    const last = places.at(-1);
    if (last === undefined || !places.every(place => place !== undefined)) return undefined;
    if (places.every(({ key }) => !Object.hasOwn(value, key))) return undefined;
    const edits = places.flatMap((place): TextEdit[] => {
      if (!Object.hasOwn(value, place.key)) return [{ span: linesAround(text, place), text: '' }];
      if (equals(old[place.key], value[place.key])) return [];
      return [{ span: place, text: pairText(text, place, { [place.key]: value[place.key] }, style) }];
    });
    const others = Object.fromEntries(Object.entries(value).filter(([key]) => !Object.hasOwn(old, key)));
    if (Object.keys(others).length > 0) {
      const { end } = linesAround(text, last);
      const newline = newlineOf(text);
      const column = columnOf(text, last.start);
      const lines = `${' '.repeat(column)}${linesOf(others, style, column).join(newline)}${newline}`;
      edits.push({ span: { start: end, end }, text: text[end - 1] === '\n' ? lines : `${newline}${lines}` });
    }
    return applyEdits(text, edits);
  };
}

/** Rewrites the whole input in place. */
const replaced: Write = (text, name, value, style) => {
  const item = itemOf(documentOf(text), name);
  if (item === undefined || item.flow) return undefined;
  const place = item.items.map(placeOfPair).find(place => place?.key === 'input');
  return place && applyEdits(text, [{ span: place, text: pairText(text, place, { input: value }, style) }]);
};

/** Writes the whole file anew, with its comments and its order. */
const rewritten: Write = (text, name, value, style) => {
  const document = documentOf(text);
  const sample = document.createNode({ name, input: value }, { aliasDuplicateObjects: false });
  const list = listOf(document);
  const item = itemOf(document, name);
  if (list === undefined) document.contents = document.createNode([sample]);
  else if (item === undefined) list.add(sample);
  else {
    const old = item.get('input', true);
    item.set('input', sample.get('input', true));
    if (isNode(old)) keepAnchors(document, old);
  }
  try {
    return document.toString(style).replaceAll(/\r?\n/g, newlineOf(text));
  } catch {
    return undefined; // cannot be written, for example because an alias would come before its anchor
  }
};

/** Moves the target of each anchor in `removed` to its first alias. */
function keepAnchors(document: Document, removed: Node): void {
  const anchored = new Map<string, Node>();
  visit(removed as Parameters<typeof visit>[0], {
    Node: (_key, node) => {
      if (!isAlias(node) && node.anchor !== undefined) anchored.set(node.anchor, node);
    },
  });
  visit(document, {
    Alias: (_key, { source }) => {
      const node = anchored.get(source);
      anchored.delete(source);
      return node;
    },
  });
}

interface PairPlace {
  readonly key: string;
  /** Offset of the key. */
  readonly start: number;
  /** End of the value; for a block scalar, after its line break. */
  readonly end: number;
}

function placeOfPair({ key, value }: { key: unknown; value: unknown }): PairPlace | undefined {
  if (!isScalar(key) || key.range == null) return undefined;
  const end = isNode(value) && value.range != null ? value.range[1] : key.range[1] + 1;
  return { key: String(key.value), start: key.range[0], end };
}

/** A pair written to replace another. */
function pairText(text: string, place: PairPlace, pair: SampleInput, style: ToStringOptions): string {
  const newline = newlineOf(text);
  const lines = linesOf(pair, style, columnOf(text, place.start)).join(newline);
  return text[place.end - 1] === '\n' ? `${lines}${newline}` : lines;
}

/** The range from the beginning of a pair's first line to the end of its last one, including its line break. */
function linesAround(text: string, { start, end }: PairPlace): { start: number; end: number } {
  const lineBreak = text[end - 1] === '\n' ? end - 1 : text.indexOf('\n', end);
  return { start: start - columnOf(text, start), end: lineBreak < 0 ? text.length : lineBreak + 1 };
}

function columnOf(text: string, offset: number): number {
  return offset - (text.lastIndexOf('\n', offset - 1) + 1);
}

function documentOf(text: string): Document {
  return parseDocument(text, { uniqueKeys: false, logLevel: 'error' });
}

function listOf({ contents }: Document): YAMLSeq | undefined {
  return isSeq(contents) ? contents : undefined;
}

function itemOf(document: Document, name: string): YAMLMap | undefined {
  return listOf(document)?.items.find((item): item is YAMLMap => isMap(item) && item.get('name') === name);
}

/** A value as lines of YAML, indented except for the first and empty ones. */
function linesOf(value: unknown, style: ToStringOptions, indent: number): string[] {
  const yaml = stringify(value, { ...style, aliasDuplicateObjects: false });
  const lines = yaml.replace(/\n$/, '').split('\n');
  return lines.map((line, index) => (index === 0 || line === '' ? line : `${' '.repeat(indent)}${line}`));
}

function newlineOf(text: string): '\n' | '\r\n' {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function refusal(message: string, text: string, start: number, end: number): Problem {
  return new Problem('invalid_source', message, { issues: [issueAt(text, start, end, message)] });
}
