/**
 * The only module of the command that writes output. Sentences and tables are `TerminalText`, which only `line`,
 * `lines` and `table` create: they escape their values, so that no reason, name or path can look like a line of its
 * own. JSON and the text of prompts are printed exactly, by separate functions.
 */
import { redactKeys } from '../core/key.ts';
import { isBlank, oneLine, visibleJson, visibleLines } from '../core/visible-text.ts';
import { systemErrorReason } from '../disk/system-error.ts';
import { CommandFailure, EXIT } from './exit-code.ts';

declare const shownBrand: unique symbol;
/**
 * Text that a terminal displays as intended: all line breaks are ours, and no character is invisible or has an effect.
 */
export type TerminalText = string & { readonly [shownBrand]: true };

/** A sentence, or several lines: each value stays on its line, with control and invisible characters escaped. */
export function line(parts: TemplateStringsArray, ...values: readonly (string | number)[]): TerminalText {
  return String.raw({ raw: parts }, ...values.map(value => oneLine(String(value)))) as TerminalText;
}

/** The first line with visible characters, without its line break. */
export function firstLine(text: string): string {
  return text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).find(each => !isBlank(each)) ?? '';
}

export function lines(all: readonly TerminalText[]): TerminalText {
  return all.join('\n') as TerminalText;
}

/** Rows under headings, in columns two spaces apart; an empty cell is "–". Every cell stays in its row. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): TerminalText {
  const cells = [headings, ...rows.map(row => row.map(cell => (cell === '' ? '–' : oneLine(cell))))];
  const widths = headings.map((_, column) => Math.max(...cells.map(row => row[column]?.length ?? 0)));
  return cells
    .map(row =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n') as TerminalText;
}

/** Prints a result to stdout. */
export async function print(text: TerminalText): Promise<void> {
  await write(process.stdout, `${text}\n`);
}

/**
 * Prints an exact text, such as a prompt or a rendering. On a terminal, control characters are escaped, so that a
 * prompt cannot clear the output above it, and a missing last line break is added for the shell's prompt.
 */
export async function printText(text: string): Promise<void> {
  if (!process.stdout.isTTY) return write(process.stdout, text);
  const shown = visibleLines(text);
  await write(process.stdout, shown.endsWith('\n') ? shown : `${shown}\n`);
}

/** Prints a diff: exactly for a program, and with control characters escaped on a terminal. */
export async function printDiff(diff: string): Promise<void> {
  await write(process.stdout, process.stdout.isTTY ? visibleLines(diff) : diff);
}

/** Prints a value as JSON, which has an escape for every control character. */
export function printJson(value: unknown): Promise<void> {
  return write(process.stdout, `${visibleJson(JSON.stringify(value, null, 2))}\n`);
}

/** Prints a sentence to stderr, with keys redacted. */
export async function say(text: TerminalText): Promise<void> {
  await write(process.stderr, `${redactKeys(text)}\n`);
}

/**
 * Shows one line on a terminal that replaces the previous one; undefined removes it.
 * @returns true if stderr is a terminal; nothing is written otherwise
 */
export function showProgress(text: TerminalText | undefined): boolean {
  if (!process.stderr.isTTY) return false;
  // Cut, because a wrapped line would not be removed: \x1b[K only clears to the end of a line (ECMA-48).
  const cut = text?.slice(0, Math.max(0, (process.stderr.columns || 80) - 1)) ?? '';
  process.stderr.write(`\r${cut}\x1b[K`);
  return true;
}

/** Writes an entry to the log of "serve": a JSON object on one line, which is often read on a terminal. */
export function log(entry: object): void {
  process.stdout.write(`${visibleJson(JSON.stringify(entry))}\n`);
}

/** Writes the help. Its lines are ours, but a default from the environment may contain anything. */
export function showHelp(stream: 'stdout' | 'stderr'): (text: string) => void {
  return text => process[stream].write(text.split('\n').map(oneLine).join('\n'));
}

/** Prints the last message of a process that is ending; only `ended` waits for it. */
export function sayAtTheEnd(text: TerminalText, ended?: () => void): void {
  process.stderr.write(`${redactKeys(text)}\n`, ended);
}

/**
 * Writers handle their own failed writes. `promptforge keys list | head -1` closes the pipe early: that ends the
 * output, but not the work, and a server continues without its log.
 */
export function leaveFailedWritesToTheWriter(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/**
 * Resolves when the text is written, or the reader of a pipe is gone.
 * @throws CommandFailure if it cannot be written, for example to a full disk
 */
function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error?: NodeJS.ErrnoException | null) => {
      if (!error || error.code === 'EPIPE') return resolve();
      reject(
        new CommandFailure(EXIT.environment, `The output cannot be written: ${systemErrorReason(error)}.`, {
          cause: error,
        }),
      );
    });
  });
}
