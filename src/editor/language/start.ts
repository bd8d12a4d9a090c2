/** Starts the language server and its client. Loaded when the first document needs it. */
import { pathToFileURL } from 'node:url';
import * as vscode from 'vscode';
import { LSPErrorCodes, ResponseError } from 'vscode-languageclient';
import { RenamePromptRequest } from '../../language-server/messages.ts';
import { fileSchemes } from '../files/paths.ts';
import { startClient } from './client.ts';
import { registerCodeLens } from './code-lens.ts';
import { includedFiles, SETTING } from './included.ts';
import type { Language, LanguageParts } from './register.ts';
import { followFiles } from './workspace-files.ts';

export function startLanguage({ workbench, extensionUri }: LanguageParts): Language {
  const serverUrl = pathToFileURL(vscode.Uri.joinPath(extensionUri, 'dist', 'language-server.js').fsPath);
  const start = () => {
    const onRestart = () => void files.listAgain();
    return startClient({ workbench, serverUrl, included: includedFiles(), onRestart });
  };
  let schemes = fileSchemes().join();
  let running = start();
  const files = followFiles((...told) => running.tellFiles(...told), workbench);
  const startAgain = (): void => {
    running.dispose();
    running = start();
    void files.listAgain();
  };
  const disposables = vscode.Disposable.from(
    files,
    registerCodeLens(workbench),
    vscode.workspace.onDidChangeConfiguration(change => {
      if (change.affectsConfiguration(`promptforge.${SETTING}`)) startAgain();
    }),
    vscode.workspace.onDidChangeWorkspaceFolders(() => {
      const before = schemes;
      schemes = fileSchemes().join();
      if (includedFiles().length > 0 || schemes !== before) startAgain();
    }),
  );
  return {
    async editsForNewName(document, toName, token) {
      await files.listAgain();
      const { client } = running;
      const params = { textDocument: { uri: document.uri.toString() }, toName };
      const edit = await client.sendRequest(RenamePromptRequest, params, token).catch((error: unknown) => {
        if (error instanceof ResponseError && error.code === LSPErrorCodes.RequestFailed)
          throw new Error(error.message);
        return null;
      });
      if (edit === null)
        throw new Error(
          'The prompts that include it could not be determined. Nothing was renamed: try again.',
        );
      return client.protocol2CodeConverter.asWorkspaceEdit(edit, token);
    },
    dispose: () => {
      disposables.dispose();
      running.dispose();
    },
  };
}
