/** The content of a file that no one is writing: a program may empty a file before it writes it. */
import { setTimeout as sleep } from 'node:timers/promises';

/** In ms: longer than a program takes between emptying a file of a prompt and writing it. */
const UNCHANGED_FOR = 100;

/**
 * What `read` gave twice, some time apart, as one element: undefined is no file. Nothing where the two differ, or where
 * the file is empty, which nobody merges to. Whoever writes on causes another look.
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
