/** Waits for the first document that the language server supports, and then loads its client. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { SAMPLES_EXTENSION } from '../../language-server/files.ts';
import { isFile } from '../files/paths.ts';
import type { Workbench } from '../workbench.ts';
import { includedFiles, isIncluded } from './included.ts';
import { LANGUAGE } from './place-of-file.ts';

export interface LanguageParts {
  readonly workbench: Workbench;
  readonly extensionUri: vscode.Uri;
}

export interface Language extends vscode.Disposable {
  /**
   * The edits to all prompts, including this one, that renaming its file needs; without the rename itself.
   * @throws Error with the reason why it cannot have this name
   */
  editsForNewName(
    document: vscode.TextDocument,
    to: PromptName,
    token?: vscode.CancellationToken,
  ): Promise<vscode.WorkspaceEdit>;
}

export function registerLanguage(parts: LanguageParts): Language {
  let started: Promise<Language> | undefined;
  let isOver = false;
  const start = (): Promise<Language> => {
    waiting.dispose();
    started ??= import('./start.ts').then(({ startLanguage }) => {
      const language = startLanguage(parts);
      if (isOver) language.dispose();
      return language;
    });
    return started;
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
  return {
    async editsForNewName(document, to, token) {
      return (await start()).editsForNewName(document, to, token);
    },
    dispose() {
      isOver = true;
      waiting.dispose();
      void started?.then(
        language => language.dispose(),
        () => undefined, // it never started, which was reported
      );
    },
  };
}

function concernsLanguage({ languageId, uri }: vscode.TextDocument): boolean {
  return languageId === LANGUAGE || (isFile(uri) && uri.path.endsWith(SAMPLES_EXTENSION));
}
