/** Which folder of the window holds the project: the first one with a promptforge.json. */
import * as vscode from 'vscode';
import type { Project } from '../../workspace/project-file.ts';
import type { ConnectionState } from '../status/words.ts';
import { exists } from '../work/exists.ts';

const PROJECT_FILE = 'promptforge.json';

export type FoundProject =
  | { readonly project: Project; readonly state?: undefined }
  | { readonly project: undefined; readonly state: ConnectionState };

/** Never rejects for what the file holds: a broken one is a state. */
export async function findProject(): Promise<FoundProject> {
  if (fileFolders().length === 0) return { project: undefined, state: { kind: 'no-folder' } };
  const file = await projectFile();
  if (file === undefined) return { project: undefined, state: { kind: 'not-connected' } };
  const [{ readProject }, { nodeFileSystem }] = await Promise.all([
    import('../../workspace/project-file.ts'),
    import('../../workspace/node-file-system.ts'),
  ]);
  try {
    return { project: await readProject(vscode.Uri.joinPath(file, '..').fsPath, nodeFileSystem) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { project: undefined, state: { kind: 'broken-project', why } };
  }
}

/** The promptforge.json that counts in this window, usable or not. */
export async function projectFile(): Promise<vscode.Uri | undefined> {
  for (const folder of fileFolders()) {
    const file = vscode.Uri.joinPath(folder.uri, PROJECT_FILE);
    if (await exists(file)) return file;
  }
  return undefined;
}

/** Folders on disk: prompts are files, and the lock file is written beside them. */
export function fileFolders(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(folder => folder.uri.scheme === 'file');
}
