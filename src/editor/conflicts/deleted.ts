/**
 * Prompts that were deleted here and changed in the registry: the person decides whether to restore the file or keep it
 * deleted. Until they answer, nothing is changed, and the next pull asks again.
 */
import type { PromptName } from '../../core/name.ts';
import type { LockEntry } from '../../workspace/lock-file.ts';
import type { PullOptions, PullReport } from '../../workspace/pull-plan.ts';
import { logged } from '../problems/explain.ts';
import type { Workbench } from '../workbench.ts';
import { groupOf } from '../working-copy/groups.ts';
import {
  deletedQuestion,
  KEEP_DELETED,
  keptDeletedWords,
  restoreButton,
  restoredWords,
} from './deleted-words.ts';
import { fileOf, isDirty, projectOf } from './project.ts';

/** Does not wait for the answer. */
export function askAboutDeleted(workbench: Workbench, names: readonly PromptName[]): void {
  const { ask, prompts, report } = workbench;
  if (names.length === 0) return;
  const restore = restoreButton(names.length);
  const deleted = names.flatMap(name => prompts.listed.get(name) ?? []);
  void ask
    .tell('warning', deletedQuestion(deleted), restore, KEEP_DELETED)
    .then(chosen => {
      if (chosen === restore) return restoreFiles(workbench, names);
      return chosen === KEEP_DELETED ? keepDeleted(workbench, names) : undefined;
    })
    .catch((error: unknown) => report(error, 'Deciding on deleted files'));
}

/** Restores the files with the registry's newest texts. */
export async function restoreFiles(workbench: Workbench, names: readonly PromptName[]): Promise<void> {
  const { created, left } = await pulled(workbench, names, { restoreDeleted: true });
  await workbench.ask.tell(left.length === 0 ? 'info' : 'warning', restoredWords(created, left));
}

/** Keeps the files deleted until the registry has an even newer version. */
export async function keepDeleted(workbench: Workbench, names: readonly PromptName[]): Promise<void> {
  const { ask, prompts, report } = workbench;
  const { copy } = await projectOf(workbench);
  const before = await copy.readLock();
  const { kept, left } = await pulled(workbench, names, { keepDeleted: true });
  const undo = async (): Promise<void> => {
    for (const { name } of kept)
      if ((await copy.folder.read(name)) === undefined)
        await copy.setBase(name, before.get(name) as LockEntry);
    await prompts.rescan();
  };
  void ask
    .tell(
      left.length === 0 ? 'info' : 'warning',
      keptDeletedWords(kept, left),
      ...(kept.length === 0 ? [] : ['Undo']),
    )
    .then(chosen => (chosen === 'Undo' ? undo() : undefined))
    .catch((error: unknown) => report(error, 'Undoing'));
}

async function pulled(
  workbench: Workbench,
  names: readonly PromptName[],
  answer: Pick<PullOptions, 'restoreDeleted' | 'keepDeleted'>,
): Promise<PullReport> {
  const { session, prompts, log } = workbench;
  const { copy } = await projectOf(workbench);
  await prompts.rescan();
  const asked = names.filter(name => {
    const listed = prompts.listed.get(name);
    return listed?.state === 'deleted' && groupOf(listed) === 'conflicts';
  });
  const client = await session.clientFor({ kind: 'read' });
  try {
    const report = await copy.pull(client, prompts.summaries, {
      isDirty: name => isDirty(fileOf(copy, name)),
      names: new Set(asked),
      ...answer,
    });
    for (const { message } of report.left) log.info(`Left as it is: ${logged(new Error(message))}`);
    return report;
  } finally {
    await prompts.rescan();
  }
}
