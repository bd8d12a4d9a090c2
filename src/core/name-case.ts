/**
 * Names that differ only by case. They are different names, but the same file or folder on the disks of macOS and
 * Windows, so a registry and a working copy have only one spelling of each prompt and folder.
 */
import { foldersAbove, type PromptName } from './name.ts';

/** The text with A–Z as a–z, regardless of the locale, like `lower` in SQLite and in PostgreSQL with `COLLATE "C"`. */
export function foldCase(text: string): string {
  return text.replace(/[A-Z]+/g, letters => letters.toLowerCase());
}

/** A prompt or folder that differs only by case from an existing one. */
export interface CaseClash {
  readonly kind: 'prompt' | 'folder';
  /** The spelling of the new name. */
  readonly spelled: string;
  /** The existing spelling. */
  readonly as: string;
  /** The prompt with the existing spelling; for a folder, one of the prompts in it. */
  readonly existing: PromptName;
}

/**
 * Undefined if both can exist: if the names are equal, or share no folder that they spell differently. A prompt `fees`
 * and a folder `Fees` can coexist, because the file of the prompt is `fees.prompt`.
 */
export function caseClash(name: PromptName, existing: PromptName): CaseClash | undefined {
  if (name === existing) return undefined;
  if (foldCase(name) === foldCase(existing)) return { kind: 'prompt', spelled: name, as: existing, existing };
  const theirs = foldersAbove(existing);
  const shared = foldersAbove(name).filter((folder, depth) => {
    const other = theirs[depth];
    return other !== undefined && foldCase(other) === foldCase(folder);
  });
  const spelled = shared.at(-1);
  const as = theirs[shared.length - 1];
  if (spelled === undefined || as === undefined || spelled === as) return undefined;
  return { kind: 'folder', spelled, as, existing };
}

/** The most relevant clash: with a prompt, otherwise with the innermost folder. */
export function closestCaseClash(name: PromptName, existing: Iterable<PromptName>): CaseClash | undefined {
  let closest: CaseClash | undefined;
  for (const each of existing) {
    const clash = caseClash(name, each);
    if (clash === undefined) continue;
    if (clash.kind === 'prompt') return clash;
    if (closest === undefined || clash.as.length > closest.as.length) closest = clash;
  }
  return closest;
}

const LIKE_A_FILE = /\.(?:prompt|samples\.yaml)$/i;

/** Returns an error if the folders of a new name would conflict with files; undefined if they do not: the file of `a` is `a.prompt`. */
export function whyNoFolder(name: PromptName): string | undefined {
  const folder = foldersAbove(name).find(each => LIKE_A_FILE.test(each));
  return folder === undefined
    ? undefined
    : `The folder "${folder}" is named as the file of a prompt or of its samples, and both could not be on one disk. Choose another folder.`;
}

/** Why a name is not available, and what to do. */
export function whyTaken(name: PromptName, { kind, spelled, as, existing }: CaseClash): string {
  return kind === 'prompt'
    ? `"${name}" differs only by case from the prompt "${existing}", and both would be one file on many disks. Use "${existing}", or choose another name.`
    : `The folder "${spelled}" differs only by case from "${as}", which holds "${existing}", and both would be one folder on many disks. Use "${as}${name.slice(as.length)}", or choose another folder.`;
}

/** Returns true if its last segment, with case folded, is this one; fast, because it is called for all names. */
export function endsWithSegment(name: PromptName, folded: string): boolean {
  const start = name.length - folded.length;
  if (start < 0 || (start > 0 && name[start - 1] !== '/')) return false;
  return foldCase(name.slice(start)) === folded;
}

/** The last segment that a partial of this name has, with case folded: `_header` of `a/Header` and of `_header`. */
export function partialSegment(name: string): string {
  const last = foldCase(name.slice(name.lastIndexOf('/') + 1));
  return last.startsWith('_') ? last : `_${last}`;
}
