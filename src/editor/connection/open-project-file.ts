/** Opens promptforge.json at what is wrong in it. */
import * as vscode from 'vscode';
import { projectFile } from './find-project.ts';
import { projectDiagnostics } from './project-diagnostics.ts';

/** With the caret at what is wrong in it first. */
export async function openProjectFile(): Promise<void> {
  const file = await projectFile();
  if (file === undefined) return;
  const document = await vscode.workspace.openTextDocument(file);
  // VS Code may not have read yet what another program has written.
  const text = document.isDirty
    ? document.getText()
    : Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8');
  const [first] = await projectDiagnostics(text);
  const editor = await vscode.window.showTextDocument(document);
  if (first === undefined) return;
  await readAs(document, text);
  editor.selection = new vscode.Selection(first.range.start, first.range.start);
  editor.revealRange(first.range);
}

/** The longest wait for VS Code to read a file again, in milliseconds: a caret elsewhere is no harm. */
const READ_MS = 2_000;

/** Once the document has this text; reading it takes the caret away. */
function readAs(document: vscode.TextDocument, text: string): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer);
      listening.dispose();
      resolve();
    };
    const timer = setTimeout(done, READ_MS);
    const look = () => {
      if (document.getText() === text) done();
    };
    const listening = vscode.workspace.onDidChangeTextDocument(look);
    look();
  });
}
