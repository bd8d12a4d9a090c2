/** Waits for the first document that the language worker has something to say about, and loads all of that then. */
import * as vscode from 'vscode';
import { SAMPLES_EXTENSION } from '../../language-worker/contract.ts';
import type { Workbench } from '../workbench.ts';
import { includedFiles, isIncluded } from './included.ts';
import { LANGUAGE } from './place-of-file.ts';

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
  const look = (documents: readonly vscode.TextDocument[]): void => {
    const filters = includedFiles();
    if (documents.some(document => concernsLanguage(document) || isIncluded(document, filters)))
      start().catch((error: unknown) => parts.workbench.report(error, 'Starting the language features'));
  };
  const lookAtAll = (): void => look(vscode.workspace.textDocuments);
  const waiting = vscode.Disposable.from(
    vscode.workspace.onDidOpenTextDocument(document => look([document])),
    vscode.workspace.onDidChangeConfiguration(lookAtAll),
  );
  lookAtAll();
  return new vscode.Disposable(() => {
    isOver = true;
    waiting.dispose();
    started?.dispose();
  });
}

function concernsLanguage({ languageId, uri }: vscode.TextDocument): boolean {
  return languageId === LANGUAGE || (uri.scheme === 'file' && uri.path.endsWith(SAMPLES_EXTENSION));
}
