/** The state of a file in the working copy, from three digests (design.md, "The working copy"). */
import type { Digest } from './digest.ts';

export type FileState = 'clean' | 'modified' | 'behind' | 'conflict' | 'new' | 'deleted' | 'archived';

export interface FileStateInput {
  /** The digest of the version that the file is based on; null if there is none. */
  readonly base: Digest | null;
  /** The digest of the file; null if it does not exist. */
  readonly file: Digest | null;
  /** The digest of the newest version in the registry; null if there is none. */
  readonly newest: Digest | null;
  readonly archived: boolean;
}

/** Undefined if there is neither a file nor a base: the prompt is only in the registry. */
export function fileState({ base, file, newest, archived }: FileStateInput): FileState | undefined {
  if (file === null) return base === null ? undefined : 'deleted';
  if (archived) return 'archived';
  if (base === null) {
    if (newest === null) return 'new';
    return newest === file ? 'clean' : 'conflict';
  }
  if (newest === null || newest === base) return file === base ? 'clean' : 'modified';
  if (file === newest) return 'clean';
  return file === base ? 'behind' : 'conflict';
}
