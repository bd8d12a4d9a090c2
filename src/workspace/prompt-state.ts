/** How the prompts of a working copy stand: each file against its base and the registry's newest version. */
import type { RegistryClient } from '../client/registry-client.ts';
import type { Digest } from '../core/digest.ts';
import { type FileState, fileState } from '../core/file-state.ts';
import type { PromptName } from '../core/name.ts';
import type { LockEntry } from './lock-file.ts';
import type { Spellings } from './name-case.ts';
import type { FileTrouble } from './prompts-folder.ts';

/** A prompt as the registry lists it, as far as it is needed here. */
export interface RegistryPrompt {
  readonly name: PromptName;
  readonly archived: boolean;
  readonly newest: Parameters<RegistryClient['getSources']>[0][number];
}

export interface PromptState {
  readonly name: PromptName;
  readonly state: FileState;
  /** The version the file is based on. */
  readonly base: LockEntry | null;
  /** The digest of the file; null when it is not there. */
  readonly file: Digest | null;
  /** The newest version in the registry; null when there is none or it is not known. */
  readonly newest: LockEntry | null;
}

export interface WorkingCopyState {
  /** Of every prompt that has a file or a base, in order of name. */
  readonly prompts: ReadonlyMap<PromptName, PromptState>;
  /** Files that cannot be prompts; they have no state and are never written over; those of `other_case` have one. */
  readonly troubles: readonly FileTrouble[];
  /** Of all that is in the prompts folder. */
  readonly spellings: Spellings;
}

/** Undefined when the prompt stands in the registry alone. */
export function promptState(
  name: PromptName,
  base: LockEntry | undefined,
  file: Digest | undefined,
  prompt: RegistryPrompt | undefined,
): PromptState | undefined {
  const newest = prompt?.newest;
  const state = fileState({
    base: base?.digest ?? null,
    file: file ?? null,
    newest: newest?.digest ?? null,
    archived: prompt?.archived ?? false,
  });
  if (state === undefined) return undefined;
  return {
    name,
    state,
    base: base ?? null,
    file: file ?? null,
    newest: newest === undefined ? null : { version: newest.version, digest: newest.digest },
  };
}
