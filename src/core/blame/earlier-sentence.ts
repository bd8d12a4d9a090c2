/** Finds a sentence as it was before a version changed it. */
import type { SourceKind } from '../source.ts';
import { keptSentences } from './blame.ts';
import { type PlacedSentence, sentencesOf } from './sentences.ts';

/** Maximum number of sentences replaced together that are compared by their words. */
const MAX_COMPARED = 50;
/** In UTF-16 code units; a longer sentence is compared by its beginning. */
const MAX_LENGTH = 2000;

export interface EarlierSentence {
  /** Undefined if the version added the sentence. */
  readonly sentence: PlacedSentence | undefined;
  /** Start of the sentence, or the position where it would have been (0-based UTF-16 offset). */
  readonly offset: number;
}

/**
 * The sentence of `before` that became the sentence at `offset` of `after`: the same one if it is unchanged; if several
 * were replaced by as many, the one at the same index; otherwise the one that shares most words.
 */
export function earlierSentence(
  before: string,
  after: string,
  kind: SourceKind,
  offset: number,
): EarlierSentence {
  const olds = sentencesOf(before, kind);
  const news = sentencesOf(after, kind);
  const at = indexAt(news, offset);
  const kept = keptSentences(olds, news);
  const same = kept[at];
  if (same !== undefined) return found(olds, same, before.length);
  let first = at;
  while (first > 0 && kept[first - 1] === undefined) first--;
  let end = at + 1;
  while (end < news.length && kept[end] === undefined) end++;
  const from = first === 0 ? 0 : (kept[first - 1] ?? 0) + 1;
  const to = kept[end] ?? olds.length;
  if (to - from === end - first) return found(olds, from + at - first, before.length);
  const nearest = mostAlike(olds.slice(from, to), news.slice(first, end), at - first);
  if (nearest !== undefined) return found(olds, from + nearest, before.length);
  return { sentence: undefined, offset: olds[from]?.start ?? before.length };
}

/** Index of the sentence at an offset; the last one for an offset after it. -1 if there is none. */
export function indexAt(sentences: readonly PlacedSentence[], offset: number): number {
  let end = 0;
  const index = sentences.findIndex(({ length }) => {
    end += length;
    return offset < end;
  });
  return index === -1 ? sentences.length - 1 : index;
}

function found(sentences: readonly PlacedSentence[], index: number, length: number): EarlierSentence {
  const sentence = sentences[index];
  return { sentence, offset: sentence?.start ?? length };
}

/** The most similar of `olds`, unless another of `news` is more similar to it; undefined if no word is shared. */
function mostAlike(
  olds: readonly PlacedSentence[],
  news: readonly PlacedSentence[],
  at: number,
): number | undefined {
  if (olds.length > MAX_COMPARED || news.length > MAX_COMPARED) return undefined;
  const oldWords = olds.map(wordsOf);
  const newWords = news.map(wordsOf);
  const likeness = (old: number, now: number) => alike(oldWords[old], newWords[now]);
  let best: number | undefined;
  for (const old of olds.keys())
    if (likeness(old, at) > (best === undefined ? 0 : likeness(best, at))) best = old;
  if (best === undefined) return undefined;
  const own = likeness(best, at);
  const isTaken = news.some((_, other) => other !== at && likeness(best, other) > own);
  return isTaken ? undefined : best;
}

function wordsOf({ key }: PlacedSentence): ReadonlySet<string> {
  return new Set(
    key
      .slice(0, MAX_LENGTH)
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu),
  );
}

/** The Dice coefficient of two sets of words, from 0 to 1. */
function alike(one: ReadonlySet<string> = new Set(), other: ReadonlySet<string> = new Set()): number {
  const shared = [...one].filter(word => other.has(word)).length;
  return one.size + other.size === 0 ? 0 : (2 * shared) / (one.size + other.size);
}
