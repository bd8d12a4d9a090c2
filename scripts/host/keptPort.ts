// The same port at each start: a browser keeps a workbench's layout by its address.

import { readFile, writeFile } from 'node:fs/promises';
import { freePort, isFree } from './freePort.ts';

/**
 * The port that a file names, while nobody else has it; else a free one, which the file names from then on.
 * @param file an absolute path, in a folder that is there
 */
export async function keptPort(file: string): Promise<number> {
  const kept = Number(await readFile(file, 'utf8').catch(() => ''));
  if (Number.isInteger(kept) && kept > 1023 && kept < 65_536 && (await isFree(kept))) return kept;
  const port = await freePort();
  await writeFile(file, `${port}\n`);
  return port;
}
