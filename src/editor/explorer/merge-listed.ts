/** The registry's list and the working copy's put together by name. */
import type { PromptSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import type { PromptState } from '../../workspace/prompt-state.ts';
import type { Listed } from './listed.ts';

/** @returns every prompt that either knows, the registry's first. */
export function mergeListed(
  summaries: readonly PromptSummary[],
  files: ReadonlyMap<PromptName, PromptState>,
): Map<PromptName, Listed> {
  const listed = new Map<PromptName, Listed>();
  for (const summary of summaries) {
    const file = files.get(summary.name);
    listed.set(summary.name, {
      name: summary.name,
      summary,
      state: file?.state,
      base: file?.base?.version,
      hasFile: file !== undefined && file.file !== null,
    });
  }
  for (const [name, { state, base, file }] of files) {
    if (listed.has(name)) continue;
    listed.set(name, { name, summary: undefined, state, base: base?.version, hasFile: file !== null });
  }
  return listed;
}
