/** The content of a file that no one is writing: a program may empty a file before it writes it. */
import { setTimeout as sleep } from 'node:timers/promises';

/** In ms: longer than programs take between truncating a file and writing it. */
const UNCHANGED_FOR = 100;

/**
 * Reads twice, some time apart, and returns the result as the only element if both agree; undefined means no file.
 * Returns an empty array if they differ or the file is empty, which nobody merges to. Each further write causes another
 * read.
 */
export async function readSettled(
  read: () => Promise<string | undefined>,
  unchangedFor = UNCHANGED_FOR,
): Promise<[string | undefined] | []> {
  const before = await read();
  if (before === '') return [];
  await sleep(unchangedFor);
  return (await read()) === before ? [before] : [];
}
