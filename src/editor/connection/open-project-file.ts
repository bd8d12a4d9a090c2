/** Opens promptforge.json at its first error. */
import * as vscode from 'vscode';
import { nextEvent } from '../work/next-event.ts';
import { projectDiagnostics } from './project-diagnostics.ts';
import type { Session } from './session.ts';

/** The longest wait for VS Code to read a file again, in milliseconds; a wrong caret position is harmless. */
const READ_MS = 2_000;

/** Opens the file with the caret at its first error. */
export async function openProjectFile(session: Session): Promise<void> {
  const file = await session.projectFile();
  if (file === undefined) return;
  const document = await vscode.workspace.openTextDocument(file);
  // VS Code may not have read yet what another program has written.
  const text = document.isDirty
    ? document.getText()
    : Buffer.from(await vscode.workspace.fs.readFile(file)).toString('utf8');
  const [first] = await projectDiagnostics(text);
  const editor = await vscode.window.showTextDocument(document);
  if (first === undefined) return;
  // Reading the file again would take the caret away.
  if (document.getText() !== text)
    await nextEvent(vscode.workspace.onDidChangeTextDocument, READ_MS, () => document.getText() === text);
  editor.selection = new vscode.Selection(first.range.start, first.range.start);
  editor.revealRange(first.range);
}
