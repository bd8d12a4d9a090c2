/**
 * Checks that a path in the prompts folder belongs to the project: neither outside through a link, nor in another
 * project.
 */
import { dirname, join } from 'node:path';
import type { FileSystem } from './file-system.ts';
import { PROJECT_FILE } from './project-file.ts';
import { checkInside, isInside } from './source-file.ts';
import { WorkspaceError } from './workspace-error.ts';

/**
 * @param folder the prompts folder
 * @param shown returns a path's name in messages, relative to the workspace
 * @throws WorkspaceError `outside`
 */
export async function checkOwn(
  path: string,
  folder: string,
  shown: (path: string) => string,
  files: FileSystem,
): Promise<void> {
  await checkInside(path, folder, shown(path), files);
  for (let above = dirname(path); above !== folder && isInside(folder, above); above = dirname(above)) {
    if ((await files.stat(join(above, PROJECT_FILE))) === undefined) continue;
    const why = `This belongs to the project in ${shown(above)}, which has a ${PROJECT_FILE} of its own.`;
    throw new WorkspaceError('outside', path, why, { shownAs: shown(path) });
  }
}
