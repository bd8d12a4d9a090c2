import type * as vscode from 'vscode';
import { eventually } from '../../eventually.ts';

/** As one types into it: VS Code refuses an edit of a text that it has just read anew, and then it is made once more. */
export async function edited(
  editor: vscode.TextEditor,
  change: (builder: vscode.TextEditorEdit) => void,
): Promise<void> {
  await eventually('VS Code to take the edit', async () => editor.edit(change));
}
