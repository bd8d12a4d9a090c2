/** *Archive…* and *Restore…*, loaded when they are used. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import type { FocusedNode } from '../explorer/target.ts';
import type { Workbench } from '../workbench.ts';

export function registerArchive(workbench: Workbench, focused: FocusedNode): vscode.Disposable {
  const { report } = workbench;
  const actions = () => import('./archive-prompt.ts');
  return vscode.Disposable.from(
    registerCommand('archive', 'Archiving', report, async argument =>
      (await actions()).archivePrompt(workbench, focused, argument),
    ),
    registerCommand('restore', 'Restoring', report, async argument =>
      (await actions()).restorePrompt(workbench, argument),
    ),
  );
}
