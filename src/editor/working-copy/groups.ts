/** The prompts that differ from the registry, in the three groups in which the editor shows and counts them. */
import type { FileState } from '../../core/file-state.ts';
import type { PromptName } from '../../core/name.ts';

export const GROUPS = ['conflicts', 'changes', 'incoming'] as const;
export type GroupId = (typeof GROUPS)[number];

/** The part of the explorer's `ListedPrompt` that is used here. */
export interface Grouped {
  readonly name: PromptName;
  /** Undefined when the prompt is in the registry alone. */
  readonly state: FileState | undefined;
  readonly summary: { readonly archived: boolean; readonly newest: { readonly version: number } } | undefined;
  /** The version the file is based on. */
  readonly base: number | undefined;
  /** True if there is a file that holds anything but its base. */
  readonly isEdited: boolean;
  /** The prompt that its file became here: one entry shows both. */
  readonly renamedTo?: PromptName | undefined;
  /** Why its file cannot be a prompt: it is told of elsewhere, and can neither be published nor pulled. */
  readonly trouble?: string | undefined;
}

/** In which group a prompt is shown; undefined if there is nothing to publish, to pull or to merge. */
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
      // Deleted here and changed there: neither side may win without a word.
      if (summary !== undefined && summary.newest.version !== base) return 'conflicts';
      return renamedTo === undefined ? 'changes' : undefined;
    case 'modified':
    case 'new':
      return 'changes';
  }
}

/** Each group in order of name. */
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
