/** VS Code in a browser saves edits by itself after a second: tests of what is not saved cannot have that. */
import * as vscode from 'vscode';
import { machineSetting } from './inside.ts';

/** To be called in a `describe`: nothing is saved by itself while its tests run. */
export function withoutAutoSave(): void {
  let isChanged = false;

  before(async () => {
    // On the desktop it is off. Each change of a setting is a file that VS Code writes and reads again.
    if (vscode.workspace.getConfiguration('files').get('autoSave') === 'off') return;
    isChanged = true;
    await machineSetting('files', 'autoSave', 'off');
  });

  after(async () => {
    if (isChanged) await machineSetting('files', 'autoSave', undefined);
  });
}
