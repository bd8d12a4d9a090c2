/** `promptforge lsp`: the language server over standard input and output, for the projects that it finds on disk. */
import { fileURLToPath } from 'node:url';
import {
  DidChangeWatchedFilesNotification,
  type InitializeParams,
  type InitializeResult,
} from 'vscode-languageserver';
import { createConnection } from 'vscode-languageserver/node';
import { nodeFileSystem } from '../workspace/node-file-system.ts';
import { PROJECT_FILE } from '../workspace/project-file.ts';
import { DiskProjects } from './disk-projects.ts';
import { SAMPLES_EXTENSION } from './files.ts';
import { FEATURES, languageServer, SYNC } from './server.ts';

/**
 * Serves one client over standard input and output. The process ends when the client disconnects. @param version of
 * PromptForge
 */
export function serveLanguage(version: string): void {
  const connection = createConnection(process.stdin, process.stdout);
  const projects = new DiskProjects(nodeFileSystem, message => connection.console.warn(message));
  const { documents, diagnostics, report, answer } = languageServer(connection, { projects });
  let watches = false;

  connection.onInitialize((params): InitializeResult => {
    projects.setFolders(foldersOf(params));
    const { capabilities } = params;
    watches = capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    answer({ capabilities, isExtension: false });
    return { serverInfo: { name: 'PromptForge', version }, capabilities: { ...SYNC, ...FEATURES } };
  });
  connection.onInitialized(() => {
    if (!watches) return;
    const watchers = ['**/*.prompt', `**/*${SAMPLES_EXTENSION}`, `**/${PROJECT_FILE}`];
    void connection.client.register(DidChangeWatchedFilesNotification.type, {
      watchers: watchers.map(globPattern => ({ globPattern })),
    });
  });

  const lookAgain = async (isOtherProject: boolean): Promise<void> => {
    if (isOtherProject) await documents.forgetProjects();
    await projects.listAgain();
    diagnostics.all();
  };
  connection.onDidChangeWatchedFiles(({ changes }) => {
    lookAgain(changes.some(({ uri }) => uri.endsWith(`/${PROJECT_FILE}`))).catch(report);
  });
  documents.all.onDidSave(({ document }) => {
    // If the client does not watch files, saving is the time to find new ones.
    if (!watches) lookAgain(document.uri.endsWith(`/${PROJECT_FILE}`)).catch(report);
  });
  connection.listen();
}

/** The folders of the workspace, absolute. */
function foldersOf({ workspaceFolders, rootUri }: InitializeParams): string[] {
  const uris = workspaceFolders?.map(({ uri }) => uri) ?? (rootUri === null ? [] : [rootUri]);
  return uris.filter(uri => uri?.startsWith('file:')).map(uri => fileURLToPath(uri));
}
