/** VS Code in a browser saves edits by itself after a second: tests of what is not saved cannot have that. */
import * as vscode from 'vscode';

/** To be called in a `describe`: nothing is saved by itself while its tests run. */
export function withoutAutoSave(): void {
  let isChanged = false;

  before(async () => {
    // On the desktop it is off. Each change of a setting is a file that VS Code writes and reads again.
    if (vscode.workspace.getConfiguration('files').get('autoSave') === 'off') return;
    isChanged = true;
    await autoSave('off');
  });

  after(async () => {
    if (isChanged) await autoSave(undefined);
  });
}

function autoSave(value: 'off' | undefined): Thenable<void> {
  return vscode.workspace
    .getConfiguration('files')
    .update('autoSave', value, vscode.ConfigurationTarget.Global);
}
