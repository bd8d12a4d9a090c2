/**
 * Edits for white space in front matter: an indent of two, one space after a colon and a dash, none before a colon.
 * Quotes, comments, empty lines and the text of values stay unchanged.
 */
import { type CST, Parser } from 'yaml';
import { readYaml } from '../../../core/yaml-places.ts';
import type { Analysis } from '../../analysis/analysis.ts';
import { applyEdits, type TextEdit } from '../../results/edit.ts';
import { equals } from '../../types/values.ts';

/** YAML does not allow tabs, and Dotprompt's examples use two spaces. */
const INDENT = 2;

/** The edits in order; empty if the YAML has errors, or its meaning would change. */
export function formatYaml({ text, frontMatter: { yamlSpan } }: Analysis): TextEdit[] {
  if (yamlSpan === undefined) return [];
  const yaml = text.slice(yamlSpan.start, yamlSpan.end);
  const { root, problems } = readYaml(yaml, 0);
  if (problems.length > 0) return [];
  const format = new Format(yaml);
  const tries = [[...format.spaces, ...format.indents()], format.spaces, format.indents()];
  const works = tries.find(edits => {
    const after = readYaml(applyEdits(yaml, edits), 0);
    return after.problems.length === 0 && equals(after.root.value, root.value);
  });
  return (works ?? [])
    .map(({ span, text: space }) => ({
      span: { start: span.start + yamlSpan.start, end: span.end + yamlSpan.start },
      text: space,
    }))
    .sort((one, other) => one.span.start - other.span.start);
}

type Item =
  | CST.BlockMap['items'][number]
  | CST.BlockSequence['items'][number]
  | CST.FlowCollection['items'][number];

class Format {
  readonly spaces: TextEdit[] = [];
  readonly #yaml: string;
  /** The new indentation of lines, by their start. */
  readonly #indents = new Map<number, number>();

  constructor(yaml: string) {
    this.#yaml = yaml;
    for (const token of new Parser().parse(yaml))
      if (token.type === 'document' && token.value) this.#value(token.value, 0, 0, 0);
  }

