/** The sentences of merging. */
import type { PromptName } from '../../core/name.ts';
import type { Confirmation } from '../asking/ask.ts';
import { counted } from '../wording/age.ts';

export function mergedWords(prompt: PromptName, theirs: number): string {
  return `Merged ${prompt}@${theirs} into your file. Publish it to make a version of both.`;
}

export function startedWords(prompt: PromptName, theirs: number, conflicts: number): string {
  return `${counted(conflicts, 'place')} of ${prompt} changed both in your file and in @${theirs}. Resolve ${conflicts === 1 ? 'it' : 'them'}, then complete the merge.`;
}

export function stillConflicting(prompt: PromptName): string {
  return `The file of ${prompt} still has conflict markers. Resolve them, then complete the merge.`;
}

/** @param left the number of places in the file that have neither side */
export function completeQuestion(prompt: PromptName, left: number): Confirmation {
  const hold = left === 1 ? 'holds' : 'hold';
  return {
    message: `Complete the merge of ${prompt}?`,
    detail: `${counted(left, 'place')} that you and the registry both changed ${hold} the text from before both changes.`,
    button: 'Complete Merge',
  };
}

/** The message if another branch was checked out, or another program changed the file's base. */
export function mergeOverWords(prompt: PromptName): string {
  return `The merge of ${prompt} was not completed: its file is gone, or is now based on another version. Your file from before the merge is kept.`;
}

export function mineWords(prompt: PromptName, theirs: number): string {
  return `Kept your file of ${prompt}, which is now based on @${theirs}. Publishing it reverts what @${theirs} changed.`;
}

export function theirsWords(prompt: PromptName, theirs: number): string {
  return `Replaced your changes with ${prompt}@${theirs}.`;
}
