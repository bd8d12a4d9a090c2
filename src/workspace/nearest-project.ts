/** Finds the working copy that a folder belongs to. */
import { dirname, join, resolve } from 'node:path';
import type { FileSystem } from './file-system.ts';
import { PROJECT_FILE, type Project, readProject } from './project-file.ts';

/** The project of the folder or of the nearest one above it; undefined if there is none. @throws WorkspaceError */
export async function nearestProject(from: string, files: FileSystem): Promise<Project | undefined> {
  for (let folder = resolve(from); ; folder = dirname(folder)) {
    if ((await files.stat(join(folder, PROJECT_FILE))) !== undefined) return readProject(folder, files);
    if (folder === dirname(folder)) return undefined;
  }
}
