// That VS Code can load the extension at all: what every other test in this folder rests on.

import assert from 'node:assert/strict';
import * as vscode from 'vscode';

describe('activation', () => {
  const extension = vscode.extensions.getExtension('promptforge.promptforge');

  it('is triggered by the workspace or the user, and succeeds', async () => {
    assert.ok(extension, 'the extension under test is not there');
    await extension.activate();
    assert.equal(extension.isActive, true);
  });

  it('registers every command that package.json contributes', async () => {
    assert.ok(extension, 'the extension under test is not there');
    await extension.activate();
    const contributed: { command: string }[] = extension.packageJSON.contributes?.commands ?? [];
    assert.notEqual(contributed.length, 0);
    const registered = new Set(await vscode.commands.getCommands(true));
    const missing = contributed.filter(({ command }) => !registered.has(command));
    assert.deepEqual(missing, []);
  });
});
