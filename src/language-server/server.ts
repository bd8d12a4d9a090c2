/** `promptforge lsp`: the language core for editors that speak the Language Server Protocol (3.17) over a stream. */
import { fileURLToPath } from 'node:url';
import {
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
  PositionEncodingKind,
  TextDocumentSyncKind,
  TextDocuments,
} from 'vscode-languageserver';
import { createConnection } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { TRIGGERS } from '../language/completion/triggers.ts';
import { TOKEN_MODIFIERS, TOKEN_TYPES } from '../language/semantic-tokens.ts';
import { SAMPLES_EXTENSION } from '../language-worker/contract.ts';
import { nodeFileSystem } from '../workspace/node-file-system.ts';
import { PROJECT_FILE } from '../workspace/project-file.ts';
import { sendDiagnostics } from './diagnostics.ts';
import { OpenDocuments } from './documents.ts';
import { answerFeatures } from './features.ts';
import { Projects } from './projects.ts';

/** Serves one client over standard input and output until it goes, which ends the process. @param version of PromptForge */
export function serveLanguage(version: string): void {
  const connection = createConnection(process.stdin, process.stdout);
  const documents = new TextDocuments(TextDocument);
  const projects = new Projects(nodeFileSystem, message => connection.console.warn(message));
  const open = new OpenDocuments(projects);
  const diagnostics = sendDiagnostics(connection, documents, open);
  let watches = false;

  connection.onInitialize((params): InitializeResult => {
    projects.setFolders(foldersOf(params));
    const { capabilities } = params;
    watches = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    answerFeatures(connection, documents, open, capabilities);
    return {
      serverInfo: { name: 'PromptForge', version },
      capabilities: {
        positionEncoding: PositionEncodingKind.UTF16,
        textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental, save: true },
        completionProvider: { triggerCharacters: [...TRIGGERS, ' '] },
        hoverProvider: true,
        definitionProvider: true,
        referencesProvider: true,
        renameProvider: { prepareProvider: true },
        documentFormattingProvider: true,
        codeActionProvider: { codeActionKinds: ['quickfix'] },
        documentSymbolProvider: true,
        foldingRangeProvider: true,
        selectionRangeProvider: true,
        linkedEditingRangeProvider: true,
        semanticTokensProvider: {
          legend: { tokenTypes: [...TOKEN_TYPES], tokenModifiers: [...TOKEN_MODIFIERS] },
          full: true,
          range: true,
        },
      },
    };
  });
  connection.onInitialized(() => {
    if (!watches) return;
    const watchers = ['**/*.prompt', `**/*${SAMPLES_EXTENSION}`, `**/${PROJECT_FILE}`];
    void connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: watchers.map(globPattern => ({ globPattern })),
    });
  });

  const lookAgain = async (isOtherProject: boolean): Promise<void> => {
    if (isOtherProject) await open.forgetProjects();
    await projects.listAgain();
    diagnostics.all();
  };
  const report = (error: unknown): void => connection.console.error(String(error));
  connection.onDidChangeWatchedFiles(({ changes }) => {
    lookAgain(changes.some(({ uri }) => uri.endsWith(`/${PROJECT_FILE}`))).catch(report);
  });
  documents.onDidChangeContent(({ document }) => {
    open.take(document).catch(report);
    diagnostics.changed(document);
  });
  documents.onDidSave(({ document }) => {
    // Without a client that watches, files that came meanwhile are found now.
    if (!watches) lookAgain(document.uri.endsWith(`/${PROJECT_FILE}`)).catch(report);
  });
  documents.onDidClose(({ document }) => {
    open.close(document.uri).catch(report);
    diagnostics.closed(document.uri);
  });
  documents.listen(connection);
  connection.listen();
}

/** Of the workspace, absolute. */
function foldersOf({ workspaceFolders, rootUri }: InitializeParams): string[] {
  const uris = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri === null ? [] : [rootUri]);
  return uris.filter(uri => uri?.startsWith('file:')).map(uri => fileURLToPath(uri));
}
