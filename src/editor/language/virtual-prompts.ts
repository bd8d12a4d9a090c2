/** Prompt and samples files in virtual folders, which VS Code's search does not know and the language server cannot read. */
import * as vscode from 'vscode';
import { MAX_FILE_BYTES } from '../../language-server/files.ts';
import { listPromptFiles } from '../../language-server/prompt-files.ts';
import { isFile, pathOf, uriOf } from '../files/paths.ts';
import { orNothing, virtualFiles } from '../files/virtual-files.ts';
import { isPromptOrSamples } from './place-of-file.ts';

/** Each is a request, perhaps to a server. Prompts are near the top of a repository. */
const MAX_FOLDERS = 1_000;

/** The files of the window's virtual folders. */
export async function virtualPrompts(): Promise<vscode.Uri[]> {
  const folders = (vscode.workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme !== 'file');
  const lists = await Promise.all(
    folders.map(({ uri }) => (isFile(uri) ? listPromptFiles(pathOf(uri), virtualFiles, MAX_FOLDERS) : [])),
  );
  return lists.flat().map(({ path }) => uriOf(path));
}

/** The text of a prompt or samples file of this window; null for any other file, and for one that cannot be read. */
export async function textOf(uri: vscode.Uri): Promise<string | null> {
  if (!isFile(uri) || !isPromptOrSamples(uri)) return null;
  const size = (await orNothing(vscode.workspace.fs.stat(uri)))?.size ?? Number.POSITIVE_INFINITY;
  return size > MAX_FILE_BYTES ? null : new TextDecoder().decode(await vscode.workspace.fs.readFile(uri));
}
