/** *Update Partials…*, loaded when it is used. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import type { Workbench } from '../workbench.ts';
import { PlannedDocuments } from './planned-documents.ts';

export function registerUpdatePartials(workbench: Workbench): vscode.Disposable {
  const planned = new PlannedDocuments();
  return vscode.Disposable.from(
    planned,
    registerCommand('updatePartials', 'Updating partials', workbench.report, async argument => {
      const { updatePartials } = await import('./update-older-partials.ts');
      await updatePartials(workbench, planned, argument);
    }),
  );
}
