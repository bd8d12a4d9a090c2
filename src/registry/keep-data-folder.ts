/** Restricts a data folder and the registry's own files to their owner, whenever they are opened. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { keepToOwner, NotOwnerOnly } from '../disk/owner-only.ts';
import { DataFolderProblem } from './data-folder-problem.ts';

/** The files of a registry: `registry.db` with SQLite's files beside it, `registry-key.pem` and others. */
const OURS = /^registry[.-]/;
/** The only entry at the top of a new file system. */
const LOST_AND_FOUND = 'lost+found';

/** Called with a sentence about what others could read until now; default: a process warning. */
export type OnNarrowed = (sentence: string) => void;

/**
 * Restricts the folder first, so that nobody changes files in it meanwhile.
 * @throws DataFolderProblem `not_private` if others keep their access, or if the folder has files that are not a
 * registry's: then its mode is not PromptForge's to change
 */
export async function keepDataFolder(folder: string, onNarrowed: OnNarrowed = warn): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true });
  const ours = entries.filter(entry => OURS.test(entry.name) && !entry.isDirectory());
  if (ours.length === 0 && entries.some(({ name }) => name !== LOST_AND_FOUND)) await checkIsKept(folder);
  await translated(() => keepToOwner(folder, 'folder', { onNarrowed }));
  const { uid: trusted } = await stat(folder);
  for (const { name } of ours)
    await translated(() => keepToOwner(join(folder, name), 'file', { onNarrowed, trusted }));
}

/** Restricts a secret's file to its owner, in any folder. @throws DataFolderProblem `not_private` */
export function keepSecretFile(file: string, onNarrowed: OnNarrowed = warn): Promise<void> {
  return translated(() => keepToOwner(file, 'file', { onNarrowed }));
}

async function checkIsKept(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  if (process.platform === 'win32' || (mode & 0o077) === 0) return;
  throw new DataFolderProblem(
    'not_private',
    `Other users may access the folder ${folder}, and it holds files that are no registry's. Name a folder for the registry alone, or change the mode of this one to 0700.`,
  );
}

async function translated(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (cause) {
    if (!(cause instanceof NotOwnerOnly)) throw cause;
    throw new DataFolderProblem('not_private', cause.message, { cause });
  }
}

function warn(sentence: string): void {
  process.emitWarning(sentence);
}
