/** Starts the language worker and registers all that asks it. Loaded when the first document needs it. */
import { pathToFileURL } from 'node:url';
import * as vscode from 'vscode';
import { LanguageClient } from '../../language-worker/client.ts';
import { asking } from './answers.ts';
import { showDiagnostics } from './diagnostics.ts';
import { followDocuments, openDocument } from './documents.ts';
import type { LanguageParts } from './register.ts';
import { followFiles } from './workspace-files.ts';

export function startLanguage({ workbench, extensionUri }: LanguageParts): vscode.Disposable {
  const { session, log } = workbench;
  const client = new LanguageClient({
    workerUrl: pathToFileURL(vscode.Uri.joinPath(extensionUri, 'dist', 'language-worker.js').fsPath),
    document: uri => openDocument(uri, session),
    log: message => log.warn(message),
    onRestart: () => diagnostics.again(),
  });
  const documents = followDocuments(client, session);
  const ask = asking(client);
  const diagnostics = showDiagnostics(ask, documents, session);
  return vscode.Disposable.from(
    documents,
    diagnostics,
    followFiles(client, session, () => diagnostics.again()),
    new vscode.Disposable(() => void client.dispose()),
  );
}
