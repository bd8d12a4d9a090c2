/** Validates the name of a new prompt: created, renamed or duplicated. */
import { folderOf, type PromptName, parsePromptName, validatePromptName } from '../../core/name.ts';
import { closestCaseClash, foldCase, whyNoFolder, whyTaken } from '../../core/name-case.ts';
import type { Workbench } from '../workbench.ts';
import type { ListedPrompt } from './listed-prompt.ts';

export const NAME_HINT =
  'Folders and a name, such as support/triage. If the last part begins with "_", the prompt is a partial.';

/** Undefined for a name that can be used. `from` is the prompt that will get it. */
export function validateNewName(
  text: string,
  { prompts }: Pick<Workbench, 'prompts'>,
  from?: ListedPrompt,
): string | undefined {
  const name = text.trim();
  const why = validatePromptName(name);
  if (why !== undefined) {
    if (name === '' || name.endsWith('/')) return 'Enter a name for the prompt.';
    return why;
  }
  const to = parsePromptName(name);
  const listed = prompts.listed.get(to);
  if (listed?.hasFile === true) return `A file of ${name} already exists.`;
  if (listed?.summary?.archived === true)
    return `${name} is already in the registry, but archived. Restore it, or choose another name.`;
  if (listed?.summary !== undefined) return `${name} is already in the registry. Pull to get its file.`;
  return whyNoFolder(to) ?? whyOtherCase(to, prompts.listed.keys(), from);
}

/** A prompt's name may change its case, unless the registry has the old one. */
function whyOtherCase(
  to: PromptName,
  listed: Iterable<PromptName>,
  from: ListedPrompt | undefined,
): string | undefined {
  const isItself = (each: PromptName) => each === from?.name && folderOf(each) === folderOf(to);
  const clash = closestCaseClash(
    to,
    [...listed].filter(each => !isItself(each)),
  );
  if (clash !== undefined) return whyTaken(to, clash);
  const isPublished = from?.summary !== undefined || from?.base !== undefined;
  return isPublished && foldCase(from.name) === foldCase(to)
    ? `The registry keeps ${from.name}, and a name that differs only by case would be the same file on many disks. Choose another name.`
    : undefined;
}
