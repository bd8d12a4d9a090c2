/** Every byte of a folder, to look for what must not be in it. */
import { glob, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** The files of the folder in one text, a character a byte, so that ASCII is found in any encoding around it. */
export async function folderContents(folder: string): Promise<string> {
  let contents = '';
  for await (const path of glob('**', { cwd: folder })) {
    const file = join(folder, path);
    if ((await stat(file)).isFile()) contents += `${path}\0${await readFile(file, 'latin1')}\0`;
  }
  return contents;
}
