/** Plans a pull: decides everything before anything is fetched or written. */
import type { Digest } from '../core/digest.ts';
import type { PromptName } from '../core/name.ts';
import { type LeaveReason, planSync, type SyncInput, type SyncStep } from '../core/sync-plan.ts';
import type { VersionNumber } from '../core/version.ts';
import type { LockEntry } from './lock-file.ts';
import { spellingConflict } from './name-case.ts';
import type { PromptFileState, RegistryPrompt, WorkingCopyState } from './prompt-state.ts';
import type { PromptsFolder } from './prompts-folder.ts';

export interface PullOptions {
  /** Returns true if the editor has unsaved edits of the prompt's file. */
  readonly isDirty: (name: PromptName) => boolean;
  /** Only these prompts; default: all. */
  readonly names?: ReadonlySet<PromptName>;
  /** True to also write files that were deleted here but have a base. */
  readonly restoreDeleted?: boolean;
  /**
   * True to keep files deleted that were deleted here and are newer in the registry, until the registry has an even
   * newer version.
   */
  readonly keepDeleted?: boolean;
  /** True to merge the registry's changes into edited files if they do not overlap; default: true. */
  readonly merge?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export type LeftReason =
  | 'conflict'
  | 'merging'
  | 'unsaved'
  | 'deleted'
  | 'deleted_and_changed'
  | 'archived'
  | 'rewound'
  | 'unreadable'
  | 'not_writable'
  | 'changed_meanwhile'
  | 'other_case'
  | 'gone';

/** Why a file was not updated, with a message. */
export interface LeftFile {
  readonly why: LeftReason;
  readonly message: string;
}

export interface PullReport {
  /** Files brought from one version to the newest. */
  readonly updated: readonly {
    readonly name: PromptName;
    readonly from: VersionNumber;
    readonly to: VersionNumber;
  }[];
  /** Files with edits into which the newest version's changes were merged; the edits are still to be published. */
  readonly merged: readonly {
    readonly name: PromptName;
    readonly from: VersionNumber;
    readonly to: VersionNumber;
  }[];
  /** Files that did not exist. */
  readonly created: readonly { readonly name: PromptName; readonly version: VersionNumber }[];
  /** Files that already had the newest source: only the lock file changes. */
  readonly adopted: readonly { readonly name: PromptName; readonly version: VersionNumber }[];
  /** Prompts that stay deleted here, now based on a newer version. */
  readonly kept: readonly {
    readonly name: PromptName;
    readonly from: VersionNumber;
    readonly to: VersionNumber;
  }[];
  /** Prompts that have a newer version or a problem, and were not touched. */
  readonly left: readonly ({ readonly name: PromptName } & LeftFile)[];
}

export interface PullWork {
  readonly name: PromptName;
  readonly newest: RegistryPrompt['newest'];
  readonly was: Pick<PromptFileState, 'base' | 'file' | 'bytes'>;
  readonly step: Extract<SyncStep, { kind: 'write' | 'merge' }>;
}

export interface PullPlan {
  readonly work: PullWork[];
  readonly adopt: {
    readonly name: PromptName;
    readonly newest: RegistryPrompt['newest'];
    readonly was: PromptFileState;
  }[];
  /** Prompts that stay deleted. */
  readonly keep: {
    readonly name: PromptName;
    readonly newest: RegistryPrompt['newest'];
    readonly base: LockEntry;
  }[];
  readonly left: ({ readonly name: PromptName } & LeftFile)[];
}

/**
 * Plans the action for each prompt of the registry, before anything is fetched or written.
 * @param merging prompts whose merge was begun in an editor
 */
export function planPull(
  folder: PromptsFolder,
  { prompts: states, renamed, troubles, spellings }: WorkingCopyState,
  prompts: readonly RegistryPrompt[],
  merging: ReadonlySet<PromptName>,
  { isDirty, names, restoreDeleted = false, keepDeleted = false, merge = true }: PullOptions,
): PullPlan {
  const plan: PullPlan = { work: [], adopt: [], keep: [], left: [] };
  const troubled = new Map(troubles.map(trouble => [folder.promptOf(trouble.path), trouble]));
  const wanted = new Map(
    prompts.filter(({ name }) => names?.has(name) ?? true).map(prompt => [prompt.name, prompt]),
  );
  const label = (name: PromptName) => folder.shown(folder.pathOf(name));
  const movedTo = new Map([...renamed].map(([to, from]) => [from, label(to)]));
  /** The reasons why files can be neither read nor written. */
  const blocked = new Map<PromptName, LeftFile>();
  const inputs = [...wanted.values()].map(({ name, archived, newest }): SyncInput => {
    const was = states.get(name);
    const trouble = troubled.get(name);
    const other = was?.file ? undefined : spellingConflict(name, label, spellings);
    if (trouble !== undefined) blocked.set(name, { why: 'unreadable', message: trouble.message });
    else if (other !== undefined) blocked.set(name, { why: 'other_case', message: other });
    const remote = { version: newest.version, digest: newest.digest, archived };
    const base = was?.base ?? null;
    const isBlocked = blocked.has(name);
    // A file that cannot be read still exists.
    const file = was?.file ?? (trouble === undefined ? null : UNREAD);
    return { name, base, file, remote, isUnsaved: isDirty(name), isBlocked };
  });
  for (const [name, step] of planSync(inputs, { restoreDeleted, keepDeleted, merge })) {
    const { newest } = wanted.get(name) as RegistryPrompt;
    const was = states.get(name);
    if (step.kind === 'leave') plan.left.push({ name, ...toldOf(step.why, name) });
    else if (step.kind !== 'none' && merging.has(name))
      plan.left.push({ name, why: 'merging', message: mergingMessage(label(name)) });
    else if (step.kind === 'adopt') plan.adopt.push({ name, newest, was: was as PromptFileState });
    else if (step.kind === 'keep_deleted') plan.keep.push({ name, newest, base: was?.base as LockEntry });
    else if (step.kind !== 'none')
      plan.work.push({ name, newest, was: was ?? { base: null, file: null, bytes: null }, step });
  }
  return plan;

  function toldOf(why: LeaveReason, name: PromptName): LeftFile {
    if (why === 'blocked') return blocked.get(name) as LeftFile;
    const { newest } = wanted.get(name) as RegistryPrompt;
    const base = states.get(name)?.base ?? null;
    return { why, message: leftMessage(why, label(name), base, newest.version, movedTo.get(name)) };
  }
}

export function changedMeanwhile(label: string): LeftFile {
  return {
    why: 'changed_meanwhile',
    message: `${label}: The file was changed while pulling, so it was left as it is.`,
  };
}

export function unsaved(label: string, base: LockEntry | null): LeftFile {
  return { why: 'unsaved', message: leftMessage('unsaved', label, base, base?.version ?? (1 as never)) };
}

function mergingMessage(label: string): string {
  return `${label}: A merge of the file was begun in an editor. Complete it there, then pull again. Where it is done, name the version that was merged with promptforge resolve.`;
}

/** A digest that no text has. */
const UNREAD: Digest = 'sha256:';

export function leftMessage(
  why: Exclude<LeaveReason, 'blocked'>,
  label: string,
  base: LockEntry | null,
  newest: VersionNumber,
  movedTo?: string,
): string {
  if (movedTo !== undefined && why === 'deleted')
    return `${label}: The file was renamed to ${movedTo} here; the registry has version ${newest} under the old name.`;
  if (movedTo !== undefined && why === 'deleted_and_changed')
    return `${label}: The file was renamed to ${movedTo} here, and the registry has a newer version (${newest}) under the old name than the one that was renamed (${base?.version}). Restore the file to compare both, or keep it deleted.`;
  switch (why) {
    case 'unsaved':
      return `${label}: The editor holds unsaved edits. Save or undo them, then pull again.`;
    case 'deleted':
      return `${label}: The file was deleted here; the registry has version ${newest}.`;
    case 'deleted_and_changed':
      return `${label}: The file was deleted here, and the registry has a newer version (${newest}) than the one that was deleted (${base?.version}). Restore the file, or keep it deleted.`;
    case 'archived':
      return `${label}: The prompt is archived, so its file is left as it is.`;
    case 'rewound':
      return `${label}: The registry does not have version ${base?.version} any more, which the file is based on; its newest is ${newest}. It may have been restored from a backup. The file is left as it is: compare it with version ${newest}.`;
    case 'conflict':
      return base === null
        ? `${label}: The registry has version ${newest} with another source, and the file is based on none. Compare them, and put them together by hand.`
        : `${label}: Both the file and the registry (now at version ${newest}) have changed since version ${base.version}. Compare them, and put them together by hand.`;
  }
}
