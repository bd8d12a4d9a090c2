// Puts a settings.json where a VS Code reads it.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes `settings.json` into a folder that is made if need be.
 * @param keep whether a file that is there already stays as it is
 */
export async function writeSettings(
  folder: string,
  settings: Readonly<Record<string, unknown>>,
  keep: boolean,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const text = `${JSON.stringify(settings, null, 2)}\n`;
  await writeFile(join(folder, 'settings.json'), text, { flag: keep ? 'wx' : 'w' }).catch(error => {
    if (!(keep && error.code === 'EEXIST')) throw error;
  });
}
