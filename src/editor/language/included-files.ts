/** Colours variables in other text files too: those that `promptforge.highlight.include` names. */
import * as vscode from 'vscode';
import type { WorkerRequest } from './answers.ts';
import type { Documents } from './documents.ts';
import { includedFiles, isIncluded, SETTING } from './included.ts';
import { registerSemanticTokens } from './semantic-tokens.ts';

export function registerIncludedFiles(ask: WorkerRequest, documents: Documents): vscode.Disposable {
  const changed = new vscode.EventEmitter<void>();
  let registered: vscode.Disposable | undefined;
  let filters: vscode.DocumentFilter[] = [];
  const look = (document: vscode.TextDocument): void => {
    if (isIncluded(document, filters)) documents.include(document);
    else documents.exclude(document);
  };
  const read = (): void => {
    registered?.dispose();
    filters = includedFiles();
    for (const document of vscode.workspace.textDocuments) look(document);
    registered = filters.length === 0 ? undefined : registerSemanticTokens(ask, filters, changed.event);
  };
  read();
  return vscode.Disposable.from(
    changed,
    vscode.workspace.onDidOpenTextDocument(look),
    vscode.workspace.onDidChangeWorkspaceFolders(read),
    vscode.workspace.onDidChangeConfiguration(change => {
      if (change.affectsConfiguration(`promptforge.${SETTING}`)) read();
    }),
    new vscode.Disposable(() => registered?.dispose()),
  );
}
