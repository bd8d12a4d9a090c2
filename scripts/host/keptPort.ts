// Keeps the same port for each start, because a browser stores the workbench's layout by its address.

import { readFile, writeFile } from 'node:fs/promises';
import { freePort, isFree } from './freePort.ts';

/**
 * Returns the port stored in a file, or if that is in use another free port, which it stores in the file.
 * @param file an absolute path in an existing folder
 */
export async function keptPort(file: string): Promise<number> {
  const kept = Number(await readFile(file, 'utf8').catch(() => ''));
  if (Number.isInteger(kept) && kept > 1023 && kept < 65_536 && (await isFree(kept))) return kept;
  const port = await freePort();
  await writeFile(file, `${port}\n`);
  return port;
}
