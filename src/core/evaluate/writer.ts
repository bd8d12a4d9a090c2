/** Collects segments, indents those of indented partials, and counts their characters. */
import type { Node } from '../syntax-tree.ts';
import type { Meter } from './limits.ts';
import type { Segment, StructureSegment, WrittenExpression } from './segment.ts';
import { sourceOf, type Template } from './template.ts';

interface Indent {
  readonly text: string;
  isAtLineStart: boolean;
}

/** Thrown at the first output if the only question is whether there is any. */
const WRITTEN = new Error('written');

export class Writer {
  readonly segments: Segment[] = [];
  readonly #meter: Meter;
  /** The indents of the enclosing partials, outermost first. */
  readonly #indents: Indent[] = [];
  #isAsked = false;

  constructor(meter: Meter) {
    this.#meter = meter;
  }

  text(text: string, template: Template, node: Node): void {
    if (text === '') return;
    this.#keeps();
    const written = this.#indented(text, template, node);
    this.segments.push({ kind: 'text', text: written, source: sourceOf(node, template) });
  }

  value(
    text: string,
    expression: WrittenExpression,
    missing: readonly string[],
    template: Template,
    node: Node,
  ): void {
    if (this.#isAsked && text === '') return;
    this.#keeps();
    // The indentation before a value is not part of it.
    if (text !== '') this.#indentLine(template, node);
    this.segments.push({
      kind: 'value',
      text: text === '' ? text : this.#indented(text, template, node),
      expression,
      missing,
    });
  }

  structure(segment: StructureSegment, template: Template, node: Node): void {
    this.#keeps();
    this.#indentLine(template, node);
    this.segments.push(segment);
  }

  /** Runs `write`, indenting every line that it writes. */
  indented(indent: string, write: () => void): void {
    if (indent !== '') this.#indents.push({ text: indent, isAtLineStart: true });
    write();
    if (indent !== '') this.#indents.pop();
  }

  /** Returns whether `write` writes anything. Stops at the first output, and keeps nothing. */
  writesAnything(write: () => void): boolean {
    const isAsked = this.#isAsked;
    const { length } = this.#indents;
    this.#isAsked = true;
    try {
      write();
      return false;
    } catch (thrown) {
      if (thrown !== WRITTEN) throw thrown;
      return true;
    } finally {
      this.#isAsked = isAsked;
      this.#indents.length = length;
    }
  }

  #keeps(): void {
    if (this.#isAsked) throw WRITTEN;
  }

  /** The indentation that is due before the next character. */
  #due(): string {
    let due = '';
    for (const indent of this.#indents) {
      if (indent.isAtLineStart) due += indent.text;
      indent.isAtLineStart = false;
    }
    return due;
  }

  #indentLine(template: Template, node: Node): void {
    if (this.#indents.length === 0) return;
    const text = this.#due();
    if (text === '') return;
    this.#meter.write(text.length, template, node);
    this.segments.push({ kind: 'text', text });
  }

  #indented(text: string, template: Template, node: Node): string {
    if (this.#indents.length === 0) {
      this.#meter.write(text.length, template, node);
      return text;
    }
    let written = '';
    for (let start = 0; start < text.length; ) {
      const end = text.indexOf('\n', start) + 1 || text.length;
      const line = this.#due() + text.slice(start, end);
      this.#meter.write(line.length, template, node);
      written += line;
      if (text[end - 1] === '\n') for (const indent of this.#indents) indent.isAtLineStart = true;
      start = end;
    }
    return written;
  }
}
