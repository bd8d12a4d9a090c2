/** Inserts keys into YAML and removes them, in the existing style, leaving everything else unchanged. */
import { stringify } from 'yaml';
import type { PlacedPair, PlacedValue } from '../../../core/yaml-places.ts';
import type { TextEdit } from '../../results/edit.ts';

/** The value of a key: plain text, or nested keys. */
export type YamlText = string | { readonly [key: string]: YamlText };

const INDENT = '  ';

/** Lines for `key`, indented by `indent`. */
export function blockLines(key: string, value: YamlText, indent: string): string[] {
  const head = `${indent}${scalarText(key)}:`;
  if (typeof value === 'string') return [`${head} ${value}`];
  const inner = Object.entries(value).flatMap(([name, own]) => blockLines(name, own, indent + INDENT));
  return inner.length === 0 ? [`${head} {}`] : [head, ...inner];
}

/** `key: value` for a flow mapping. */
function flowText(key: string, value: YamlText): string {
  if (typeof value === 'string') return `${scalarText(key)}: ${value}`;
  const inner = Object.entries(value).map(([name, own]) => flowText(name, own));
  return `${scalarText(key)}: {${inner.join(', ')}}`;
}

/** A name as YAML, quoted if necessary. */
function scalarText(text: string): string {
  const [line, ...more] = stringify(text, { lineWidth: 0, blockQuote: false }).trimEnd().split('\n');
  return more.length === 0 && !/[,[\]{}]/.test(text) ? (line as string) : JSON.stringify(text);
}

/** Adds a key at the end of a mapping that is not empty. */
export function insertedInto(
  text: string,
  mapping: PlacedValue,
  key: string,
  value: YamlText,
): TextEdit | undefined {
  const [first] = mapping.pairs;
  const last = mapping.pairs.at(-1);
  if (first === undefined || last === undefined || mapping.isAlias) return undefined;
  const end = endOf(last);
  if (text[mapping.span.start] === '{')
    return { span: { start: end, end }, text: `, ${flowText(key, value)}` };
  const lineStart = startOfLine(text, first.keySpan.start);
  const indent = ' '.repeat(first.keySpan.start - lineStart);
  return linesAfter(text, end, blockLines(key, value, indent));
}

/** Adds a key below one without a value. */
export function insertedBelow(text: string, { keySpan }: PlacedPair, key: string, value: YamlText): TextEdit {
  const indent = ' '.repeat(keySpan.start - startOfLine(text, keySpan.start));
  return linesAfter(text, keySpan.end, blockLines(key, value, indent + INDENT));
}

function linesAfter(text: string, position: number, lines: readonly string[]): TextEdit {
  const end = endOfLine(text, position);
  const eol = endOfLineIn(text);
  return { span: { start: end, end }, text: lines.map(line => eol + line).join('') };
}

/** Removes a key from its mapping; undefined if it shares its line with other keys. */
export function removedFrom(text: string, mapping: PlacedValue, pair: PlacedPair): TextEdit | undefined {
  const { pairs } = mapping;
  const at = pairs.indexOf(pair);
  const { start } = pair.keySpan;
  const end = endOf(pair);
  if (text[mapping.span.start] === '{') {
    const next = pairs[at + 1];
    const before = pairs[at - 1];
    if (next !== undefined) return { span: { start, end: next.keySpan.start }, text: '' };
    return { span: { start: before === undefined ? start : endOf(before), end }, text: '' };
  }
  const lineStart = startOfLine(text, start);
  if (text.slice(lineStart, start).trim() !== '') return undefined;
  const lineEnd = endOfLine(text, end);
  const eol = text.startsWith('\r\n', lineEnd) ? 2 : 1;
  return { span: { start: lineStart, end: Math.min(text.length, lineEnd + eol) }, text: '' };
}

/** Removes an item from a list of plain items. */
export function removedItem(text: string, list: PlacedValue, item: PlacedValue): TextEdit | undefined {
  const at = list.items.indexOf(item);
  if (text[list.span.start] === '[') {
    const next = list.items[at + 1];
    const before = list.items[at - 1];
    if (next !== undefined) return { span: { start: item.span.start, end: next.span.start }, text: '' };
    return { span: { start: before?.span.end ?? item.span.start, end: item.span.end }, text: '' };
  }
  const start = startOfLine(text, item.span.start);
  const end = endOfLine(text, item.span.end);
  const eol = text.startsWith('\r\n', end) ? 2 : 1;
  return { span: { start, end: Math.min(text.length, end + eol) }, text: '' };
}

export function endOfLineIn(text: string): '\r\n' | '\n' {
  return text.includes('\r\n') ? '\r\n' : '\n';
}

function endOf({ keySpan, valueSpan }: PlacedPair): number {
  return Math.max(keySpan.end, valueSpan?.end ?? 0);
}

export function startOfLine(text: string, position: number): number {
  return Math.max(text.lastIndexOf('\n', position - 1), text.lastIndexOf('\r', position - 1)) + 1;
}

export function endOfLine(text: string, position: number): number {
  for (let at = position; at < text.length; at += 1) if (text[at] === '\n' || text[at] === '\r') return at;
  return text.length;
}
