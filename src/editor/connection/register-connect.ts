/** Registers Connect to Registry… and the command that opens promptforge.json. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import type { Workbench } from '../workbench.ts';
import { openProjectFile } from './open-project-file.ts';

export function registerConnect(workbench: Workbench): vscode.Disposable {
  const { report } = workbench;
  return vscode.Disposable.from(
    registerCommand('connect', 'Connecting', report, async () => {
      const { connect } = await import('./connect.ts');
      await connect(workbench);
    }),
    registerCommand('openProjectFile', 'Opening promptforge.json', report, () =>
      openProjectFile(workbench.session),
    ),
  );
}
