/** Files of the window's folder, written as another program would while the window may have them open. */
import { readFile, writeFile } from 'node:fs/promises';
import * as vscode from 'vscode';
import { eventually } from '../../eventually.ts';

/** Writes a text of `\n` lines, and waits until an open document of the file holds it too. @param path absolute */
export async function writeText(path: string, text: string): Promise<void> {
  const uri = vscode.Uri.file(path);
  const open = () =>
    vscode.workspace.textDocuments.find(document => document.uri.toString() === uri.toString());
  await eventually(`the text of ${path} in its file and its document`, async () => {
    await writeFile(path, text);
    if (open() !== undefined) {
      await vscode.window.showTextDocument(uri);
      await vscode.commands.executeCommand('workbench.action.files.revert');
    }
    const document = open();
    return document === undefined || (!document.isDirty && document.getText() === text) || undefined;
  });
}

/** Makes the files hold these texts again. @param texts by absolute path */
export async function restoreTexts(texts: ReadonlyMap<string, string>): Promise<void> {
  for (const [path, text] of texts)
    if ((await readFile(path, 'utf8').catch(() => undefined)) !== text) await writeText(path, text);
}
