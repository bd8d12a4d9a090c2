// Writes a settings.json for VS Code.

import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Writes `settings.json` into a folder, which is created if it does not exist.
 * @param keep true to keep an existing file
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
