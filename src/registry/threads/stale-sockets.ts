/** Folders of sockets that a process left behind which was killed. */
import { lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

/** Of the folders of sockets, in the folder for temporary files. */
export const SOCKET_FOLDER = 'promptforge-socket-';
/** Of the socket in such a folder. */
export const SOCKET = 's';

/** In ms. A younger one may be of a process that is about to listen. */
const YOUNGEST = 60_000;
/** Looked at in one go: what is more is left to the next start. */
const MOST = 100;

/**
 * Removes this user's socket folders without a listener. Asks the socket itself, because a process ID may be reused, or
 * belong to another container. Folders that cannot be read or removed are kept.
 */
export async function removeStaleSockets(parent: string): Promise<void> {
  const names = await readdir(parent).catch(() => []);
  const folders = names.filter(name => name.startsWith(SOCKET_FOLDER)).slice(0, MOST);
  await Promise.all(folders.map(name => removeIfStale(join(parent, name)).catch(() => {})));
}

async function removeIfStale(folder: string): Promise<void> {
  const found = await lstat(folder);
  if (!found.isDirectory() || found.uid !== process.getuid?.()) return;
  if (Date.now() - found.mtimeMs < YOUNGEST) return;
  const [name, ...others] = await readdir(folder);
  if (others.length > 0) return;
  if (name !== undefined) {
    const socket = join(folder, name);
    if (name !== SOCKET || !(await lstat(socket)).isSocket() || !(await isRefused(socket))) return;
    await unlink(socket);
  }
  // Nothing of a folder that somebody has put something into meanwhile.
  await rmdir(folder);
}

/** Returns whether nobody listens. Any other answer, such as that too many wait, is somebody's. */
function isRefused(path: string): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(path);
    const answered = (is: boolean) => {
      socket.destroy();
      resolve(is);
    };
    socket.once('connect', () => answered(false));
    socket.once('error', error => answered((error as NodeJS.ErrnoException).code === 'ECONNREFUSED'));
  });
}
