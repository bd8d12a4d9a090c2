/** The state of each prompt in a working copy: its file compared with its base and the registry's newest version. */
import type { RegistryClient } from '../client/registry-client.ts';
import type { Digest } from '../core/digest.ts';
import type { FileState } from '../core/file-state.ts';
import { isSameText, type TextDigests } from '../core/line-endings.ts';
import type { PromptName } from '../core/name.ts';
import { stateOf } from '../core/sync-plan.ts';
import type { LockEntry } from './lock-file.ts';
import type { Spellings } from './name-case.ts';
import type { FileTrouble } from './prompts-folder.ts';

/** The part of the registry's entry of a prompt that is needed here. */
export interface RegistryPrompt {
  readonly name: PromptName;
  readonly archived: boolean;
  readonly newest: Parameters<RegistryClient['getSources']>[0][number];
}

export interface PromptFileState {
  readonly name: PromptName;
  readonly state: FileState;
  /** The version the file is based on. */
  readonly base: LockEntry | null;
  /** The digest of the file, or of its base or the newest version if it differs from that only by line endings; null if it is missing. */
  readonly file: Digest | null;
  /** The digest of the file's bytes; null if it is missing. */
  readonly bytes: Digest | null;
  /** The digest of the file's plain text, if the file is the newest version, is not based on it, and has another digest. */
  readonly text?: Digest;
  /** The newest version in the registry; null if there is none or it is not known. */
  readonly newest: LockEntry | null;
}

export interface WorkingCopyState {
  /** Every prompt with a file or a base, in order of name. */
  readonly prompts: ReadonlyMap<PromptName, PromptFileState>;
  /** Old names of renamed files by new name. */
  readonly renamed: ReadonlyMap<PromptName, PromptName>;
  /** True if a file differs from its version only by "\r\n" line endings, as git checks it out on Windows. */
  readonly hasReturns: boolean;
  /** Files that cannot be prompts; they have no state (except for `other_case`) and are never overwritten. */
  readonly troubles: readonly FileTrouble[];
  /** The spellings of everything in the prompts folder. */
  readonly spellings: Spellings;
}

/** A file's text by its digests. */
export interface FileText {
  /** The digest of its bytes. */
  readonly digest: Digest;
  /** Called if `digest` is neither the base's nor the newest version's, or the file is to be based on the newest. */
  readonly digests?: (() => TextDigests) | undefined;
}

/** The state of one prompt; undefined if it is only in the registry. */
export function promptState(
  name: PromptName,
  base: LockEntry | undefined,
  text: FileText | undefined,
  prompt: RegistryPrompt | undefined,
): PromptFileState | undefined {
  const newest = prompt?.newest;
  // Nearly all files are unchanged, and based on the newest version.
  if (
    newest !== undefined &&
    !prompt?.archived &&
    text?.digest === newest.digest &&
    base?.digest === newest.digest &&
    base.version === newest.version
  ) {
    const { version, digest } = newest;
    return { name, state: 'clean', base, file: digest, bytes: digest, newest: { version, digest } };
  }
  const file = text === undefined ? undefined : asPublished(text, base, newest);
  const remote = prompt && { ...prompt.newest, archived: prompt.archived };
  const state = stateOf({ name, base: base ?? null, file: file ?? null, remote: remote ?? null });
  if (state === undefined) return undefined;
  return {
    name,
    state,
    base: base ?? null,
    file: file ?? null,
    bytes: text?.digest ?? null,
    ...(file !== undefined && file === newest?.digest && file !== base?.digest && plainOf(text, file)),
    newest: newest === undefined ? null : { version: newest.version, digest: newest.digest },
  };
}

/** Compares with the newest version first, because a file with that text is up to date, whatever its base. */
function asPublished(
  { digest, digests }: FileText,
  base: LockEntry | undefined,
  newest: RegistryPrompt['newest'] | undefined,
): Digest {
  if (digest === newest?.digest || digest === base?.digest) return digest;
  const forms = digests?.();
  const found = forms && [newest, base].find(each => each !== undefined && isSameText(forms, each));
  return found?.digest ?? digest;
}

function plainOf(text: FileText | undefined, published: Digest): { text?: Digest } {
  const plain = text?.digests?.().plain;
  return plain === undefined || plain === published ? {} : { text: plain };
}
