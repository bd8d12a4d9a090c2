/** Pull: files without edits are brought to the newest version, missing ones are written, and the rest is reported. */
import * as vscode from 'vscode';
import { isPromptName, type PromptName } from '../../core/name.ts';
import { registerCommand } from '../commands.ts';
import { isNode, namedTarget } from '../explorer/target.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { pullDetails, pullSummary } from './pull-words.ts';

export function registerPull(workbench: Workbench): vscode.Disposable {
  const { session, prompts, ask, log, report } = workbench;
  return registerCommand('pull', 'Pulling', report, async argument => {
    // From the palette or the view's title everything is meant, whatever editor is in front.
    const explicit = isNode(argument) || (typeof argument === 'string' && isPromptName(argument));
    const only = explicit ? (await namedTarget(argument, workbench))?.prompt : undefined;
    await prompts.refresh();
    const copy = await prompts.workingCopy();
    if (copy === undefined) throw new Error('No folder with prompts is open.');
    const client = await session.clientFor({ kind: 'read' });
    // Asked anew for each file: one may be edited while others are fetched.
    const isDirty = (name: PromptName) => hasUnsavedEdits(copy.folder.pathOf(name));
    try {
      const result = await inProgress(only === undefined ? 'Pulling' : `Pulling ${only}`, signal =>
        copy.pull(client, prompts.summaries, {
          isDirty,
          signal,
          ...(only !== undefined && { names: new Set([only]), restoreDeleted: true }),
        }),
      );
      for (const line of pullDetails(result)) log.info(line);
      const severity = result.left.length > 0 ? 'warning' : 'info';
      void ask
        .tell(severity, pullSummary(result), ...(result.left.length > 0 ? ['Show Log'] : []))
        .then(chosen =>
          chosen === undefined ? undefined : vscode.commands.executeCommand('promptforge.showLog'),
        );
    } finally {
      await prompts.load();
    }
  });
}

function hasUnsavedEdits(path: string): boolean {
  return vscode.workspace.textDocuments.some(
    ({ isDirty, uri }) => isDirty && uri.scheme === 'file' && uri.fsPath === path,
  );
}
