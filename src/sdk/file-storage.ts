/** A storage in files, for Node. Each file is written atomically, and only its owner can read it. */
import { createHash, randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { PromptStorage } from './types.ts';

export type { PromptStorage };

/** Does not follow a link, which may lead anywhere, and does not wait as for a FIFO. Windows has neither flag. */
const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
/** In bytes. A prompt takes up to 32 Mi. */
const MOST = 64 * 1024 * 1024;

/** @param folder contains one file per prompt; created on the first write */
export function fileStorage(folder: string): PromptStorage {
  const fileOf = (key: string) => join(folder, `${createHash('sha256').update(key).digest('hex')}.json`);
  return {
    async get(key) {
      let file: FileHandle;
      try {
        file = await open(fileOf(key), READ);
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
      try {
        await checkOwn(file);
        return await file.readFile('utf8');
      } finally {
        await file.close();
      }
    },
    async set(key, value) {
      const file = fileOf(key);
      const temporary = `${file}.${randomUUID()}.tmp`;
      await mkdir(folder, { recursive: true, mode: 0o700 });
      try {
        await writeFile(temporary, value, { mode: 0o600 });
        await rename(temporary, file);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
  };
}

/** In a folder that others may write to, such as one below /tmp, anybody could plant a text for the model. */
async function checkOwn(file: FileHandle): Promise<void> {
  const found = await file.stat();
  if (!found.isFile() || found.size > MOST) throw new Error('This is not a file of this storage.');
  const user = process.getuid?.();
  if (user !== undefined && (found.uid !== user || (found.mode & 0o022) !== 0))
    throw new Error('The file belongs to another user, or others may write to it.');
}
