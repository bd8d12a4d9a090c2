/** Archives and restores prompts. Nothing is deleted, and live versions stay live. */
import { checkPublishes } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import type { Caller } from '../access/caller.ts';
import { readEnvironment } from '../environments.ts';
import { appendEvent } from '../store/log.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { checkArchivedAsRecorded } from './archived.ts';
import { readPrompt } from './version-rows.ts';

/** An unchanged state gets no new event. @throws Problem `publishing_not_allowed`, `prompt_not_found` */
export async function setArchived(
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  name: PromptName,
  archived: boolean,
  reason: string,
): Promise<void> {
  checkPublishes(await readEnvironment(transaction, caller.environment));
  const prompt = await readPrompt(transaction, name);
  await checkArchivedAsRecorded(transaction, name, prompt.archived);
  if ((prompt.archived === 1) === archived) return;
  await appendEvent(transaction, now, () => ({
    actor: caller.actor,
    key: caller.key,
    kind: archived ? 'prompt.archived' : 'prompt.restored',
    prompt: name,
    environment: caller.environment,
    data: { reason },
  }));
  await transaction
    .updateTable('prompts')
    .set({ archived: archived ? 1 : 0 })
    .where('name', '=', name)
    .execute();
}
