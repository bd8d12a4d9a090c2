/**
 * Protects secrets from other users of a machine: a file is for its owner only (0600), and so is a folder (0700). A
 * wider mode is narrowed and reported; a file that cannot be narrowed, or that belongs to someone else, is refused.
 */
import { chmod, lstat, realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { systemErrorReason } from './system-error.ts';

export interface OwnerOnlyOptions {
  /** Called with a sentence about a mode that let others read. */
  readonly onNarrowed: (sentence: string) => void;
  /** The uid of an owner to trust besides this process's user and root, such as that of the enclosing folder. */
  readonly trusted?: number;
}

export class NotOwnerOnly extends Error {
  override readonly name = 'NotOwnerOnly';
}

const GROUP_AND_OTHERS = 0o077;
const GROUP_READS = 0o040;
const SHARED_BY_ALL = 0o1002;
const ROOT = 0;

/**
 * Does nothing if there is no file. Follows a link, whose owner must be trusted, too. Windows has no such modes: there,
 * the access control list of the folder applies, which in a user's profile allows that user, SYSTEM and administrators.
 * A process of another user accepts a file that belongs to root and is readable by its group, because Kubernetes mounts
 * secrets like this (`fsGroup`) and PostgreSQL accepts them.
 * @throws NotOwnerOnly if others keep their access; an error of the file system, with its code
 */
export async function keepToOwner(
  path: string,
  kind: 'file' | 'folder',
  { onNarrowed, trusted }: OwnerOnlyOptions,
): Promise<void> {
  const me = process.geteuid?.();
  if (me === undefined) return;
  try {
    await narrowed(path, kind, me, trusted, onNarrowed);
  } catch (error) {
    // There is no file, or it was deleted meanwhile, such as SQLite's files beside a database.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}

async function narrowed(
  path: string,
  kind: 'file' | 'folder',
  me: number,
  trusted: number | undefined,
  onNarrowed: OwnerOnlyOptions['onNarrowed'],
): Promise<void> {
  const link = await lstat(path);
  if (link.isSymbolicLink()) checkOwner(path, 'link', link.uid, [me, ROOT, trusted]);
  const target = link.isSymbolicLink() ? await realpath(path) : path;
  // Accessed by path, without opening the file: closing it would release SQLite's locks on it in this process.
  const { mode, uid } = await stat(target);
  // Root works with files of other users, so a file may belong to the owner of its folder.
  if (me !== ROOT) checkOwner(path, kind, uid, [me, ROOT, trusted]);
  else if (kind === 'file') checkOwner(path, kind, uid, [ROOT, trusted, (await stat(dirname(target))).uid]);
  if ((mode & SHARED_BY_ALL) === SHARED_BY_ALL)
    throw new NotOwnerOnly(
      `The folder ${path} is shared by all users of this machine. Name a folder in it that is for its owner alone.`,
    );
  const wide = mode & GROUP_AND_OTHERS;
  if (wide === 0 || (kind === 'file' && wide === GROUP_READS && uid === ROOT && me !== ROOT)) return;
  const refused = (why: string, cause?: unknown): NotOwnerOnly =>
    new NotOwnerOnly(`Other users may access the ${kind} ${path} (mode ${octal(mode)}), and ${why}`, {
      cause,
    });
  try {
    await chmod(target, mode & 0o7700);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') throw cause;
    const owner = kind === 'file' ? '0600' : '0700';
    throw refused(
      `it cannot be kept from them: ${systemErrorReason(cause)}. Change its mode to ${owner}, or name another.`,
      cause,
    );
  }
  const now = (await stat(target)).mode;
  if ((now & GROUP_AND_OTHERS) !== 0)
    throw refused('its file system keeps no other mode. Name one on another file system.');
  onNarrowed(
    `Other users of this machine could access the ${kind} ${path} (mode ${octal(mode)}). Its mode is now ${octal(now)}.`,
  );
}

function checkOwner(
  path: string,
  kind: 'file' | 'folder' | 'link',
  uid: number,
  trusted: readonly (number | undefined)[],
): void {
  if (trusted.includes(uid)) return;
  throw new NotOwnerOnly(
    `The ${kind} ${path} belongs to another user (uid ${uid}), who may change it. Change its owner, or name another.`,
  );
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0');
}
