/** Resolves a merge conflict that git left in the lock file, before anything is pulled. */
import type { RegistryClient } from '../../client/registry-client.ts';
import { LOCK_FILE } from '../../workspace/lock-file.ts';
import type { WorkingCopy } from '../../workspace/working-copy.ts';
import { counted } from '../wording/age.ts';
import type { Workbench } from '../workbench.ts';

/** @throws Error that names the lines that are still in conflict; Problem, RegistryUnreachable, WorkspaceError */
export async function repairLockFile(
  { ask, log }: Pick<Workbench, 'ask' | 'log'>,
  copy: WorkingCopy,
  client: RegistryClient,
): Promise<void> {
  const repair = await copy.repairLock(client);
  if (repair === undefined) return;
  const { resolved, left } = repair;
  for (const message of left) log.warn(message);
  const [first] = left;
  const more = left.length > 1 ? ` (and ${counted(left.length - 1, 'more prompt')}: see the log)` : '';
  if (first !== undefined) throw new Error(`${first}${more}`);
  void ask.tell(
    'info',
    `${LOCK_FILE}: The merge conflict is resolved for ${counted(resolved.length, 'prompt')}.`,
  );
}
