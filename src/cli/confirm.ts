/** Asks for confirmation on a terminal before a change that affects others; scripts use --yes. */
import { createInterface } from 'node:readline/promises';
import { CommandFailure, EXIT } from './exit-code.ts';
import { line, say, type TerminalText } from './output.ts';

/** @throws CommandFailure if the answer is no, or there is no terminal */
export async function confirm(question: TerminalText, isAgreed: boolean): Promise<void> {
  if (isAgreed) return;
  if (!process.stdin.isTTY)
    throw new CommandFailure(EXIT.usage, `${question} There is no terminal for confirmation: add --yes.`);
  await say(line`${question} [y/N]`);
  const lines = createInterface({ input: process.stdin });
  try {
    const answered = Promise.withResolvers<string>();
    lines.once('line', answered.resolve);
    lines.once('close', () => answered.resolve(''));
    if (/^y(es)?$/i.test((await answered.promise).trim())) return;
  } finally {
    lines.close();
  }
  throw new CommandFailure(EXIT.refused, 'Nothing was done.');
}
