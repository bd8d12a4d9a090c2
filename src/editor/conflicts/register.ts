/** The commands that resolve conflicts, and what completes a merge once its markers are gone. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { registerCommand } from '../commands.ts';
import type { LazyDiscardedTexts } from '../discard/lazy-texts.ts';
import { promptsOrActive } from '../explorer/prompts-named.ts';
import { logged } from '../problems/explain.ts';
import type { Workbench } from '../workbench.ts';
import { registerMergeDocuments } from './merge-documents.ts';
import type { Merges } from './merges.ts';

/** In ms: saving and closing an editor changes both the file and the tabs. */
const SETTLE_MS = 300;

/**
 * @param storage a folder of this workspace's for data that survives a reload
 * @param discarded stores discarded texts
 */
export function registerConflicts(
  workbench: Workbench,
  storage: vscode.Uri,
  discarded: LazyDiscardedTexts,
): vscode.Disposable {
  const { session, prompts, ask, report, log } = workbench;
  let opened: Promise<Merges> | undefined;
  const merges = () => {
    opened ??= import('./merges.ts').then(
      ({ Merges }) => new Merges(vscode.Uri.joinPath(storage, 'merges'), mark),
    );
    return opened;
  };
  /** A merge in progress stays a conflict, whatever its file contains meanwhile. */
  const mark = async (): Promise<void> => {
    const root = session.project?.root;
    const begun = root === undefined ? [] : await (await merges()).of(root);
    prompts.setMerging(new Set(begun.map(({ prompt }) => prompt)));
  };
  let timer: NodeJS.Timeout | undefined;
  /** One at a time, so that a merge is not completed halfway through a command. */
  let working: Promise<unknown> = Promise.resolve();
  const inTurn = <Result>(work: () => Promise<Result>): Promise<Result> => {
    const done = working.then(work);
    working = done.catch(() => undefined); // its caller gets the error
    return done;
  };
  const complete = async (): Promise<void> => {
    if (session.project === undefined || !vscode.workspace.isTrusted) return;
    const begun = await merges();
    await mark();
    if ((await begun.of(session.project.root)).length === 0) return;
    const { completeMerges } = await import('./complete.ts');
    await completeMerges({ workbench, merges: begun, discarded });
  };
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(
      () =>
        void inTurn(complete).catch((error: unknown) =>
          log.warn(`Completing merges failed: ${logged(error)}`),
        ),
      SETTLE_MS,
    );
  };
  const command = (id: string, run: (prompt: PromptName) => Promise<unknown>) =>
    registerCommand(id, 'Resolving the conflict', report, async (...args) => {
      const names = await promptsOrActive(args, workbench);
      if (names.length === 0) await ask.tell('info', 'Open the file of a prompt that is in conflict first.');
      for (const name of names) await inTurn(() => run(name));
    });
  const decide = (
    id: string,
    run: (deleted: typeof import('./deleted.ts'), names: readonly PromptName[]) => Promise<void>,
  ) =>
    registerCommand(id, 'Deciding on deleted files', report, async (...args) =>
      run(await import('./deleted.ts'), await promptsOrActive(args, workbench)),
    );
  return vscode.Disposable.from(
    decide('restoreFile', ({ restoreFiles }, names) => restoreFiles(workbench, names)),
    decide('keepDeleted', ({ keepDeleted }, names) => keepDeleted(workbench, names)),
    registerMergeDocuments(merges),
    prompts.onDidChange(soon),
    vscode.window.tabGroups.onDidChangeTabs(({ closed }) => {
      if (closed.length > 0 && opened !== undefined) soon();
    }),
    new vscode.Disposable(() => clearTimeout(timer)),
    command('openMergeEditor', async name =>
      (await import('./resolve.ts')).resolveConflict({ workbench, merges: await merges(), discarded }, name),
    ),
    command('completeMerge', async name =>
      (await import('./complete.ts')).completeByHand({ workbench, merges: await merges(), discarded }, name),
    ),
    command('acceptMine', async name =>
      (await import('./accept.ts')).acceptMine({ workbench, merges: await merges(), discarded }, name),
    ),
    command('acceptTheirs', async name =>
      (await import('./accept.ts')).acceptTheirs({ workbench, merges: await merges(), discarded }, name),
    ),
  );
}
