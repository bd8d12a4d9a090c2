/** Measures the difference between two texts of a prompt, in words and in sentences. */
import { diffArrays } from 'diff';
import { sentencesOf } from './blame/sentences.ts';
import type { SourceKind } from './source.ts';

/** Replaced lines count as changed, one for one; the rest of a longer side as added or removed. */
export interface CountedChange {
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

export interface TextChange {
  /** Runs of characters between white space. */
  readonly words: CountedChange;
  readonly sentences: CountedChange;
}

/** Maximum number of words or sentences that differ, since the work grows with its square. */
const MAX_EDITS = 1000;
/** The limit of each text in UTF-16 code units, so that comparing takes some milliseconds. */
const MAX_LENGTH = 256 * 1024;
const NONE: CountedChange = { added: 0, removed: 0, changed: 0 };

/** Undefined for texts of over 256 Ki UTF-16 code units, and if over 1000 words differ. */
export function textChange(from: string, to: string, kind: SourceKind): TextChange | undefined {
  if (from.length > MAX_LENGTH || to.length > MAX_LENGTH) return undefined;
  const words = countedChange(wordsOf(from), wordsOf(to));
  if (words === undefined) return undefined;
  const keys = (text: string) =>
    sentencesOf(text, kind)
      .map(({ key }) => key)
      .filter(key => key !== '');
  const sentences = countedChange(keys(from), keys(to));
  return sentences && { words, sentences };
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter(word => word !== '');
}

function countedChange(from: string[], to: string[]): CountedChange | undefined {
  const parts = diffArrays(from, to, { maxEditLength: MAX_EDITS });
  if (parts === undefined) return undefined;
  let sum = NONE;
  let [added, removed] = [0, 0];
  const take = () => {
    const changed = Math.min(added, removed);
    sum = {
      added: sum.added + added - changed,
      removed: sum.removed + removed - changed,
      changed: sum.changed + changed,
    };
    [added, removed] = [0, 0];
  };
  for (const part of parts)
    if (part.added) added += part.count;
    else if (part.removed) removed += part.count;
    else take();
  take();
  return sum;
}
