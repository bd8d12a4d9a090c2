/** `promptforge export`: writes the log as JSON Lines, so that it can be verified without the registry. */
import { type FileHandle, open } from 'node:fs/promises';
import { Command, Option } from 'commander';
import { visibleJson } from '../../core/visible-text.ts';
import { systemErrorReason } from '../../disk/system-error.ts';
import { eventsAfter } from '../../registry/store/log.ts';
import type { Store } from '../../registry/store/store.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, printJson, printText, say } from '../output.ts';
import { databaseOption, dataOption } from '../registry-options.ts';
import { numberArgument, pathArgument } from '../values.ts';
import { type RegistryOptions, withRegistry } from '../with-registry.ts';

export function exportCommand(): Command {
  return new Command('export')
    .addOption(dataOption())
    .addOption(databaseOption())
    .addOption(
      new Option('--output <file>', 'a file to create instead of stdout; it must not exist yet').argParser(
        pathArgument,
      ),
    )
    .addOption(
      new Option('--after <seq>', 'only the events after this one')
        .argParser(numberArgument(0, 999_999_999))
        .default(0),
    )
    .option('--json', 'with --output: print the number of events; otherwise the output is JSON anyway')
    .addHelpText(
      'after',
      `
docs/audit.md has a script that verifies an export without PromptForge.

Example:
  promptforge export --data /var/lib/promptforge | node audit.mjs`,
    )
    .action((options: ExportOptions) => exportLog(options));
}

interface ExportOptions extends RegistryOptions {
  /** A file. */
  readonly output?: string;
  readonly json?: true;
  /** The seq of the last event that is left out. */
  readonly after: number;
}

/** The number of events that are read at a time. */
const PAGE = 500;

/** @throws CommandFailure if the file cannot be written; DataFolderProblem, DatabaseProblem */
async function exportLog(options: ExportOptions): Promise<void> {
  await withRegistry(options, { create: false, evenBroken: true }, async store => {
    const { output } = options;
    if (output === undefined) return void (await write(store, options.after, printText));
    try {
      await using file: FileHandle = await open(output, 'wx', 0o600);
      const count = await write(store, options.after, async lines => file.appendFile(lines));
      await file.sync();
      if (options.json) await printJson({ file: output, events: count });
      else await say(line`Wrote ${count} events to ${output}.`);
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === undefined) throw cause;
      const why = code === 'EEXIST' ? 'it already exists; choose another name' : systemErrorReason(cause);
      throw new CommandFailure(EXIT.environment, `${output} cannot be written: ${why}.`, { cause });
    }
  });
}

/**
 * Writes events as JSON with control and invisible characters escaped, so that each is one line even for programs that
 * treat U+2028 as a line break, and has no effect on a terminal.
 * @returns the number of events
 */
async function write(store: Store, after: number, put: (lines: string) => Promise<void>): Promise<number> {
  let count = 0;
  for (let seq = after; ; ) {
    const events = await store.read(snapshot => eventsAfter(snapshot, seq, PAGE));
    const last = events.at(-1);
    if (last === undefined) return count;
    await put(events.map(event => `${visibleJson(JSON.stringify(event))}\n`).join(''));
    seq = last.seq;
    count += events.length;
  }
}
