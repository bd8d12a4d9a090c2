/** Finds the window's folders with a project, and the one to show: the chosen one, otherwise the first. */
import { relative, sep } from 'node:path';
import * as vscode from 'vscode';
import type { FileSystem } from '../../workspace/file-system.ts';
import type { Project } from '../../workspace/project-file.ts';
import { isFile, pathOf, readable } from '../files/paths.ts';
import type { ConnectionState } from '../status/words.ts';
import { exists } from '../work/exists.ts';

const PROJECT_FILE = 'promptforge.json';

/** A folder of the window with a promptforge.json, usable or not. */
export interface OpenProject {
  /** The folder's name in VS Code. */
  readonly name: string;
  /** Absolute. */
  readonly root: string;
  readonly isShown: boolean;
  /** Undefined if promptforge.json cannot be used. */
  readonly project: Project | undefined;
}

export type FoundProject = { readonly all: readonly OpenProject[] } & (
  | { readonly project: Project; readonly state?: undefined }
  | { readonly project: undefined; readonly state: ConnectionState }
);

/** Returns the file system of a folder. */
type OpenFiles = (root: string) => Promise<FileSystem>;

/**
 * Never rejects because of a file's contents: an invalid file is a state.
 * @param chosen the root of the project to show
 */
export async function findProject(chosen: string | undefined, openFiles: OpenFiles): Promise<FoundProject> {
  if (fileFolders().length === 0) return { all: [], project: undefined, state: { kind: 'no-folder' } };
  const folders = await projectFolders(chosen);
  const shown = shownOf(folders, chosen);
  if (shown === undefined) return { all: [], project: undefined, state: { kind: 'not-connected' } };
  const read = await Promise.all(folders.map(folder => readFolder(folder, openFiles)));
  const all = folders.map(({ name, uri }, index) => ({
    name,
    root: pathOf(uri),
    isShown: folders[index] === shown,
    project: read[index]?.project,
  }));
  const own = read[folders.indexOf(shown)];
  return own?.project === undefined
    ? { all, project: undefined, state: { kind: 'broken-project', why: own?.why ?? '' } }
    : { all, project: own.project };
}

/** The promptforge.json that this window uses, valid or not. @param chosen as for `findProject` */
export async function projectFile(chosen: string | undefined): Promise<vscode.Uri | undefined> {
  const shown = shownOf(await projectFolders(chosen), chosen);
  return shown && fileOf(shown);
}

/** The window's folders that can hold files: all but those of our own documents. */
export function fileFolders(): readonly vscode.WorkspaceFolder[] {
  return (vscode.workspace.workspaceFolders ?? []).filter(folder => isFile(folder.uri));
}

/** The project of a file, the innermost if they are nested; undefined if there is none. */
export function projectOf(path: string, all: readonly OpenProject[]): OpenProject | undefined {
  return all
    .filter(({ root }) => isWithin(path, root))
    .toSorted((one, other) => other.root.length - one.root.length)[0];
}

function isWithin(path: string, folder: string): boolean {
  const inside = relative(folder, path);
  return inside !== '..' && !inside.startsWith(`..${sep}`) && !/^[a-z]:/i.test(inside);
}

/**
 * A folder whose file system does not answer hides no other: it counts as having a project only if it is the chosen one,
 * which must not be exchanged for another, or if there is no other.
 * @throws Error if none has a project and it is unknown whether one of them has
 */
async function projectFolders(chosen: string | undefined): Promise<readonly vscode.WorkspaceFolder[]> {
  const folders = fileFolders();
  const have = await Promise.allSettled(folders.map(folder => exists(fileOf(folder))));
  const found = folders.filter(({ uri }, index) => {
    const has = have[index];
    return has?.status === 'fulfilled' ? has.value : pathOf(uri) === chosen;
  });
  const unknown = have.findIndex(({ status }) => status === 'rejected');
  const [folder, failure] = [folders[unknown], have[unknown]];
  if (found.length > 0 || folder === undefined || failure?.status !== 'rejected') return found;
  const { systemMessage } = await import('../../workspace/workspace-error.ts');
  const why = `${readable(folder.uri)}: The folder cannot be read: ${systemMessage(failure.reason)}`;
  throw new Error(why, { cause: failure.reason });
}

function shownOf(
  folders: readonly vscode.WorkspaceFolder[],
  chosen: string | undefined,
): vscode.WorkspaceFolder | undefined {
  return folders.find(({ uri }) => pathOf(uri) === chosen) ?? folders[0];
}

function fileOf({ uri }: vscode.WorkspaceFolder): vscode.Uri {
  return vscode.Uri.joinPath(uri, PROJECT_FILE);
}

async function readFolder(
  { uri }: vscode.WorkspaceFolder,
  openFiles: OpenFiles,
): Promise<{ readonly project?: Project; readonly why?: string }> {
  const root = pathOf(uri);
  const [{ readProject }, files] = await Promise.all([
    import('../../workspace/project-file.ts'),
    openFiles(root),
  ]);
  try {
    return { project: await readProject(root, files) };
  } catch (error) {
    return { why: error instanceof Error ? error.message : String(error) };
  }
}
