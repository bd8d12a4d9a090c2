/** Edits as one makes them: VS Code refuses one of a text that it has just read anew, and then it is made once more. */
import * as vscode from 'vscode';
import { eventually } from '../../eventually.ts';

/** As one types into an editor. */
export async function edited(
  editor: vscode.TextEditor,
  change: (builder: vscode.TextEditorEdit) => void,
): Promise<void> {
  await eventually('VS Code to take the edit', async () => editor.edit(change));
}

/** As a command edits the files of the window. @param make is called anew for each attempt: places may move */
export async function applied(make: () => vscode.WorkspaceEdit): Promise<void> {
  await eventually('VS Code to take the edit', async () => vscode.workspace.applyEdit(make()));
}

/** Inserts a text into a file, open or not, without saving it. */
export async function inserted(
  uri: vscode.Uri,
  text: string,
  place: vscode.Position | (() => vscode.Position),
): Promise<void> {
  await applied(() => {
    const edit = new vscode.WorkspaceEdit();
    edit.insert(uri, typeof place === 'function' ? place() : place, text);
    return edit;
  });
}
