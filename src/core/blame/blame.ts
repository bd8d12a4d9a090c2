/**
 * Blame for prose: for each sentence of a version, the version that last changed it. Computed from the oldest version
 * on, each step from the previous blame and the two texts, so that a new version costs only what was edited.
 */
import { diffArrays } from 'diff';
import type { SourceKind } from '../source.ts';
import type { VersionNumber } from '../version.ts';
import { frontMatterEnd, type Sentence, type TextBlock } from './blocks.ts';
import { type BlockText, changedBlocks } from './changed-blocks.ts';
import { type PlacedSentence, placed, segmentBlocks, sentencesIn } from './sentences.ts';

/** The version that a sentence has its wording from. */
export interface SentenceOrigin {
  /** Undefined for a text that is not published. */
  readonly version: VersionNumber | undefined;
  /** Start of the sentence in that version, including blanks before it (0-based UTF-16 offset). */
  readonly start: number;
}

export interface BlamedVersion {
  readonly version: VersionNumber | undefined;
  readonly text: string;
}

/** The blame of one text; `extendBlame` extends it. */
export interface Blame extends BlockText {
  readonly kind: SourceKind;
  readonly version: VersionNumber | undefined;
  /** The oldest version that was read: its sentences may be older. Undefined if there is none. */
  readonly oldest: VersionNumber | undefined;
  /** The origins of the sentences of each block. */
  readonly changes: readonly (readonly SentenceOrigin[])[];
}

export interface BlamedSentence extends PlacedSentence {
  /** A line of tags, front matter or code, which has no sentences. */
  readonly isLine: boolean;
  readonly change: SentenceOrigin;
}

/** Maximum number of sentences added or removed in one version; above it, all of the changed part counts as changed. */
const MAX_EDITS = 1000;
/** The number of versions that are processed together. */
const TOGETHER = 64;

/** The blame of no version, to begin with. */
export function emptyBlame(kind: SourceKind): Blame {
  const nothing = { text: '', blocks: [], frontMatterEnd: 0, changes: [] };
  return { ...nothing, kind, version: undefined, oldest: undefined };
}

/**
 * The blame of the last of `versions`, which follow the version of `before` in order. Sentences that differ only in
 * white space are the same. Every sentence that a version shares with the one before, in the same order, keeps its
 * change, unless more than a thousand differ.
 */
export function extendBlame(before: Blame, versions: readonly BlamedVersion[]): Blame {
  let blame = before;
  for (let from = 0; from < versions.length; from += TOGETHER)
    blame = extendTogether(blame, versions.slice(from, from + TOGETHER));
  return blame;
}

/** Every sentence with its change, in order. */
export function blamedSentences({ text, blocks, changes }: Blame): BlamedSentence[] {
  const all = changes.flat();
  const isLine = blocks.flatMap(block => sentencesIn(block).map(() => block.masked === undefined));
  return placed(text, blocks.flatMap(sentencesIn)).map((sentence, index) => ({
    ...sentence,
    isLine: isLine[index] ?? false,
    change: all[index] as SentenceOrigin,
  }));
}

interface Step extends BlockText {
  readonly version: VersionNumber | undefined;
  readonly start: number;
  readonly end: number;
  readonly made: readonly TextBlock[];
}

function extendTogether(before: Blame, versions: readonly BlamedVersion[]): Blame {
  const steps: Step[] = [];
  let last: BlockText = before;
  for (const { version, text } of versions) {
    const step = text === last.text ? { ...last, version, start: 0, end: 0, made: [] } : stepTo(last, text);
    last = { ...step, version } as Step;
    steps.push(last as Step);
  }
  segmentBlocks(steps.flatMap(({ made }) => made));
  let { changes, oldest } = before;
  let blocks = before.blocks;
  for (const step of steps) {
    oldest ??= step.version;
    const old = blocks.slice(step.start, step.end);
    const made = changesIn(old, changes.slice(step.start, step.end), step, startOf(blocks, step.start));
    changes = changes.toSpliced(step.start, step.end - step.start, ...made);
    blocks = step.blocks;
  }
  const { text, frontMatterEnd: end } = last;
  return {
    kind: before.kind,
    text,
    blocks,
    changes,
    frontMatterEnd: end,
    oldest,
    version: versions.at(-1)?.version,
  };

  function stepTo(from: BlockText, text: string) {
    const ends = frontMatterEnd(text, before.kind);
    const { start, end, blocks: made } = changedBlocks(from, text, ends);
    const all = from.blocks.toSpliced(start, end - start, ...made);
    return { text, blocks: all, frontMatterEnd: ends, start, end, made };
  }
}

/** The changes that a step made, block by block. */
function changesIn(
  old: readonly TextBlock[],
  oldChanges: readonly (readonly SentenceOrigin[])[],
  { made, version }: Step,
  start: number,
): SentenceOrigin[][] {
  const before = old.flatMap(sentencesIn);
  const known = oldChanges.flat();
  const after = made.flatMap(sentencesIn);
  const keptFrom = keptSentences(before, after);
  let at = start;
  let index = 0;
  return made.map(block =>
    sentencesIn(block).map(({ length }) => {
      const from = keptFrom[index++];
      const change = from === undefined ? { version, start: at } : (known[from] as SentenceOrigin);
      at += length;
      return change;
    }),
  );
}

/** The index in `before` of each sentence of `after`; undefined for one that is not there in this order. */
export function keptSentences(
  before: readonly Sentence[],
  after: readonly Sentence[],
): (number | undefined)[] {
  const most = Math.min(before.length, after.length);
  const same = (one: number, other: number) => before[one]?.key === after[other]?.key;
  let head = 0;
  while (head < most && same(head, head)) head++;
  let tail = 0;
  while (tail < most - head && same(before.length - 1 - tail, after.length - 1 - tail)) tail++;
  const kept: (number | undefined)[] = after.map((_, index) => {
    if (index < head) return index;
    return index >= after.length - tail ? index - after.length + before.length : undefined;
  });
  const [olds, news] = [before, after].map(all => all.slice(head, all.length - tail).map(({ key }) => key));
  if (olds === undefined || news === undefined || olds.length === 0 || news.length === 0) return kept;
  if (olds.length === 1 && news.length === 1) return kept;
  let [old, now] = [head, head];
  for (const { added, removed, count } of diffArrays(olds, news, { maxEditLength: MAX_EDITS }) ?? []) {
    if (removed) old += count;
    else if (added) now += count;
    else for (let each = 0; each < count; each++) kept[now++] = old++;
  }
  return kept;
}

function startOf(blocks: readonly TextBlock[], index: number): number {
  let start = 0;
  for (let each = 0; each < index; each++) start += blocks[each]?.text.length ?? 0;
  return start;
}
