/** Resolves a merge conflict that git left in the lock file, before a command works with it. */
import type { RegistryClient } from '../../client/registry-client.ts';
import { LOCK_FILE } from '../../workspace/lock-file.ts';
import type { WorkingCopy } from '../../workspace/working-copy.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, say } from '../output.ts';

/** @throws CommandFailure if some entries stay in conflict, with their lines */
export async function repairLockFile(copy: WorkingCopy, client: RegistryClient): Promise<void> {
  const repair = await copy.repairLock(client);
  if (repair === undefined) return;
  const { resolved, left } = repair;
  if (resolved.length > 0)
    await say(line`${LOCK_FILE}: The merge conflict is resolved for ${prompts(resolved.length)}.`);
  for (const message of left) await say(line`${message}`);
  if (left.length > 0)
    throw new CommandFailure(
      EXIT.refused,
      `${LOCK_FILE} still has a conflict for ${prompts(left.length)}, so nothing was changed.`,
    );
}

function prompts(count: number): string {
  return count === 1 ? '1 prompt' : `${count} prompts`;
}
