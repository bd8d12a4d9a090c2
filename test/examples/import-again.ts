/**
 * Runs an example as often as its parent process asks, each time as a module of its own with a client that knows nothing
 * yet: the packages that it imports are loaded once.
 */
import type { Ran } from './an-example.ts';

let times = 0;

process.on('message', async (file: string) => {
  const logged: string[] = [];
  const warned: string[] = [];
  console.log = (...words) => logged.push(words.join(' '));
  console.warn = (...words) => warned.push(words.join(' '));
  let failure: string | undefined;
  try {
    await import(`${file}?${times++}`);
  } catch (error) {
    const { code, message } = error as { code?: string; message?: string };
    failure = `${code}: ${message}`;
  }
  const ran: Ran = { logged: logged.join('\n'), warned: warned.join('\n'), failure };
  process.send?.(ran);
});
