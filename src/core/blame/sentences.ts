/**
 * Finds the sentences of a prompt's text with `Intl.Segmenter` (UAX #29), each within its block. Together they are the
 * whole text: what is between two belongs to the first.
 */
import type { SourceKind } from '../source.ts';
import { BlockReader, frontMatterEnd, type Sentence, type TextBlock } from './blocks.ts';

/** A sentence with its place. */
export interface PlacedSentence extends Sentence {
  /** 0-based UTF-16 offset of its first character. */
  readonly start: number;
  /** Exclusive, without the blanks after it; `start` if it is all blank. */
  readonly end: number;
}

const SEGMENTER = new Intl.Segmenter('en', { granularity: 'sentence' });
/** Ends a paragraph (UAX #29), and so a sentence: blocks joined with it are segmented in one call, each as if alone. */
const SEPARATOR = '\u2029';
/** Characters that may or must end a sentence (UAX #29: Sep, ATerm and STerm). */
const END = /[\n\u0085\u2028\u2029.\u2024\ufe52\uff0e\p{Sentence_Terminal}]/u;
const LAST_END = /^[.!?]+["')\]”’»]*[ \t]*$/;

/** Finds the sentences of many blocks at once, because a call costs as much as a thousand characters. */
export function segmentBlocks(blocks: Iterable<TextBlock>): void {
  const several: TextBlock[] = [];
  for (const block of blocks) {
    if (block.sentences !== undefined) continue;
    if (isOne(block)) block.sentences = [sentenceOf(block.text)];
    else several.push(block);
  }
  if (several.length === 0) return;
  const joined = several.map(({ masked }) => masked).join(SEPARATOR);
  const segments = SEGMENTER.segment(joined)[Symbol.iterator]();
  let start = 0;
  for (const block of several) {
    const length = block.masked?.length ?? 0;
    const ends: number[] = [];
    let end = start;
    while (end < start + length) {
      const { index, segment } = segments.next().value as Intl.SegmentData;
      end = index + segment.length;
      ends.push(end - start);
    }
    block.sentences = sentencesUpTo(block.text, ends);
    start += length + 1;
  }
}

/** @param block must have been passed to `segmentBlocks` */
export function sentencesIn(block: TextBlock): readonly Sentence[] {
  return block.sentences ?? [];
}

/** Every sentence of a text, in order. */
export function sentencesOf(text: string, kind: SourceKind): PlacedSentence[] {
  const blocks = blocksOf(text, kind);
  segmentBlocks(blocks);
  return placed(text, blocks.flatMap(sentencesIn));
}

/** Adds the places of sentences in the text that they make up. */
export function placed(text: string, sentences: readonly Sentence[]): PlacedSentence[] {
  let at = 0;
  return sentences.map(({ length, key }) => {
    const whole = text.slice(at, at + length);
    const start = at + (whole.length - whole.trimStart().length);
    const end = key === '' ? start : at + whole.trimEnd().length;
    at += length;
    return { length, key, start, end };
  });
}

export function blocksOf(text: string, kind: SourceKind): TextBlock[] {
  const reader = new BlockReader(text, frontMatterEnd(text, kind));
  const blocks: TextBlock[] = [];
  while (!reader.isAtEnd) blocks.push(reader.read());
  return blocks;
}

function isOne({ masked }: TextBlock): boolean {
  const first = masked?.search(END) ?? -1;
  return masked === undefined || first === -1 || LAST_END.test(masked.slice(first));
}

/** @param ends offsets where segments end; blanks may follow the last */
function sentencesUpTo(text: string, ends: readonly number[]): Sentence[] {
  const sentences: Sentence[] = [];
  let start = 0;
  for (const [index, each] of ends.entries()) {
    const end = index === ends.length - 1 ? text.length : each;
    const sentence = sentenceOf(text.slice(start, end));
    // Blanks are not a sentence, and belong to the next one.
    if (sentence.key === '' && index < ends.length - 1) continue;
    sentences.push(sentence);
    start = end;
  }
  return sentences;
}

function sentenceOf(text: string): Sentence {
  return { length: text.length, key: text.trim().replace(/\s+/g, ' ') };
}
