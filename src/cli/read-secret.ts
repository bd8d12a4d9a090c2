/** Reads a key that is typed or piped in: it is neither shown nor part of the command line. */
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { CommandFailure, EXIT } from './exit-code.ts';
import { line, say } from './output.ts';

/** In characters; a key has about sixty. */
const MAX_LENGTH = 4096;

/** Reads stdin, without echo if it is a terminal. @throws CommandFailure if it is empty */
export async function readSecret(what: string): Promise<string> {
  const text = process.stdin.isTTY ? await typed(what) : await piped();
  if (text.trim() !== '') return text.trim();
  throw new CommandFailure(EXIT.usage, 'No key was given. Paste it, or pipe it in: promptforge login < key.');
}

async function typed(what: string): Promise<string> {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: nowhere, terminal: true });
  const left = new AbortController();
  lines.once('SIGINT', () => left.abort());
  try {
    // By now the terminal does not echo, however fast somebody pastes.
    await say(line`${what} (it is not shown):`);
    return await lines.question('', { signal: left.signal });
  } catch (cause) {
    throw new CommandFailure(EXIT.refused, 'Nothing was stored.', { cause });
  } finally {
    lines.close();
  }
}

async function piped(): Promise<string> {
  let text = '';
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += String(chunk);
    if (text.length > MAX_LENGTH)
      throw new CommandFailure(EXIT.usage, 'stdin contains more than a key. Give only the key.');
  }
  return text;
}
