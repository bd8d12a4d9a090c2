/** Groups the prompts that differ from the registry into the three groups that the editor shows and counts. */
import type { FileState } from '../../core/file-state.ts';
import type { PromptName } from '../../core/name.ts';

export const GROUPS = ['conflicts', 'changes', 'incoming'] as const;
export type GroupId = (typeof GROUPS)[number];

/** The part of the explorer's `ListedPrompt` that is used here. */
export interface Grouped {
  readonly name: PromptName;
  /** Undefined if the prompt is only in the registry. */
  readonly state: FileState | undefined;
  readonly summary: { readonly archived: boolean; readonly newest: { readonly version: number } } | undefined;
  /** The version that the file is based on. */
  readonly base: number | undefined;
  /** True if there is a file that differs from its base. */
  readonly isEdited: boolean;
  /** The new name of its file if it was renamed here: one entry shows both. */
  readonly renamedTo?: PromptName | undefined;
  /** Why its file cannot be a prompt; it is reported elsewhere, and can neither be published nor pulled. */
  readonly trouble?: string | undefined;
}

/** The group of a prompt; undefined if there is nothing to publish, pull or merge. */
export function groupOf(prompt: Grouped): GroupId | undefined {
  const { state, summary, base, isEdited, renamedTo, trouble } = prompt;
  if (trouble !== undefined) return undefined;
  switch (state) {
    case undefined:
      return summary === undefined || summary.archived ? undefined : 'incoming';
    case 'clean':
      return undefined;
    case 'behind':
      return 'incoming';
    case 'conflict':
      return 'conflicts';
    case 'archived':
      return isEdited ? 'changes' : undefined;
    case 'deleted':
      if (summary?.archived === true) return undefined;
      // Deleted here and changed there: neither side may win silently.
      if (summary !== undefined && summary.newest.version !== base) return 'conflicts';
      return renamedTo === undefined ? 'changes' : undefined;
    case 'modified':
    case 'new':
      return 'changes';
  }
}

/** Sorts each group by name. */
export function groupsOf<Prompt extends Grouped>(
  prompts: Iterable<Prompt>,
): Readonly<Record<GroupId, readonly Prompt[]>> {
  const groups: Record<GroupId, Prompt[]> = { conflicts: [], changes: [], incoming: [] };
  for (const prompt of prompts) {
    const group = groupOf(prompt);
    if (group !== undefined) groups[group].push(prompt);
  }
  for (const group of GROUPS) groups[group].sort((a, b) => (a.name < b.name ? -1 : 1));
  return groups;
}

export type Counts = Readonly<Record<GroupId, number>>;

export function countsOf(prompts: Iterable<Grouped>): Counts {
  const counts = { conflicts: 0, changes: 0, incoming: 0 };
  for (const prompt of prompts) {
    const group = groupOf(prompt);
    if (group !== undefined) counts[group] += 1;
  }
  return counts;
}
