/** Updates the lock file if a file already has, or is based on, the newest version's exact text. */
import type { RegistryClient } from '../../client/registry-client.ts';
import type { PromptName } from '../../core/name.ts';
import type { RegistryPrompt } from '../../workspace/prompt-state.ts';
import type { WorkingCopy } from '../../workspace/working-copy.ts';

/** Only the lock file changes: every file counts as edited. @throws WorkspaceError if it cannot be written */
export async function followInLock(
  copy: WorkingCopy,
  client: RegistryClient,
  prompts: readonly RegistryPrompt[],
  names: Iterable<PromptName>,
): Promise<void> {
  await copy.pull(client, prompts, { isDirty: () => true, names: new Set(names) });
}
