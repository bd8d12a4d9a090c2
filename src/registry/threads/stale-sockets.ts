/** Removes folders of sockets that killed processes left behind. */
import { lstat, readdir, rmdir, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';

/** The prefix of socket folders in the folder for temporary files. */
export const SOCKET_FOLDER = 'promptforge-socket-';
/** The name of the socket in such a folder. */
export const SOCKET = 's';

/** In ms: a younger folder may belong to a process that is about to listen. */
const YOUNGEST = 60_000;
/** The maximum number of folders to check; the rest is left to the next start. */
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
  // Fails for a folder that is not empty.
  await rmdir(folder);
}

/** Returns true if nobody listens. Any other error, such as a full queue, means that somebody does. */
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
