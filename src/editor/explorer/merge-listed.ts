/** Merges the registry's list and the working copy's by name. */
import type { PromptSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import type { PromptFileState } from '../../workspace/prompt-state.ts';
import type { ListedPrompt } from './listed-prompt.ts';

/**
 * @param troubles why files are not valid prompts
 * @param merging prompts with a merge in progress, whose file may have any contents
 * @param renamed renamed files, by their new name
 * @param absent prompts that the lock file names and the registry's list lacks
 * @returns every prompt of the registry or the working copy, the registry's first.
 */
export function mergeListed(
  summaries: readonly PromptSummary[],
  files: ReadonlyMap<PromptName, PromptFileState>,
  troubles: ReadonlyMap<PromptName, string> = new Map(),
  merging: ReadonlySet<PromptName> = new Set(),
  renamed: ReadonlyMap<PromptName, PromptName> = new Map(),
  absent: ReadonlySet<PromptName> = new Set(),
): Map<PromptName, ListedPrompt> {
  const listed = new Map<PromptName, ListedPrompt>();
  const renamedTo = new Map([...renamed].map(([to, from]) => [from, to]));
  const add = (name: PromptName, summary: PromptSummary | undefined) => {
    const file = files.get(name);
    const trouble = troubles.get(name);
    const from = renamed.get(name);
    const to = renamedTo.get(name);
    listed.set(name, {
      name,
      summary,
      state: file !== undefined && file.file !== null && merging.has(name) ? 'conflict' : file?.state,
      base: file?.base?.version,
      hasFile: file !== undefined && file.file !== null,
      isAbsent: summary === undefined && file !== undefined && file.file !== null && absent.has(name),
      isEdited: file !== undefined && file.file !== null && file.file !== file.base?.digest,
      ...(from !== undefined && { renamedFrom: { prompt: from, base: files.get(from)?.base?.version } }),
      ...(to !== undefined && { renamedTo: to }),
      ...(trouble !== undefined && { trouble }),
    });
  };
  for (const summary of summaries) add(summary.name, summary);
  for (const name of files.keys()) if (!listed.has(name)) add(name, undefined);
  return listed;
}
