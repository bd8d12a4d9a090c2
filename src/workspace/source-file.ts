/** Reads a prompt file; messages name the file and the position of an error. */
import { dirname, sep } from 'node:path';
import { Problem } from '../core/problem.ts';
import { decodeSource, MAX_SOURCE_BYTES } from '../core/source.ts';
import type { Disk } from '../disk/spelling.ts';
import type { ReadableFiles } from './file-system.ts';
import { systemMessage, WorkspaceError } from './workspace-error.ts';

/**
 * Reads the exact source of a file; undefined if there is none. `shown` is its name in messages.
 * @throws WorkspaceError `unreadable`
 * @throws Problem `too_large`, or `invalid_source` if it is not UTF-8
 */
export async function readSource(
  path: string,
  shown: string,
  files: ReadableFiles,
): Promise<string | undefined> {
  let bytes: Uint8Array | undefined;
  try {
    const stat = await files.stat(path);
    // Checked first, so that a huge file is not read into memory.
    if (stat !== undefined && stat.size > MAX_SOURCE_BYTES) throw tooLarge(shown, stat.size);
    // Reading a pipe would wait for its writer.
    if (stat?.kind === 'other')
      throw new WorkspaceError('unreadable', path, 'This is not a file.', { shownAs: shown });
    bytes = await files.readFile(path);
  } catch (cause) {
    if (Problem.is(cause) || WorkspaceError.is(cause)) throw cause;
    throw new WorkspaceError('unreadable', path, `The file cannot be read: ${systemMessage(cause)}`, {
      cause,
      shownAs: shown,
    });
  }
  if (bytes === undefined) return undefined;
  try {
    return decodeSource(bytes);
  } catch (error) {
    throw Problem.is(error) ? named(error, shown) : error;
  }
}

function tooLarge(shown: string, size: number): Problem {
  return new Problem(
    'too_large',
    `${shown}: A prompt's source has at most 1 MiB (${MAX_SOURCE_BYTES} bytes); this one has ${size}. Split it into partials.`,
  );
}

/** Returns the problem with a message that begins with the file and the position of the first issue. */
export function named(problem: Problem, shown: string): Problem {
  const { issues = [] } = problem.details;
  const [first] = issues;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  const message =
    first === undefined
      ? `${shown}: ${problem.message}`
      : `${shown}:${first.line}:${first.column}: ${first.message}${more}`;
  return new Problem(problem.code, message, problem.details, { cause: problem });
}

/**
 * Checks that a path is in `folder`, and that no link on the way or at the path leads out of it.
 * @throws WorkspaceError `outside`
 */
export async function checkInside(
  path: string,
  folder: string,
  shown: string,
  files: ReadableFiles,
): Promise<void> {
  if (!isInside(folder, path))
    throw new WorkspaceError('outside', path, 'This is not in the prompts folder.', { shownAs: shown });
  const root = await files.realpath(folder);
  if (root === undefined) return; // created when the first file is written
  for (let place = path; isInside(folder, place); place = dirname(place)) {
    const real = await files.realpath(place);
    if (real === undefined) continue;
    if (isInside(root, real)) return;
    throw new WorkspaceError(
      'outside',
      path,
      'A link leads out of the prompts folder here, so this file is neither read nor written. Put the file itself here.',
      { shownAs: shown },
    );
  }
}

/** Refuses to replace a read-only file, although most disks would allow it. @throws WorkspaceError `not_writable` */
export async function checkNotReadOnly(path: string, shown: string, files: ReadableFiles): Promise<void> {
  if ((await files.stat(path))?.isReadOnly !== true) return;
  throw new WorkspaceError(
    'not_writable',
    path,
    'The file is read-only, so it was left as it is. Make it writable, then try again.',
    { shownAs: shown },
  );
}

/** Adapts a file system for `isSpelledSo`. A folder that cannot be listed has no names. */
export function diskOf(files: ReadableFiles): Disk {
  return {
    exists: async path => (await files.stat(path)) !== undefined,
    names: async folder => (await files.list(folder).catch(() => undefined))?.map(({ name }) => name) ?? [],
  };
}

/** Returns true if `path` is `folder` or below it, comparing only the paths; both absolute. */
export function isInside(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
