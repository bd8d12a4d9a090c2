/** Determines the prompts of a command in several views: entries, a group, or the active editor. */
import { isPromptName, type PromptName } from '../../core/name.ts';
import type { Workbench } from '../workbench.ts';
import { GROUPS, type GroupId, groupsOf } from '../working-copy/groups.ts';
import { isNode, namedTarget } from './target.ts';

/** The prompts in a command's arguments; undefined if there are none, as in the palette or a title. */
export function promptsNamed(
  args: readonly unknown[],
  { prompts }: Pick<Workbench, 'prompts'>,
): readonly PromptName[] | undefined {
  const groups = args.filter(isGroup);
  if (groups.length > 0) {
    const all = groupsOf(prompts.listed.values());
    // All entries of the group, because the view only shows the beginning of a long one.
    return groups.flatMap(({ id }) => all[id].map(({ name }) => name));
  }
  const names = args.flatMap(each => {
    if (typeof each === 'string' && isPromptName(each)) return [each];
    if (isResource(each)) return [each.prompt];
    return isNode(each) && 'listed' in each ? [each.listed.name] : [];
  });
  return names.length === 0 ? undefined : [...new Set(names)];
}

/** Like `promptsNamed`, but defaults to the prompt of the active editor. */
export async function promptsOrActive(
  args: readonly unknown[],
  workbench: Workbench,
): Promise<readonly PromptName[]> {
  const named = promptsNamed(args, workbench);
  if (named !== undefined) return named;
  const target = await namedTarget(args[0], workbench);
  return target === undefined ? [] : [target.prompt];
}

function isGroup(value: unknown): value is { readonly id: GroupId } {
  return (
    typeof value === 'object' &&
    value !== null &&
    'resourceStates' in value &&
    'id' in value &&
    GROUPS.some(id => id === value.id)
  );
}

function isResource(value: unknown): value is { readonly prompt: PromptName } {
  return typeof value === 'object' && value !== null && 'resourceUri' in value && 'prompt' in value;
}
