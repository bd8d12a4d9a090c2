/**
 * Explains errors of the file system, because the system's own message contains a call, a number and the path again.
 */

/** By the `code` of Node's errors, VS Code's `FileSystemError` and our own errors. */
const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  NoPermissions: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOENT: 'there is no such file',
  FileNotFound: 'there is no such file',
  ENOTDIR: 'a part of its path is a file',
  FileNotADirectory: 'a part of its path is a file',
  EISDIR: 'it is a folder',
  FileIsADirectory: 'it is a folder',
  EEXIST: 'a file of this name is in the way',
  FileExists: 'a file of this name is in the way',
  ENOTEMPTY: 'the folder is not empty',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of this user is used up',
  EFBIG: 'the file is too large for this file system',
  ENAMETOOLONG: 'its name or path is too long',
  ELOOP: 'its links lead in a circle',
  EBUSY: 'another program uses it',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
  EIO: 'the disk reports an error',
  ENXIO: 'nothing is at the other end of it',
  EINVAL: 'the system does not accept its name',
  ERR_INVALID_ARG_VALUE: 'the system does not accept its name',
  Unavailable: 'its file system does not answer',
  NOT_A_FILE: 'it is a pipe or a device',
  OVER_256_MIB: 'it is over 256 MiB',
  ERR_FS_FILE_TOO_LARGE: 'it is over 2 GiB',
};

/** A clause without a full stop, such as `permission denied`. An unknown code is reported as it is. */
export function systemErrorReason(error: unknown): string {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  if (typeof code !== 'string' || code === '') return 'the system refuses it';
  if (code === 'Unknown') return reasonOfProvider((error as { readonly message?: unknown }).message);
  return Object.hasOwn(WORDS, code) ? (WORDS[code] as string) : `the system reports ${code}`;
}

/** VS Code knows no code for what a virtual file system reports, but its message may say more. */
function reasonOfProvider(message: unknown): string {
  const why = typeof message === 'string' ? message.trim().replace(/\.$/, '') : '';
  return why === '' ? 'its file system refuses it' : `its file system reports "${why}"`;
}
