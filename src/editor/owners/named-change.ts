/** Determines the change of owners that a command applies to: the selected node, the environment, the open review, or the person's choice. */
import type { OwnersChangeRecord } from '../../contract/owners.ts';
import { firstLine } from '../explorer/labels.ts';
import { ownersWords } from '../promotions/owners-labels.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { changeInFront } from './change-in-front.ts';
import { environmentIn } from './named-environment.ts';

/**
 * Its current state; undefined if the person cancels, or if there is none, which is reported. `admits` filters the
 * choices.
 */
export async function namedChange(
  argument: unknown,
  workbench: Workbench,
  question: { readonly title: string; readonly admits: (change: OwnersChangeRecord) => boolean },
): Promise<OwnersChangeRecord | undefined> {
  const { session, promotions, ask } = workbench;
  const client = await session.clientFor({ kind: 'read' });
  const environment = environmentIn(argument) ?? changeInFront(workbench)?.environment;
  if (environment !== undefined) {
    const { waiting } = await inProgress('Fetching the owners', signal =>
      client.getOwners(environment, signal),
    );
    if (waiting !== null) return waiting;
    await promotions.load();
    await ask.tell('info', `No change of the owners of ${environment} waits.`);
    return undefined;
  }
  await promotions.load();
  const now = Date.now();
  const options = promotions.ownersChanges.filter(question.admits).map(change => {
    const { label, description } = ownersWords(change, now);
    return { label, description, detail: firstLine(change.reason), icon: 'organization', value: change };
  });
  if (options.length === 0) {
    await ask.tell('info', `${question.title}: there is nothing to select.`);
    return undefined;
  }
  return ask.pick({
    title: question.title,
    placeholder: 'Select a change of owners',
    options,
    isFollowed: true,
  });
}
