/** The kind of a file for the language server, and the prompt name that its path implies. */
import { posix, relative, sep } from 'node:path';
import * as vscode from 'vscode';
import { isPromptName, PROMPT_FILE_EXTENSION, type PromptName } from '../../core/name.ts';
import { type FileEntry, type FileRole, SAMPLES_EXTENSION } from '../../language-server/files.ts';
import { otherProjectOf } from '../connection/other-project.ts';
import type { Session } from '../connection/session.ts';
import { isFile, pathOf, uriOf } from '../files/paths.ts';
import { parseVersionUri, SCHEME } from '../versions/uri.ts';

export const LANGUAGE = 'dotprompt';

export interface PlaceOfFile {
  readonly role: FileRole;
  readonly name: PromptName | undefined;
}

/** Undefined for a document that is neither a prompt nor samples. */
export function placeOfDocument(
  { uri, languageId }: vscode.TextDocument,
  session: Session,
): PlaceOfFile | undefined {
  if (isFile(uri) && uri.path.endsWith(SAMPLES_EXTENSION)) {
    if (otherProjectOf(pathOf(uri), session) !== undefined) return undefined;
    return { role: 'samples', name: nameOf(uri, SAMPLES_EXTENSION, session) };
  }
  if (languageId !== LANGUAGE) return undefined;
  // A file of another project is highlighted, but neither checked nor used by this one.
  if (isFile(uri) && otherProjectOf(pathOf(uri), session) !== undefined)
    return { role: 'version', name: undefined };
  if (uri.scheme === SCHEME) return { role: 'version', name: parseVersionUri(uri)?.prompt };
  // For example, the left side of a comparison with git: a copy of the prompt that must not be found.
  if (!isFile(uri)) return { role: 'version', name: undefined };
  return { role: 'prompt', name: nameOf(uri, PROMPT_FILE_EXTENSION, session) };
}

/** The place of a file on disk, by its name only. */
export function placeOfPath(uri: vscode.Uri, session: Session): PlaceOfFile | undefined {
  if (uri.path.endsWith(SAMPLES_EXTENSION))
    return { role: 'samples', name: nameOf(uri, SAMPLES_EXTENSION, session) };
  if (uri.path.endsWith(PROMPT_FILE_EXTENSION))
    return { role: 'prompt', name: nameOf(uri, PROMPT_FILE_EXTENSION, session) };
  return undefined;
}

/** By its name only. */
export function isPromptOrSamples({ path }: vscode.Uri): boolean {
  return path.endsWith(PROMPT_FILE_EXTENSION) || path.endsWith(SAMPLES_EXTENSION);
}

/** The data the server needs to read a file itself; undefined for an irrelevant file. */
export function entryOf(uri: vscode.Uri, session: Session): FileEntry | undefined {
  const isOurs = isFile(uri) && otherProjectOf(pathOf(uri), session) === undefined;
  const place = isOurs ? placeOfPath(uri, session) : undefined;
  return place && { uri: uri.toString(), path: uri.scheme === 'file' ? uri.fsPath : undefined, ...place };
}

/** The folder for the file of a new prompt that a document mentions. */
export function folderOf(uri: vscode.Uri, { project }: Session): vscode.Uri {
  if (project !== undefined) return uriOf(project.promptsFolder);
  return vscode.workspace.getWorkspaceFolder(uri)?.uri ?? uri.with({ path: posix.dirname(uri.path) });
}

/** A value that changes when files may have another role for the server. */
export function scopeOf({ project, projects }: Session): string {
  return JSON.stringify([project?.promptsFolder, projects.map(({ root }) => root)]);
}

/** The name in the project's prompts folder, or in the workspace folder if there is no project. */
function nameOf(uri: vscode.Uri, extension: string, { project }: Session): PromptName | undefined {
  const around = vscode.workspace.getWorkspaceFolder(uri);
  const folder = project?.promptsFolder ?? (around && pathOf(around.uri));
  if (folder === undefined || !uri.path.endsWith(extension)) return undefined;
  const inside = relative(folder, pathOf(uri)).split(sep).join('/').slice(0, -extension.length);
  return isPromptName(inside) ? inside : undefined;
}
