/** Finds the files for `promptforge check`: the given ones, and those below given folders. */
import { basename, dirname, join, resolve } from 'node:path';
import { PROMPT_FILE_EXTENSION } from '../../core/name.ts';
import { nodeFileSystem } from '../../workspace/node-file-system.ts';
import { isInside } from '../../workspace/source-file.ts';
import { systemMessage, WorkspaceError } from '../../workspace/workspace-error.ts';
import { type CheckFinding, WHOLE_FILE } from './finding.ts';

/** Maximum depth of folders. */
const MAX_DEPTH = 32;
/** Folders of dependencies and repositories, which contain no prompts. */
const SKIPPED = new Set(['node_modules', '.git']);
const SAMPLES_EXTENSION = '.samples.yaml';

export interface FoundFiles {
  /** Absolute, in order. */
  readonly prompts: readonly string[];
  /** The prompts' samples files, and others that were named or found. */
  readonly samples: readonly string[];
  /** Errors for links that are broken or lead outside, and for folders that are too deep or cannot be read. */
  readonly findings: readonly CheckFinding[];
}

/** @throws WorkspaceError `file_missing` for a path that does not exist */
export async function findFiles(paths: readonly string[]): Promise<FoundFiles> {
  const prompts = new Set<string>();
  const samples = new Set<string>();
  const findings: CheckFinding[] = [];
  const wrong = (file: string, code: string, message: string) =>
    findings.push({ file, level: 'error', code, message, ...WHOLE_FILE });
  const add = (file: string): void => {
    if (file.endsWith(SAMPLES_EXTENSION)) samples.add(file);
    else prompts.add(file);
  };

  const below = async (folder: string, top: string, depth: number): Promise<void> => {
    if (depth > MAX_DEPTH)
      return void wrong(
        folder,
        'too-deep',
        `Folders are searched ${MAX_DEPTH} levels deep. Name this one explicitly.`,
      );
    let entries: Awaited<ReturnType<typeof nodeFileSystem.list>>;
    try {
      entries = await nodeFileSystem.list(folder);
    } catch (error) {
      return void wrong(folder, 'unreadable', `The folder cannot be read: ${systemMessage(error)}`);
    }
    for (const { name, kind } of entries ?? []) {
      const path = join(folder, name);
      const isOurs = name.endsWith(PROMPT_FILE_EXTENSION) || name.endsWith(SAMPLES_EXTENSION);
      if (kind === 'folder' && !SKIPPED.has(name)) await below(path, top, depth + 1);
      else if (kind === 'file' && isOurs) add(path);
      else if (kind === 'link' && isOurs) {
        const target = await nodeFileSystem.realpath(path);
        if (target === undefined) wrong(path, 'unreadable', 'The link is broken.');
        else if (!isInside(top, target))
          wrong(path, 'outside', 'The link points outside the folder. Put the file itself here.');
        else if ((await nodeFileSystem.stat(path))?.kind === 'file') add(path);
      }
    }
  };

  for (const path of paths.map(each => resolve(each))) {
    const found = await nodeFileSystem.stat(path);
    if (found === undefined) throw new WorkspaceError('file_missing', path, 'There is no such file.');
    if (found.kind === 'folder') await below(path, (await nodeFileSystem.realpath(path)) ?? path, 0);
    else if (found.kind === 'other') wrong(path, 'unreadable', 'This is not a file.');
    else {
      add(path);
      const beside = samplesOf(path);
      if (beside !== undefined && (await nodeFileSystem.stat(beside))?.kind === 'file') add(beside);
    }
  }
  return { prompts: [...prompts].sort(), samples: [...samples].sort(), findings };
}

/** The samples of a prompt's file; undefined for another file. */
export function samplesOf(file: string): string | undefined {
  if (!file.endsWith(PROMPT_FILE_EXTENSION)) return undefined;
  return `${file.slice(0, -PROMPT_FILE_EXTENSION.length)}${SAMPLES_EXTENSION}`;
}

/** The file of the prompt that samples are for; it need not exist. */
export function promptOfSamples(file: string): string {
  return join(dirname(file), `${basename(file, SAMPLES_EXTENSION)}${PROMPT_FILE_EXTENSION}`);
}
