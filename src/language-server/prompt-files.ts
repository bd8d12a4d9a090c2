/** Finds the prompt and samples files of a folder on disk. */
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isPromptName, PROMPT_FILE_EXTENSION, type PromptName } from '../core/name.ts';
import type { ReadableFiles } from '../workspace/file-system.ts';
import { PROJECT_FILE } from '../workspace/project-file.ts';
import { type DiskFileEntry, type FileRole, SAMPLES_EXTENSION } from './files.ts';

/** The maximum depth of folders. */
const MAX_DEPTH = 32;
/** More files than any registry has prompts. */
const MAX_FILES = 50_000;
/** Limited, because a workspace may be a home directory. */
const MAX_FOLDERS = 20_000;
/** Folders of dependencies and repositories, which contain no prompts. */
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', '.git']);

/** The entry of a prompt or samples file; undefined for any other file. */
export function fileEntry(path: string, folder: string): DiskFileEntry | undefined {
  const extension = [SAMPLES_EXTENSION, PROMPT_FILE_EXTENSION].find(each => path.endsWith(each));
  if (extension === undefined) return undefined;
  const role: FileRole = extension === SAMPLES_EXTENSION ? 'samples' : 'prompt';
  return { uri: pathToFileURL(path).href, path, role, name: nameIn(folder, path, extension) };
}

/** Undefined for a file outside of the folder, or whose path is not a prompt's name. */
function nameIn(folder: string, path: string, extension: string): PromptName | undefined {
  const inside = relative(folder, path).split(sep).join('/').slice(0, -extension.length);
  return isPromptName(inside) ? inside : undefined;
}

/**
 * The files below a folder, without links and nested projects; empty if the folder does not exist.
 * @param maxFolders the number of folders that are listed, those nearest to the top first
 */
export async function listPromptFiles(
  folder: string,
  files: ReadableFiles,
  maxFolders = MAX_FOLDERS,
): Promise<readonly DiskFileEntry[]> {
  const found: DiskFileEntry[] = [];
  const folders: { readonly path: string; readonly depth: number }[] = [{ path: folder, depth: 0 }];
  for (let at = 0; at < folders.length && at < maxFolders && found.length < MAX_FILES; at++) {
    const { path, depth } = folders[at]!;
    const entries = (await files.list(path).catch(() => undefined)) ?? []; // deleted, or not readable
    if (depth > 0 && entries.some(({ name }) => name === PROJECT_FILE)) continue;
    for (const { name, kind } of entries) {
      const entry = kind === 'file' ? fileEntry(join(path, name), folder) : undefined;
      if (entry !== undefined) found.push(entry);
      if (kind === 'folder' && depth < MAX_DEPTH && !SKIPPED.has(name))
        folders.push({ path: join(path, name), depth: depth + 1 });
    }
  }
  return found.slice(0, MAX_FILES);
}
