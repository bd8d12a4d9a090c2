/** Starts the language worker and registers all that asks it. Loaded when the first document needs it. */
import { pathToFileURL } from 'node:url';
import * as vscode from 'vscode';
import { LanguageClient } from '../../language-worker/client.ts';
import { asking } from './answers.ts';
import { registerCodeLens } from './code-lens.ts';
import { registerCompletion } from './completion.ts';
import { showDiagnostics } from './diagnostics.ts';
import { followDocuments, openDocument } from './documents.ts';
import { registerFormatting } from './formatting.ts';
import { registerHover } from './hover.ts';
import { registerIncludedFiles } from './included-files.ts';
import { registerNavigation } from './navigation.ts';
import { registerQuickFixes } from './quick-fixes.ts';
import type { Language, LanguageParts } from './register.ts';
import { registerRename } from './rename.ts';
import { PROMPTS } from './selectors.ts';
import { registerSemanticTokens } from './semantic-tokens.ts';
import { registerStructure } from './structure.ts';
import { workspaceEditOf } from './workspace-edit.ts';
import { followFiles } from './workspace-files.ts';

export function startLanguage({ workbench, extensionUri }: LanguageParts): Language {
  const { session, log } = workbench;
  const renewed = new vscode.EventEmitter<void>();
  const client = new LanguageClient({
    workerUrl: pathToFileURL(vscode.Uri.joinPath(extensionUri, 'dist', 'language-worker.js').fsPath),
    document: uri => openDocument(uri, session),
    log: message => log.warn(message),
    onRestart: () => {
      diagnostics.again();
      renewed.fire();
    },
  });
  const documents = followDocuments(client, session);
  const ask = asking(client);
  const files = followFiles(client, workbench, () => diagnostics.again());
  const diagnostics = showDiagnostics(ask, documents, session, () => files.whenListed);
  const disposables = vscode.Disposable.from(
    renewed,
    documents,
    diagnostics,
    files,
    registerCodeLens(workbench),
    registerCompletion(ask),
    registerHover(ask),
    registerNavigation(ask),
    registerQuickFixes(ask, session),
    registerRename(ask, workbench),
    registerStructure(ask),
    registerFormatting(ask),
    registerSemanticTokens(ask, PROMPTS, renewed.event),
    registerIncludedFiles(ask, documents),
    new vscode.Disposable(() => void client.dispose()),
  );
  return {
    async editsForNewName(document, to, token) {
      await files.listAgain();
      const found = await ask('renamePrompt', document, { toName: to }, token);
      if (found === undefined)
        throw new Error(
          'The prompts that include it could not be determined. Nothing was renamed: try again.',
        );
      if ('refused' in found) throw new Error(found.refused);
      return workspaceEditOf({ ...found, renames: [] }, document, session);
    },
    dispose: () => disposables.dispose(),
  };
}
