/** Merges the edits of a file and of the registry into one source. */
import { plainText, withLineEndingsOf } from '../core/line-endings.ts';
import { mergeTexts } from '../core/merge.ts';
import type { PromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import { checkSourceText, parseSource, sourceKindOf } from '../core/source.ts';
import { sourceIssues } from '../core/template.ts';

/** Returns the merged source; undefined if the edits conflict, or if merging makes the source invalid. */
export function mergedSource(
  name: PromptName,
  base: string,
  mine: string,
  theirs: string,
): string | undefined {
  const merged = mergeTexts(plainText(base), plainText(mine), plainText(theirs));
  if (merged === undefined) return undefined;
  try {
    checkSourceText(merged);
  } catch (error) {
    if (Problem.is(error)) return undefined;
    throw error;
  }
  const isSound = (source: string) =>
    sourceIssues(source, parseSource(source, sourceKindOf(name))).length === 0;
  if (isSound(mine) && isSound(theirs) && !isSound(merged)) return undefined;
  return withLineEndingsOf(merged, theirs);
}
