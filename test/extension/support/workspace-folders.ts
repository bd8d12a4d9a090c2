/** The folders of the window. */
import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** VS Code takes the next change of the folders only when it has told of this one. */
export async function updateFolders(
  ...change: Parameters<typeof vscode.workspace.updateWorkspaceFolders>
): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<unknown>();
  const listener = vscode.workspace.onDidChangeWorkspaceFolders(resolve);
  try {
    assert.ok(vscode.workspace.updateWorkspaceFolders(...change));
    await promise;
  } finally {
    listener.dispose();
  }
}
