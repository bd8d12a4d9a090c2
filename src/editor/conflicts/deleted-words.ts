/** The sentences about prompts that were deleted here and changed in the registry. */
import type { PromptName } from '../../core/name.ts';
import type { PullReport } from '../../workspace/pull-plan.ts';
import type { ListedPrompt } from '../explorer/listed-prompt.ts';
import { counted, shortList } from '../wording/age.ts';

export const KEEP_DELETED = 'Keep Deleted';

export function restoreButton(count: number): string {
  return count === 1 ? 'Restore File' : 'Restore Files';
}

export function deletedQuestion(prompts: readonly Pick<ListedPrompt, 'name' | 'base' | 'summary'>[]): string {
  const [first, ...others] = prompts;
  if (first !== undefined && others.length === 0)
    return `${first.name} was deleted here, and the registry has a newer version (@${first.summary?.newest.version}) than the one that was deleted (@${first.base}). Restore the file, or keep it deleted?`;
  return `${counted(prompts.length, 'prompt')} were deleted here, and the registry has newer versions of them: ${shortList(prompts.map(({ name }) => name))}. Restore the files, or keep them deleted? The Source Control view decides on each.`;
}

export function restoredWords(created: PullReport['created'], left: PullReport['left']): string {
  const names = created.map(({ name, version }) => `${name}@${version}`);
  return sentences(names.length === 0 ? undefined : `Restored ${shortList(names)}.`, left);
}

export function keptDeletedWords(
  kept: readonly { readonly name: PromptName }[],
  left: PullReport['left'],
): string {
  const names = shortList(kept.map(({ name }) => name));
  const [stay, whose] = kept.length === 1 ? ['stays', 'Its'] : ['stay', 'Their'];
  return sentences(
    kept.length === 0
      ? undefined
      : `${names} ${stay} deleted here. ${whose} versions are still in the registry.`,
    left,
  );
}

function sentences(done: string | undefined, [first]: PullReport['left']): string {
  const why = first && `Left as it is: ${first.message}`;
  return (
    [done, why].filter(each => each !== undefined).join(' ') ||
    'No prompt was deleted here and changed in the registry.'
  );
}
