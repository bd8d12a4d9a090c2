/**
 * The only module of the command that writes. Sentences and tables are `TerminalText`, which only `line`, `lines` and
 * `table` create: they escape their values, so that no reason, name or path can look like a line of its own. JSON and
 * the text of prompts are printed exactly, by separate functions.
 */
import { redactKeys } from '../core/key.ts';
import { isBlank, oneLine, visibleJson, visibleLines } from '../core/visible-text.ts';
import { systemErrorReason } from '../disk/system-error.ts';
import { CommandFailure, EXIT } from './exit-code.ts';

declare const shownBrand: unique symbol;
/** Text that a terminal displays as intended: line breaks are ours, and no character is invisible or acts. */
export type TerminalText = string & { readonly [shownBrand]: true };

/** A sentence, or several lines of ours: each value stays on its line, its controls and invisible characters escaped. */
export function line(parts: TemplateStringsArray, ...values: readonly (string | number)[]): TerminalText {
  return String.raw({ raw: parts }, ...values.map(value => oneLine(String(value)))) as TerminalText;
}

/** The first line of a text by a person that shows something, without its line break of any system. */
export function firstLine(text: string): string {
  return text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).find(each => !isBlank(each)) ?? '';
}

export function lines(all: readonly TerminalText[]): TerminalText {
  return all.join('\n') as TerminalText;
}

/** Rows under their headings, as columns two spaces apart; an empty cell is "–". Every cell stays in its row. */
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

/** A result. */
export async function print(text: TerminalText): Promise<void> {
  await write(process.stdout, `${text}\n`);
}

/**
 * A text whose every byte matters: a prompt, a rendering. On a terminal, control characters are escaped, so that a
 * prompt cannot clear the output above it, and a missing last line break is added for the shell's prompt.
 */
export async function printText(text: string): Promise<void> {
  if (!process.stdout.isTTY) return write(process.stdout, text);
  const shown = visibleLines(text);
  await write(process.stdout, shown.endsWith('\n') ? shown : `${shown}\n`);
}

/** A diff: to the byte for a program, and on a terminal with what would act on it written out. */
export async function printDiff(diff: string): Promise<void> {
  await write(process.stdout, process.stdout.isTTY ? visibleLines(diff) : diff);
}

/** The same value for every reader: JSON has an escape for every control character. */
export function printJson(value: unknown): Promise<void> {
  return write(process.stdout, `${visibleJson(JSON.stringify(value, null, 2))}\n`);
}

/** A sentence beside the result, with keys redacted. */
export async function say(text: TerminalText): Promise<void> {
  await write(process.stderr, `${redactKeys(text)}\n`);
}

/**
 * One line on a terminal that replaces the previous one; undefined removes it.
 * @returns true if stderr is a terminal; nothing is written otherwise
 */
export function showProgress(text: TerminalText | undefined): boolean {
  if (!process.stderr.isTTY) return false;
  // Cut, as a line that wraps is not taken away: \x1b[K clears to its end (ECMA-48).
  const cut = text?.slice(0, Math.max(0, (process.stderr.columns || 80) - 1)) ?? '';
  process.stderr.write(`\r${cut}\x1b[K`);
  return true;
}

/** A line of the log of "serve": one JSON object, read on a terminal as often as by a program. */
export function log(entry: object): void {
  process.stdout.write(`${visibleJson(JSON.stringify(entry))}\n`);
}

/** The help, whose lines are ours; a default from the environment may contain anything. */
export function showHelp(stream: 'stdout' | 'stderr'): (text: string) => void {
  return text => process[stream].write(text.split('\n').map(oneLine).join('\n'));
}

/** The last words of a process that ends: nothing waits for them but `ended`. */
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
 * Resolves when the text is handed over, or the reader of a pipe has gone.
 * @throws CommandFailure when it cannot be written, to a full disk for one
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
