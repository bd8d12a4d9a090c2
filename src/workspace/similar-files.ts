/** Suggests partials in a folder for a missing one. */
import { join } from 'node:path';
import type { SimilarPartials } from '../core/link.ts';
import { folderOf, isPromptName, PROMPT_FILE_EXTENSION, type PromptName } from '../core/name.ts';
import { endsWithSegment, partialSegment } from '../core/name-case.ts';
import { isSpelledSo } from '../disk/spelling.ts';
import type { FolderEntry, ReadableFiles } from './file-system.ts';
import { diskOf } from './source-file.ts';

/** The limits of folders and names that the search visits. */
const MOST_FOLDERS = 200;
const MOST_NAMES = 5000;

/**
 * Looks beside the missing partial, ignoring case, and with `everywhere` in all folders below `root`, those nearest to
 * it first.
 */
export function similarFiles(root: string, files: ReadableFiles, everywhere: boolean): SimilarPartials {
  return async (candidates, reference) => {
    const last = partialSegment(reference);
    const found: PromptName[] = [];
    let names = 0;
    const look = async (folder: string): Promise<string[]> => {
      const entries = await listed(files, join(root, folder));
      const inside = (name: string) => (folder === '' ? name : `${folder}/${name}`);
      for (const { name, kind } of entries) {
        if (kind === 'folder' || !name.endsWith(PROMPT_FILE_EXTENSION)) continue;
        const partial = inside(name.slice(0, -PROMPT_FILE_EXTENSION.length));
        if (isPromptName(partial) && endsWithSegment(partial, last) && !found.includes(partial))
          found.push(partial);
      }
      names += entries.length;
      const folders = entries.filter(({ name, kind }) => kind === 'folder' && isPromptName(name));
      return folders.map(({ name }) => inside(name));
    };
    for (const folder of new Set(candidates.map(folderOf))) {
      // Listed with another case, its files would get wrong names.
      if (await isSpelledSo(join(root, folder), root, diskOf(files))) await look(folder);
    }
    const queue = everywhere && candidates.length > 0 ? [''] : [];
    for (let at = 0; at < queue.length && at < MOST_FOLDERS && names < MOST_NAMES; at++)
      queue.push(...(await look(queue[at] as string)));
    return found;
  };
}

/** The entries in order of name; empty if the folder cannot be listed. */
async function listed(files: ReadableFiles, folder: string): Promise<FolderEntry[]> {
  try {
    return [...((await files.list(folder)) ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return []; // the missing partial is reported anyway
  }
}
