/** What is said of a partial that is not there: where it was looked for, and what may have been meant. */
import { folderOf, lastSegment, type PromptName, partialCandidates } from './name.ts';
import { foldCase, partialSegment } from './name-case.ts';

/** How `from` writes a partial: without its folder where the prompt is in that folder or below. */
export function partialReference(from: PromptName, partial: PromptName): string {
  const folder = folderOf(partial);
  const last = lastSegment(partial).slice(1);
  return folder === '' || from.startsWith(`${folder}/`) ? last : `${folder}/${last}`;
}

/**
 * Of partials that are there the one that `{{> reference}}` in `from` may mean: one that differs from what it is looked
 * for only by case, the nearest first, or one of its last segment in any folder.
 */
export function similarPartial(
  from: PromptName,
  reference: string,
  partials: readonly PromptName[],
): PromptName | undefined {
  const candidates = partialCandidates(from, reference);
  for (const candidate of candidates.map(foldCase)) {
    const found = partials.find(partial => foldCase(partial) === candidate);
    if (found !== undefined) return found;
  }
  const last = partialSegment(reference);
  return partials.find(partial => foldCase(lastSegment(partial)) === last);
}

/** One or two sentences. `similar` are partials that may have been meant. */
export function partialNotFound(
  from: PromptName,
  reference: string,
  similar: readonly PromptName[] = [],
): string {
  const candidates = partialCandidates(from, reference);
  const looked =
    candidates.length === 0 ? 'No prompt can have this name.' : `Looked for: ${candidates.join(', ')}.`;
  const meant = similarPartial(from, reference, similar);
  const advice = meant === undefined ? '' : didYouMean(reference, partialReference(from, meant));
  return `The partial "${reference}" was not found. ${looked}${advice}`;
}

/** Begins with a space. */
export function didYouMean(asked: string, existing: string): string {
  const why = foldCase(asked) === foldCase(existing) ? ' Names are case-sensitive.' : '';
  return ` Did you mean "${existing}"?${why}`;
}
