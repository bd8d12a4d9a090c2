/** A file system provider that is loaded with the first file of its scheme. */
import * as vscode from 'vscode';

/** The files of such a provider, which has no folders. */
export interface Files {
  stat(uri: vscode.Uri): Promise<vscode.FileStat>;
  readFile(uri: vscode.Uri): Promise<Uint8Array>;
  /** Absent if it is read-only. */
  writeFile?(uri: vscode.Uri, content: Uint8Array): Promise<void>;
}

/** @param changed fires for changed files, once the provider is loaded */
export function lazyFiles(
  load: () => Promise<Files>,
  changed: vscode.Event<vscode.FileChangeEvent[]>,
): vscode.FileSystemProvider {
  const refuse = (uri: vscode.Uri): never => {
    throw vscode.FileSystemError.NoPermissions(uri);
  };
  return {
    onDidChangeFile: changed,
    watch: () => new vscode.Disposable(() => undefined),
    stat: async uri => (await load()).stat(uri),
    readFile: async uri => (await load()).readFile(uri),
    writeFile: async (uri, content) => (await load()).writeFile?.(uri, content) ?? refuse(uri),
    readDirectory(uri) {
      throw vscode.FileSystemError.FileNotFound(uri);
    },
    createDirectory: refuse,
    delete: refuse,
    rename: refuse,
  };
}
