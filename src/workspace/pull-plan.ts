/** What a pull does with each prompt: decided as a whole before anything is fetched or written. */
import type { Digest } from '../core/digest.ts';
import type { PromptName } from '../core/name.ts';
import type { VersionNumber } from '../core/version.ts';
import type { LockEntry } from './lock-file.ts';
import { whyNotWritten } from './name-case.ts';
import type { RegistryPrompt, WorkingCopyState } from './prompt-state.ts';
import type { PromptsFolder } from './prompts-folder.ts';

export interface PullOptions {
  /** Whether the editor holds unsaved edits of the prompt's file. */
  readonly isDirty: (name: PromptName) => boolean;
  /** Only these; all when absent. */
  readonly names?: ReadonlySet<PromptName>;
  /** Also writes files that were deleted here though they have a base. */
  readonly restoreDeleted?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export type LeftReason =
  | 'conflict'
  | 'unsaved'
  | 'deleted'
  | 'archived'
  | 'unreadable'
  | 'not_writable'
  | 'changed_meanwhile'
  | 'other_case'
  | 'gone';

export interface PullReport {
  /** Files brought from one version to the newest. */
  readonly updated: readonly {
    readonly name: PromptName;
    readonly from: VersionNumber;
    readonly to: VersionNumber;
  }[];
  /** Files that were not there. */
  readonly created: readonly { readonly name: PromptName; readonly version: VersionNumber }[];
  /** Files that already held the newest source: only the lock file follows. */
  readonly adopted: readonly { readonly name: PromptName; readonly version: VersionNumber }[];
  /** Prompts that have something newer, or a trouble, and were not touched. */
  readonly left: readonly { readonly name: PromptName; readonly why: LeftReason; readonly message: string }[];
}

export interface PullPlan {
  readonly write: {
    readonly name: PromptName;
    readonly newest: RegistryPrompt['newest'];
    readonly was: { readonly base: LockEntry | null; readonly file: Digest | null };
  }[];
  readonly adopt: { readonly name: PromptName; readonly newest: RegistryPrompt['newest'] }[];
  readonly left: { readonly name: PromptName; readonly why: LeftReason; readonly message: string }[];
}

/** What to do with each prompt the registry lists; decided before anything is fetched or written. */
export function planPull(
  folder: PromptsFolder,
  { prompts: states, troubles, spellings }: WorkingCopyState,
  prompts: readonly RegistryPrompt[],
  { isDirty, names, restoreDeleted = false }: PullOptions,
): PullPlan {
  const plan: PullPlan = { write: [], adopt: [], left: [] };
  const troubled = new Map(troubles.map(trouble => [folder.promptOf(trouble.path), trouble]));
  for (const { name, archived, newest } of prompts) {
    if (names !== undefined && !names.has(name)) continue;
    const label = folder.shown(folder.pathOf(name));
    const leave = (why: LeftReason, message: string) => plan.left.push({ name, why, message });
    const trouble = troubled.get(name);
    const was = states.get(name);
    const other = was === undefined || was.file === null ? whyNotWritten(name, label, spellings) : undefined;
    if (trouble !== undefined) leave('unreadable', trouble.message);
    else if (was === undefined) {
      if (archived) continue;
      if (other !== undefined) leave('other_case', other);
      else if (isDirty(name)) leave('unsaved', unsaved(label));
      else plan.write.push({ name, newest, was: { base: null, file: null } });
    } else if (was.state === 'clean' || (was.state === 'modified' && was.base?.digest === newest.digest)) {
      // The text is the one it is based on; only the number of its version may be another.
      if (was.base?.version !== newest.version) plan.adopt.push({ name, newest });
    } else if (was.state === 'behind' || (was.state === 'deleted' && restoreDeleted && !archived)) {
      if (other !== undefined) leave('other_case', other);
      else if (isDirty(name)) leave('unsaved', unsaved(label));
      else plan.write.push({ name, newest, was });
    } else if (was.state === 'conflict') leave('conflict', conflict(label, was, newest.version));
    else if (was.state === 'deleted')
      leave('deleted', `${label}: The file was deleted here; the registry has version ${newest.version}.`);
    else if (was.state === 'archived') {
      if (was.file !== newest.digest)
        leave('archived', `${label}: The prompt is archived, so its file is left as it is.`);
    }
  }
  return plan;
}

export function unsaved(label: string): string {
  return `${label}: The editor holds unsaved edits. Save or undo them, then pull again.`;
}

function conflict(
  label: string,
  { base }: { readonly base: LockEntry | null },
  newest: VersionNumber,
): string {
  return base === null
    ? `${label}: The registry has version ${newest} with another source, and the file is based on none. Compare them, and put them together by hand.`
    : `${label}: Both the file and the registry (now at version ${newest}) have changed since version ${base.version}. Compare them, and put them together by hand.`;
}
