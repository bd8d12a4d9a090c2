/** The message for a missing partial: where it was searched, and a suggestion. */
import { folderOf, lastSegment, type PromptName, partialCandidates } from './name.ts';
import { endsWithSegment, foldCase, partialSegment } from './name-case.ts';

/**
 * Suggests a partial for `{{> reference}}` as `from` would write it: one that differs only by case, the nearest first,
 * or one with the same last segment in any folder. Undefined if there is none.
 */
export function suggestPartial(
  from: PromptName,
  reference: string,
  partials: readonly PromptName[],
): string | undefined {
  const plain = asReference(reference);
  const last = partialSegment(plain);
  // No reference finds a partial that is only called "_".
  const named = partials.filter(each => lastSegment(each) !== '_');
  const candidates = [reference, plain].flatMap(each => partialCandidates(from, each)).map(foldCase);
  const sameButCase = candidates.flatMap(candidate => named.filter(each => foldCase(each) === candidate));
  const elsewhere = named.filter(each => endsWithSegment(each, last));
  const [meant] = [...sameButCase, ...elsewhere];
  return meant && referenceTo(from, meant);
}

/** The reference to a partial that is written as its file: `./_card.prompt`. */
function asReference(written: string): string {
  return written
    .replace(/^(?:\.{1,2}\/)+/, '')
    .replace(/\.prompt$/, '')
    .replace(/(?<=^|\/)_(?=[^/]*$)/, '');
}

/** The reference to a partial, without its folder if the prompt is in that folder or below. */
function referenceTo(from: PromptName, partial: PromptName): string {
  const folder = folderOf(partial);
  const last = lastSegment(partial).slice(1);
  return folder === '' || from.startsWith(`${folder}/`) ? last : `${folder}/${last}`;
}

/**
 * The message, in up to three sentences.
 * @param candidates the names that were tried
 * @param meant another reference that exists
 */
export function partialNotFound(
  reference: string,
  candidates: readonly PromptName[],
  meant?: string,
): string {
  const looked =
    candidates.length === 0 ? 'This is not a valid prompt name.' : `Looked for: ${candidates.join(', ')}.`;
  const advice = meant === undefined ? '' : didYouMean(reference, meant);
  const asFile = asReference(reference) === reference ? '' : NOT_AS_FILE;
  return `The partial "${reference}" was not found. ${looked}${asFile}${advice}`;
}

const NOT_AS_FILE =
  ' Write the name without "./", "_" and ".prompt": PromptForge looks for it beside the prompt and in the folders above.';

/** The suggestion as a sentence that begins with a space. */
export function didYouMean(asked: string, existing: string): string {
  const why = foldCase(asked) === foldCase(existing) ? ' Names are case-sensitive.' : '';
  return ` Did you mean "${existing}"?${why}`;
}
