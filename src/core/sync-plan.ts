/**
 * Decides what a pull does with each prompt, from the version that its file is based on, the file, and the registry.
 * Pure: does no I/O and asks nobody. No step loses a text that exists in only one place, and no file appears or
 * disappears on its own.
 */
import type { Digest } from './digest.ts';
import { type FileState, fileState } from './file-state.ts';
import type { PromptName } from './name.ts';
import type { VersionNumber } from './version.ts';

interface VersionAt {
  readonly version: VersionNumber;
  readonly digest: Digest;
}

export interface SyncInput {
  readonly name: PromptName;
  /** The version that the file is based on; null if there is none. */
  readonly base: VersionAt | null;
  /** The digest of the file; null if it does not exist. The digest of its base or of `remote` if only line endings differ. */
  readonly file: Digest | null;
  /** The newest version in the registry; null if the registry does not have the prompt. */
  readonly remote: (VersionAt & { readonly archived: boolean }) | null;
  /** True if the editor has unsaved edits of the file. */
  readonly isUnsaved?: boolean;
  /** True if the file can be neither read nor overwritten: it is not a prompt, or another name is in its way. */
  readonly isBlocked?: boolean;
}

export interface SyncOptions {
  /** True to write files again that were deleted here. */
  readonly restoreDeleted?: boolean;
  /** True to keep files deleted here although the registry has a newer version, until it has another newer one. */
  readonly keepDeleted?: boolean;
  /** True to merge edits with newer versions; default: true. */
  readonly merge?: boolean;
}

export type LeaveReason =
  /** Changed both here and in the registry. */
  | 'conflict'
  | 'unsaved'
  | 'blocked'
  /** Deleted here, unchanged in the registry. */
  | 'deleted'
  /** Deleted here, changed in the registry: somebody must decide. */
  | 'deleted_and_changed'
  | 'archived'
  /** The registry's newest version is older than the base, as after a restored backup: this may be the only copy. */
  | 'rewound';

export type SyncStep =
  /**
   * Writes the newest version, over nothing or over the text of a version. Check first that the registry still has that
   * version: a restored backup may have lost it, and then the file must be left as `rewound`.
   */
  | { readonly kind: 'write'; readonly over: VersionAt | null }
  /** The file has, or is based on, the newest version's text: only records its number. */
  | { readonly kind: 'adopt' }
  /** Keeps the file deleted, and records the newest version's number. */
  | { readonly kind: 'keep_deleted' }
  /** Merges base, file and newest version; a conflict if that is not possible. */
  | { readonly kind: 'merge' }
  | { readonly kind: 'leave'; readonly why: LeaveReason }
  | { readonly kind: 'none' };

const NONE: SyncStep = { kind: 'none' };

/** A step for each prompt, sorted by name. */
export function planSync(
  prompts: Iterable<SyncInput>,
  options: SyncOptions = {},
): ReadonlyMap<PromptName, SyncStep> {
  const sorted = [...prompts].sort((a, b) => (a.name < b.name ? -1 : 1));
  return new Map(sorted.map(input => [input.name, stepOf(input, options)]));
}

function stepOf(input: SyncInput, options: SyncOptions): SyncStep {
  const { restoreDeleted = false, keepDeleted = false, merge = true } = options;
  const { base, file, remote, isUnsaved = false, isBlocked = false } = input;
  if (remote === null) return NONE;
  const over = file === null ? null : base;
  const write = (): SyncStep => (isUnsaved ? leave('unsaved') : { kind: 'write', over });
  if (isBlocked && (file !== null || !remote.archived)) return leave('blocked');
  if (base === null && file === null) return remote.archived ? NONE : write();
  const isRewound = isOlder(remote, base);
  switch (stateOf(input)) {
    case 'clean':
    case 'modified':
      return base?.version === remote.version || (isRewound && file !== remote.digest)
        ? NONE
        : { kind: 'adopt' };
    case 'behind':
      return write();
    case 'conflict':
      if (isRewound) return leave('rewound');
      if (isUnsaved) return leave('unsaved');
      return merge ? { kind: 'merge' } : leave('conflict');
    case 'deleted':
      if (remote.archived) return NONE;
      if (restoreDeleted) return isRewound ? leave('rewound') : write();
      if (base?.version === remote.version && base.digest === remote.digest) return leave('deleted');
      if (isRewound) return leave('rewound');
      return keepDeleted ? { kind: 'keep_deleted' } : leave('deleted_and_changed');
    case 'archived':
      return file === remote.digest ? NONE : leave('archived');
    default:
      return NONE;
  }
}

/** Undefined if the prompt is only in the registry. */
export function stateOf({ base, file, remote }: SyncInput): FileState | undefined {
  const state = fileState({
    base: base?.digest ?? null,
    file,
    newest: remote?.digest ?? null,
    archived: remote?.archived ?? false,
  });
  return state === 'behind' && isOlder(remote, base) ? 'conflict' : state;
}

/** Returns whether the registry went back. Otherwise, version numbers only grow, and a version's text never changes. */
function isOlder(remote: VersionAt | null, base: VersionAt | null): boolean {
  if (remote === null || base === null) return false;
  return remote.version < base.version || (remote.version === base.version && remote.digest !== base.digest);
}

function leave(why: LeaveReason): SyncStep {
  return { kind: 'leave', why };
}
