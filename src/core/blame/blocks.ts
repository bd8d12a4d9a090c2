/**
 * The blocks of a prompt's text: a line of front matter, a paragraph, a list item, a heading, a line with only tags. No
 * sentence crosses a block. A block depends only on the text from its start, so that only the blocks around an edit are
 * read again.
 */
import { locateFrontMatter, type SourceKind } from '../source.ts';
import { asProse } from './prose.ts';
import { TagReader, type TagSpan } from './tags.ts';

export interface TextBlock {
  /** Includes the blank lines after it, and for the first block those before it. */
  readonly text: string;
  /**
   * The text without the blanks at its end, in which tags, list markers and line breaks within a sentence are replaced,
   * at the same length, by characters that `Intl.Segmenter` understands. Undefined if the whole block is one sentence.
   */
  readonly masked: string | undefined;
  /** Found later, for many blocks at once. */
  sentences?: readonly Sentence[];
  /** The code fence that is open at its start; empty outside of one. */
  readonly fence: Fence;
  /** The length of text, from the block's start, that determines where the block ends; infinite if the end of the text does. */
  readonly reach: number;
}

export interface Sentence {
  /** In UTF-16 code units, including the blanks and line breaks after it. */
  readonly length: number;
  /** The normalized text for comparison: trimmed, with one space for each run of white space. */
  readonly key: string;
}

export type Fence = '' | '`' | '~';

