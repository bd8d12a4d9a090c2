/** Format Document: white space that rendering does not see. */
import * as vscode from 'vscode';
import { rangeOf, type WorkerRequest } from './answers.ts';
import { WRITTEN } from './selectors.ts';

export function registerFormatting(ask: WorkerRequest): vscode.Disposable {
  return vscode.languages.registerDocumentFormattingEditProvider(WRITTEN, {
    async provideDocumentFormattingEdits(document, { tabSize, insertSpaces }, token) {
      const edits = await ask('format', document, { tabSize, insertSpaces }, token);
      return edits?.map(({ range, text }) => new vscode.TextEdit(rangeOf(range), text));
    },
  });
}
