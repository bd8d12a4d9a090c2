/** A local socket that only this user can reach. */
import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Problem } from '../../core/problem.ts';
import { removeStaleSockets, SOCKET, SOCKET_FOLDER } from './stale-sockets.ts';

export interface PrivateSocket extends AsyncDisposable {
  /** The path of a Unix domain socket, in its own folder; or of a named pipe on Windows. */
  readonly path: string;
}

/** Some systems allow 104 bytes, including the terminating zero. */
const MAX_PATH = 103;

/** @throws Problem `unavailable` if no folder can be created for it */
export async function privateSocket(): Promise<PrivateSocket> {
  if (process.platform === 'win32') {
    const path = `\\\\.\\pipe\\promptforge-${process.pid}-${randomBytes(16).toString('hex')}`;
    return { path, async [Symbol.asyncDispose]() {} };
  }
  const causes: unknown[] = [];
  for (const parent of new Set([tmpdir(), '/tmp'])) {
    try {
      await removeStaleSockets(parent);
      // Only its owner may enter it (mode 0700).
      const folder = await mkdtemp(join(parent, SOCKET_FOLDER));
      const path = join(folder, SOCKET);
      const all = { recursive: true, force: true };
      // A second signal ends the process before anything is closed.
      const removeAtExit = () => rmSync(folder, all);
      process.once('exit', removeAtExit);
      const remove = async () => {
        process.off('exit', removeAtExit);
        await rm(folder, all);
      };
      if (Buffer.byteLength(path) <= MAX_PATH) return { path, [Symbol.asyncDispose]: remove };
      await remove();
    } catch (cause) {
      causes.push(cause);
    }
  }
  throw new Problem(
    'unavailable',
    'No temporary folder can be made for the socket between the threads. Name a folder that can be written, with a short path, in TMPDIR, or use --workers 0.',
    {},
    { cause: causes[0] },
  );
}