  /** Moves a value whose key or dash moves from column `from` to `to`. A nested collection moves to column `own`. */
  #value(value: CST.Token, from: number, to: number, own: number): void {
    switch (value.type) {
      case 'block-map': {
        const column = this.#columnOf(value.offset);
        for (const item of value.items) this.#item(item, column, own);
        break;
      }
      case 'block-seq': {
        const column = this.#columnOf(value.offset);
        // A list may be in the same column as its key.
        const at = column === from ? to : own;
        for (const item of value.items) this.#item(item, column, at);
        break;
      }
      case 'block-scalar':
        this.#blockScalar(value, from, to);
        break;
      case 'flow-collection':
        for (const item of value.items) this.#spacesOf(item);
        this.#moveLines(value.offset, endOf(value), to - from);
        break;
      default:
        this.#moveLines(value.offset, endOf(value), to - from);
    }
  }

  /** Moves an item of a block collection from column `from` to `to`. */
  #item(item: Item, from: number, to: number): void {
    const dash = item.start.find(({ type }) => type === 'seq-item-ind');
    const first = dash?.offset ?? item.key?.offset;
    if (first !== undefined) this.#place(first, to);
    this.#spacesOf(item);
    // Different rules apply to text after an explicit key.
    if (item.start.some(({ type }) => type === 'explicit-key-ind')) return;
    if (item.key) this.#moveLines(item.key.offset, endOf(item.key), to - from);
    if (item.value) this.#value(item.value, from, to, to + INDENT);
  }

  /** Sets the spaces around the colon, and after the dash. */
  #spacesOf({ start, sep, value, key }: Item): void {
    const dash = start.findIndex(({ type }) => type === 'seq-item-ind');
    if (dash >= 0) this.#oneSpace(start[dash], start[dash + 1], start[dash + 2] ?? key ?? value ?? undefined);
    if (sep === undefined || start.some(({ type }) => type === 'explicit-key-ind')) return;
    const colon = sep.findIndex(({ type }) => type === 'map-value-ind');
    if (colon < 0) return;
    const before = sep[colon - 1];
    if (before?.type === 'space' && colon === 1 && key)
      this.spaces.push({
        span: { start: before.offset, end: before.offset + before.source.length },
        text: '',
      });
    this.#oneSpace(sep[colon], sep[colon + 1], sep[colon + 2] ?? value ?? undefined);
  }

  /** Sets one space after a sign if something follows on its line. */
  #oneSpace(
    sign: CST.SourceToken | undefined,
    space: CST.SourceToken | undefined,
    next: CST.Token | undefined,
  ): void {
    if (sign === undefined || next === undefined || space?.type !== 'space' || space.source === ' ') return;
    if (next.type === 'newline' || next.type === 'comment') return;
    this.spaces.push({ span: { start: space.offset, end: space.offset + space.source.length }, text: ' ' });
  }

  #blockScalar(scalar: CST.BlockScalar, from: number, to: number): void {
    const header = scalar.props.find(({ type }) => type === 'block-scalar-header');
    const start = endOf(scalar) - scalar.source.length;
    const isTold = header !== undefined && 'source' in header && /\d/.test(header.source);
    const first = /^ *(?=[^ \r\n])/m.exec(scalar.source)?.[0].length ?? 0;
    const by = isTold ? to - from : to + INDENT - first;
    for (const line of this.#linesIn(start - 1, endOf(scalar))) this.#move(line, by);
  }

  #moveLines(start: number, end: number, by: number): void {
    for (const line of this.#linesIn(start, end)) this.#move(line, by);
  }

  /** Starts of lines after `start` and before `end`. */
  *#linesIn(start: number, end: number): Generator<number> {
    for (let at = this.#yaml.indexOf('\n', start); at >= 0 && at < end; at = this.#yaml.indexOf('\n', at + 1))
      yield at + 1;
  }

  #move(line: number, by: number): void {
    if (!this.#isEmpty(line)) this.#indents.set(line, Math.max(0, this.#indentOf(line) + by));
  }

  /** Moves the first text of a line to this column. */
  #place(offset: number, column: number): void {
    const line = this.#lineOf(offset);
    if (offset - line === this.#indentOf(line)) this.#indents.set(line, column);
  }

  /** Comments on their own lines move with the line after them, or otherwise with the one before. */
  indents(): TextEdit[] {
    const edits: TextEdit[] = [];
    const lines = [0, ...this.#linesIn(0, this.#yaml.length)];
    let shift: { from: number; by: number } | undefined;
    for (const line of lines.toReversed()) {
      if (this.#isEmpty(line)) continue;
      const now = this.#indentOf(line);
      const known = this.#indents.get(line);
      if (known !== undefined) shift = { from: now, by: known - now };
      const next = known ?? Math.max(0, now + (shift?.by ?? 0));
      if (next !== now) edits.push({ span: { start: line, end: line + now }, text: ' '.repeat(next) });
    }
    return edits.reverse();
  }

  #lineOf(offset: number): number {
    return offset === 0 ? 0 : this.#yaml.lastIndexOf('\n', offset - 1) + 1;
  }

  #columnOf(offset: number): number {
    return offset - this.#lineOf(offset);
  }

  #indentOf(line: number): number {
    let end = line;
    while (this.#yaml[end] === ' ') end += 1;
    return end - line;
  }

  #isEmpty(line: number): boolean {
    const first = this.#yaml[line + this.#indentOf(line)];
    return first === undefined || first === '\n' || first === '\r';
  }
}

/** The end of a token's contents, without trailing trivia. */
function endOf(token: CST.Token): number {
  switch (token.type) {
    case 'flow-collection': {
      const last =
        token.end.find(({ type }) => type === 'flow-map-end' || type === 'flow-seq-end') ?? token.start;
      return last.offset + last.source.length;
    }
    case 'block-scalar': {
      const props = token.props.reduce((end, prop) => ('source' in prop ? end + prop.source.length : end), 0);
      return token.offset + props + token.source.length;
    }
    default:
      return 'source' in token ? token.offset + token.source.length : token.offset;
  }
}
