/** Pull: updates files without edits to the newest version, writes missing ones, and reports the rest. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import type { PullReport } from '../../workspace/pull-plan.ts';
import type { WorkingCopy } from '../../workspace/working-copy.ts';
import { registerCommand } from '../commands.ts';
import { askAboutDeleted } from '../conflicts/deleted.ts';
import { promptsNamed } from '../explorer/prompts-named.ts';
import { isFile, pathOf } from '../files/paths.ts';
import { counted } from '../wording/age.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { isNothing, pullDetails, pullSummary } from './pull-words.ts';

export function registerPull(workbench: Workbench): vscode.Disposable {
  const { ask, report } = workbench;
  return registerCommand('pull', 'Pulling', report, async (...args) => {
    // From the palette or a view's title, the command applies to everything, whatever editor is active.
    const { deleted, ...result } = await pull(workbench, promptsNamed(args, workbench));
    const severity = result.left.length > 0 ? 'warning' : 'info';
    askAboutDeleted(workbench, deleted);
    if (deleted.length > 0 && isNothing(result)) return;
    void ask
      .tell(severity, pullSummary(result), ...(result.left.length > 0 ? ['Show Log'] : []))
      .then(chosen =>
        chosen === undefined ? undefined : vscode.commands.executeCommand('promptforge.showLog'),
      );
  });
}

export interface Pulled extends PullReport {
  /** Prompts that were deleted here and changed in the registry, which are not in `left`: the person decides. */
  readonly deleted: readonly PromptName[];
}

/**
 * @param only these prompts, including files that were deleted here; default: all prompts
 * @throws MissingKey, Problem, RegistryUnreachable, WorkspaceError
 */
export async function pull(workbench: Workbench, only?: readonly PromptName[]): Promise<Pulled> {
  const { session, prompts, log } = workbench;
  await prompts.refresh();
  // The state of an unreachable registry may be old, so files are not reported as up to date.
  if (session.state.kind === 'offline') throw new Error(session.state.why);
  const copy = await prompts.workingCopy();
  if (copy === undefined) throw new Error('No prompts folder is open.');
  const client = await session.clientFor({ kind: 'read' });
  await (await import('./repair-lock.ts')).repairLockFile(workbench, copy, client);
  const [first, ...others] = only ?? [];
  const what =
    first === undefined ? '' : others.length === 0 ? ` ${first}` : ` ${counted(only?.length ?? 0, 'prompt')}`;
  const wanted = only ?? prompts.summaries.map(({ name }) => name);
  try {
    const result = await inProgress(`Pulling${what}`, signal =>
      copy.pull(client, prompts.summaries, {
        // Called for each file, because it may be edited while others are fetched.
        isDirty: name => hasUnsavedEdits(copy.folder.pathOf(name)),
        signal,
        ...(only !== undefined && { restoreDeleted: true }),
        names: new Set(wanted.filter(name => !prompts.merging.has(name))),
      }),
    );
    const report = withMerging(result, wanted, workbench, copy);
    for (const line of pullDetails(report)) log.info(line);
    const isAsked = ({ why }: PullReport['left'][number]) => why === 'deleted_and_changed';
    return {
      ...report,
      left: report.left.filter(each => !isAsked(each)),
      deleted: report.left.filter(isAsked).map(({ name }) => name),
    };
  } finally {
    await prompts.load();
  }
}

/** A prompt that is being merged is not pulled, because its file may have any contents. */
function withMerging(
  report: PullReport,
  wanted: readonly PromptName[],
  { prompts }: Workbench,
  copy: WorkingCopy,
): PullReport {
  const merging = wanted.filter(name => prompts.merging.has(name));
  const left = merging.map(name => ({
    ...{ name, why: 'conflict' as const },
    message: `${copy.folder.shown(copy.folder.pathOf(name))}: A merge is in progress. Complete it first.`,
  }));
  return { ...report, left: [...report.left, ...left] };
}

export function hasUnsavedEdits(path: string): boolean {
  return vscode.workspace.textDocuments.some(
    ({ isDirty, uri }) => isDirty && isFile(uri) && pathOf(uri) === path,
  );
}
