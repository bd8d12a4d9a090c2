/**
 * Reads the key that a command sends to a registry. It is never an argument, because other users of the machine can read
 * the command line.
 */
import { CommandFailure, EXIT } from './exit-code.ts';
import { readBytes } from './read-bytes.ts';

const LONGEST = { bytes: 64 * 1024, sentence: 'The file is too large for a key.' };

/**
 * @param file a file with the key; undefined to read the environment variable PROMPTFORGE_KEY
 * @param why the first sentence of the error if there is none
 * @throws CommandFailure
 */
export async function keyFrom(file: string | undefined, why: string): Promise<string> {
  const key = file === undefined ? process.env['PROMPTFORGE_KEY'] : await keyIn(file);
  if (key !== undefined && key.trim() !== '') return key.trim();
  throw new CommandFailure(EXIT.usage, `${why} Give one in PROMPTFORGE_KEY or with --key-file.`);
}

async function keyIn(file: string): Promise<string> {
  return (await readBytes(file, LONGEST)).toString('utf8');
}