const FENCE = /^ {0,3}(```|~~~)/;
/** A line that is a block by itself: a heading, a rule, a row of a table, an XML tag. */
const ALONE =
  /^(?: {0,3}#{1,6}(?:\s|$)|\s*(?:(?:-\s*){3,}|(?:\*\s*){3,}|(?:_\s*){3,}|=+\s*)$|\s*\||\s*<[^<>]*>\s*$)/;
/** A list item or a quotation, which later lines continue. */
const MARKED = /^\s*(?:(?:[-*+]|\d{1,9}[.)])(?=\s)|>)/;
const BLANK = /^\s*$/;
/** Lines of at least this length count as wrapped: the sentence continues on the next one. */
const WRAPPED = 50;
const GOES_ON = /^\s*\p{Ll}/u;

/** Returns the end of the front matter, including its last line; 0 if there is none. */
export function frontMatterEnd(text: string, kind: SourceKind): number {
  const place = locateFrontMatter(text, kind);
  if (place?.yamlEnd === undefined) return 0;
  const newline = text.indexOf('\n', place.bodyStart);
  return newline === -1 ? text.length : newline + 1;
}

interface Line {
  readonly start: number;
  /** Without its line break. */
  readonly content: string;
  /** With its line break. */
  readonly end: number;
  readonly tags: readonly TagSpan[];
  readonly isTagsAlone: boolean;
}

/** Reads block after block, from a place where one begins. */
export class BlockReader {
  readonly #text: string;
  readonly #frontMatterEnd: number;
  readonly #tags: TagReader;
  #line: Line | undefined;
  at: number;
  fence: Fence;

  constructor(text: string, frontMatterEnd: number, at = 0, fence: Fence = '') {
    this.#text = text;
    this.#frontMatterEnd = frontMatterEnd;
    this.#tags = new TagReader(text, Math.max(at, frontMatterEnd));
    this.at = at;
    this.fence = fence;
  }

  get isAtEnd(): boolean {
    return this.at >= this.#text.length;
  }

  read(): TextBlock {
    const start = this.at;
    const { fence } = this;
    let line = this.#peek();
    while (isBlank(line) && line.end < this.#text.length) line = this.#take(line);
    const lines = [line];
    let next = this.#take(line);
    if (start < this.#frontMatterEnd || this.#isAlone(line)) this.#turnFence(line);
    else
      while (next.end > next.start && this.#continues(next)) {
        lines.push(next);
        next = this.#take(next);
      }
    while (next.end > next.start && isBlank(next) && this.at !== this.#frontMatterEnd)
      next = this.#take(next);
    const reach =
      next.end >= this.#text.length ? Number.POSITIVE_INFINITY : Math.max(next.end, this.#tags.reach);
    const isWhole = start < this.#frontMatterEnd || fence !== '' || line.isTagsAlone;
    const masked = isWhole ? undefined : mask(this.#text, start, lines);
    return { text: detached(this.#text.slice(start, this.at)), masked, fence, reach: reach - start };
  }

  #isAlone({ content, isTagsAlone }: Line): boolean {
    return this.fence !== '' || isTagsAlone || FENCE.test(content) || ALONE.test(content);
  }

  #turnFence({ content }: Line): void {
    const found = FENCE.exec(content)?.[1]?.charAt(0) as Fence | undefined;
    if (found === undefined || this.at <= this.#frontMatterEnd) return;
    if (this.fence === '') this.fence = found;
    else if (this.fence === found) this.fence = '';
  }

  #continues(line: Line): boolean {
    return !isBlank(line) && !MARKED.test(line.content) && !this.#isAlone(line);
  }

  #peek(): Line {
    this.#line ??= this.#readLine(this.at);
    return this.#line;
  }

  /** Advances to the next line and returns it; empty at the end. */
  #take({ end }: Line): Line {
    this.at = end;
    this.#line = undefined;
    return this.#peek();
  }

  #readLine(start: number): Line {
    const tags: TagSpan[] = [];
    let at = start;
    let blanks = true;
    for (;;) {
      const newline = this.#text.indexOf('\n', at);
      const end = newline === -1 ? this.#text.length : newline + 1;
      const tag = start < this.#frontMatterEnd ? undefined : this.#tags.from(at);
      if (tag === undefined || tag.start >= end) {
        blanks &&= isBlankText(this.#text.slice(at, end));
        const content = this.#text.slice(start, newline === -1 ? end : newline);
        return { start, content, end, tags, isTagsAlone: blanks && tags.length > 0 };
      }
      blanks &&= isBlankText(this.#text.slice(at, tag.start));
      tags.push(tag);
      at = tag.end;
    }
  }
}

/** Copies a slice, which would otherwise keep the version's whole text in memory. */
function detached(slice: string): string {
  return ` ${slice}`.slice(1);
}

function isBlank({ content, tags }: Line): boolean {
  return tags.length === 0 && isBlankText(content);
}

function isBlankText(text: string): boolean {
  return BLANK.test(text);
}

/** The text of these lines for `Intl.Segmenter`. */
function mask(text: string, start: number, lines: readonly Line[]): string {
  const parts: string[] = [text.slice(start, lines[0]?.start).replace(/[\s\S]/g, ' ')];
  for (const [index, line] of lines.entries()) {
    const marker = index === 0 ? (MARKED.exec(line.content)?.[0].length ?? 0) : 0;
    parts.push('#'.repeat(marker));
    let at = line.start + marker;
    for (const tag of line.tags) {
      parts.push(asProse(text.slice(at, tag.start)), maskOf(tag, text.charAt(tag.start - 1)));
      at = tag.end;
    }
    const next = lines[index + 1];
    const end = line.start + line.content.length;
    if (next === undefined) parts.push(asProse(text.slice(at, end).trimEnd()));
    else {
      const isSoft = line.content.trim().length >= WRAPPED || GOES_ON.test(next.content);
      parts.push(asProse(text.slice(at, end)), isSoft ? ' ' : '\n');
    }
  }
  return parts.join('').replaceAll('\r', ' ');
}

/**
 * A value becomes capital letters, like a word that may begin a sentence; after a full stop, the first is a digit, as
 * in `3.5`. The end of a block becomes closing brackets, which belong to the sentence before it, and its beginning
 * neutral signs.
 */
function maskOf({ start, end, kind }: TagSpan, before: string): string {
  const length = end - start;
  if (kind === 'closes') return ')'.repeat(length);
  if (kind === 'opens') return '#'.repeat(length);
  return (before === '.' ? '0' : 'X').padEnd(length, 'X');
}
