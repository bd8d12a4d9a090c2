/** Finds the topmost folder in which a file's partials are looked up: never beyond the registry's rules or the project. */
import { dirname, join, resolve } from 'node:path';
import type { FileSystem } from '../workspace/file-system.ts';
import { PROJECT_FILE, readProject } from '../workspace/project-file.ts';
import { isInside } from '../workspace/source-file.ts';

/**
 * The prompts folder of the nearest `promptforge.json` above the file (that file's own folder for a prompt outside it),
 * otherwise the folder of the repository; undefined if the file is in neither.
 * @throws WorkspaceError if the `promptforge.json` is invalid
 */
export async function partialsRoot(file: string, files: FileSystem): Promise<string | undefined> {
  const from = dirname(resolve(file));
  let repository: string | undefined;
  for (const folder of upward(from)) {
    if ((await files.stat(join(folder, PROJECT_FILE))) !== undefined) {
      const { promptsFolder } = await readProject(folder, files);
      return isInside(promptsFolder, from) ? promptsFolder : folder;
    }
    if (repository === undefined && (await files.stat(join(folder, '.git'))) !== undefined)
      repository = folder;
  }
  return repository;
}

/** The folder and each above it. */
function* upward(folder: string): Generator<string> {
  for (let next = folder; ; next = dirname(next)) {
    yield next;
    if (next === dirname(next)) return;
  }
}
