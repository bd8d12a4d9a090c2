/** What a prompt can be called that is new here: made, renamed or duplicated. */
import { parsePromptName, whyNotPromptName } from '../../core/name.ts';
import type { Workbench } from '../workbench.ts';

export const NAME_HINT =
  'Folders and a name, such as support/triage. A last part that begins with "_" makes a partial.';

/** Undefined for a name that can be used. */
export function whyNotNewName(text: string, { prompts }: Pick<Workbench, 'prompts'>): string | undefined {
  const name = text.trim();
  const why = whyNotPromptName(name);
  if (why !== undefined) {
    if (name === '' || name.endsWith('/')) return 'Give the prompt a name.';
    return why;
  }
  const listed = prompts.listed.get(parsePromptName(name));
  if (listed?.hasFile === true) return `There is a file of ${name} already.`;
  if (listed?.summary?.archived === true)
    return `${name} is in the registry already, archived. Restore it, or choose another name.`;
  if (listed?.summary !== undefined) return `${name} is in the registry already. Pull to get its file.`;
  return undefined;
}
