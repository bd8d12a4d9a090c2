/** Finds the folder that paths of a repository's files are relative to in CI. */
import { dirname, join, relative, sep } from 'node:path';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { isInside } from '../../workspace/source-file.ts';

/** The repository of the working directory, otherwise the one that CI checked out, otherwise the working directory. */
export async function sourceRoot(): Promise<string> {
  const here = process.cwd();
  for (let folder = here; ; folder = dirname(folder)) {
    if ((await nodeFileSystem.stat(join(folder, '.git'))) !== undefined) return folder;
    if (folder === dirname(folder)) break;
  }
  const checkedOut = process.env['GITHUB_WORKSPACE'] || process.env['CI_PROJECT_DIR'] || '';
  return checkedOut !== '' && isInside(checkedOut, here) ? checkedOut : here;
}

/** The path relative to the root, with forward slashes; absolute for a file outside of it. */
export function pathFrom(root: string, file: string): string {
  return (isInside(root, file) ? relative(root, file) : file).split(sep).join('/');
}
