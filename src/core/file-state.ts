/** The state of a file in the working copy, from three digests (design.md, "The working copy"). */
import type { Digest } from './digest.ts';

export type FileState = 'clean' | 'modified' | 'behind' | 'conflict' | 'new' | 'deleted' | 'archived';

export interface FileStateInput {
  /** The digest of the version the file is based on; null when it has none. */
  readonly base: Digest | null;
  /** The digest of the file; null when it is not there. */
  readonly file: Digest | null;
  /** The digest of the newest version in the registry; null when there is none. */
  readonly newest: Digest | null;
  readonly archived: boolean;
}

/** Undefined when there is neither a file nor a base: the prompt is in the registry alone. */
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
