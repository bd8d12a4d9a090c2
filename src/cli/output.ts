/** What the command prints: results to stdout, everything said to a person to stderr, never a key but a new one. */
import { redactKeys } from '../core/key.ts';
import { CommandFailure, EXIT } from './exit-code.ts';

/** A result. Text that does not end a line gets its end. */
export async function print(text: string): Promise<void> {
  await write(process.stdout, text.endsWith('\n') ? text : `${text}\n`);
}

/**
 * A text whose every byte counts. Only on a terminal does its last line get its end, so that the shell's prompt begins
 * a line of its own.
 */
export async function printText(text: string): Promise<void> {
  await (process.stdout.isTTY ? print(text) : write(process.stdout, text));
}

export function printJson(value: unknown): Promise<void> {
  return print(JSON.stringify(value, null, 2));
}

/** A sentence beside the result. Whatever it quotes, no key of it is shown. */
export async function say(text: string): Promise<void> {
  await write(process.stderr, `${redactKeys(text)}\n`);
}

/** A line of the log of "serve": one JSON object. */
export function log(entry: object): void {
  process.stdout.write(`${JSON.stringify(entry)}\n`);
}

/**
 * Resolves when the text is handed over, or the reader of a pipe has gone.
 * @throws CommandFailure when it cannot be written, to a full disk for one
 */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error?: NodeJS.ErrnoException | null) => {
      if (!error || error.code === 'EPIPE') return resolve();
      const why = error.code === 'ENOSPC' ? 'the disk is full' : error.message;
      reject(new CommandFailure(EXIT.environment, `The output cannot be written: ${why}.`, { cause: error }));
    });
  });
}

/** Rows under their headings, as columns two spaces apart; an empty cell is "–". */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [headings, ...rows.map(row => row.map(cell => (cell === '' ? '–' : cell)))];
  const widths = headings.map((_, column) => Math.max(...lines.map(line => line[column]?.length ?? 0)));
  return lines
    .map(line =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
