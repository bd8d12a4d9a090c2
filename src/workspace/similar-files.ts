/** Suggests partials in a folder for a missing one. */
import { join } from 'node:path';
import type { SimilarPartials } from '../core/link.ts';
import { folderOf, isPromptName, PROMPT_FILE_EXTENSION, type PromptName } from '../core/name.ts';
import { endsWithSegment, partialSegment } from '../core/name-case.ts';
import { isSpelledSo } from '../disk/spelling.ts';
import type { FileSystem, FolderEntry } from './file-system.ts';
import { diskOf } from './source-file.ts';

/** The limits of folders and names that the search visits. */
const MOST_FOLDERS = 200;
const MOST_NAMES = 5000;

/**
 * Looks beside what was looked for, in other case, and with `everywhere` in all folders below `root`, those nearest to
 * it first.
 */
export function similarFiles(root: string, files: FileSystem, everywhere: boolean): SimilarPartials {
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
      // Listed under another case, what is in it would get names that it does not have.
      if (await isSpelledSo(join(root, folder), root, diskOf(files))) await look(folder);
    }
    const queue = everywhere && candidates.length > 0 ? [''] : [];
    for (let at = 0; at < queue.length && at < MOST_FOLDERS && names < MOST_NAMES; at++)
      queue.push(...(await look(queue[at] as string)));
    return found;
  };
}

/** In order of name; empty if it cannot be listed. */
async function listed(files: FileSystem, folder: string): Promise<FolderEntry[]> {
  try {
    return [...((await files.list(folder)) ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return []; // the partial is missing all the same, and that is what is told
  }
}
