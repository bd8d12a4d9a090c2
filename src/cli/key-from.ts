/** The key that a command shows a registry. Never from the command line, which other users of the machine can read. */
import { readFile } from 'node:fs/promises';
import { whyRefused } from '../disk/why-refused.ts';
import { CommandFailure, EXIT } from './exit-code.ts';

/**
 * @param file undefined: the environment variable PROMPTFORGE_KEY
 * @param why said where there is none, before where to put it
 * @throws CommandFailure
 */
export async function keyFrom(file: string | undefined, why: string): Promise<string> {
  const key = file === undefined ? process.env['PROMPTFORGE_KEY'] : await keyIn(file);
  if (key !== undefined && key.trim() !== '') return key.trim();
  throw new CommandFailure(EXIT.usage, `${why} Give one in PROMPTFORGE_KEY or with --key-file.`);
}

async function keyIn(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CommandFailure(EXIT.environment, `${file} cannot be read: ${whyRefused(cause)}.`, { cause });
  }
}
