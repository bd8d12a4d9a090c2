/** Waits for the first document that the language worker has something to say about, and loads all of that then. */
import * as vscode from 'vscode';
import type { Workbench } from '../workbench.ts';

export interface LanguageParts {
  readonly workbench: Workbench;
  readonly extensionUri: vscode.Uri;
}

export function registerLanguage(parts: LanguageParts): vscode.Disposable {
  let started: vscode.Disposable | undefined;
  let isOver = false;
  const start = async (): Promise<void> => {
    waiting.dispose();
    const { startLanguage } = await import('./start.ts');
    if (!isOver) started = startLanguage(parts);
  };
  const look = (document: vscode.TextDocument): void => {
    if (concernsLanguage(document))
      start().catch((error: unknown) => parts.workbench.report(error, 'Starting the language features'));
  };
  const waiting = vscode.workspace.onDidOpenTextDocument(look);
  const first = vscode.workspace.textDocuments.find(concernsLanguage);
  if (first !== undefined) look(first);
  return new vscode.Disposable(() => {
    isOver = true;
    waiting.dispose();
    started?.dispose();
  });
}

function concernsLanguage({ languageId, uri }: vscode.TextDocument): boolean {
  return languageId === 'dotprompt' || (uri.scheme === 'file' && uri.path.endsWith('.samples.yaml'));
}
