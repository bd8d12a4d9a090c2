/** Which folder of the window holds the project: the first one with a promptforge.json. */
import * as vscode from 'vscode';
import type { Project } from '../../workspace/project-file.ts';
import type { ConnectionState } from '../status/words.ts';

const PROJECT_FILE = 'promptforge.json';

export type FoundProject =
  | { readonly project: Project; readonly state?: undefined }
  | { readonly project: undefined; readonly state: ConnectionState };

/** Never rejects for what the file holds: a broken one is a state. */
export async function findProject(): Promise<FoundProject> {
  const folders = fileFolders();
  if (folders.length === 0) return { project: undefined, state: { kind: 'no-folder' } };
  for (const folder of folders) {
    if (!(await exists(vscode.Uri.joinPath(folder.uri, PROJECT_FILE)))) continue;
    const [{ readProject }, { nodeFileSystem }] = await Promise.all([
      import('../../workspace/project-file.ts'),
      import('../../workspace/node-file-system.ts'),
    ]);
    try {
      return { project: await readProject(folder.uri.fsPath, nodeFileSystem) };
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { project: undefined, state: { kind: 'broken-project', why } };
    }
  }
  return { project: undefined, state: { kind: 'not-connected' } };
}

/** Folders on disk: prompts are files, and the lock file is written beside them. */
export function fileFolders(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(folder => folder.uri.scheme === 'file');
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(uri);
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}
