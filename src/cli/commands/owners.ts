/** `promptforge owners`: shows and changes the owners, of whom one must approve promotions of a prompt. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { OwnersChangeRecord, OwnersRecord } from '../../contract/owners.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { changeWaitsFor } from '../../core/owners-words.ts';
import { Problem } from '../../core/problem.ts';
import { stateWord } from '../../core/state-word.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, printText, say } from '../output.ts';
import { readBytes } from '../read-bytes.ts';
import { openRemote, type RemoteOptions } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { environmentArgument, givenArgument } from '../values.ts';
import { reasonOption } from '../working/move-options.ts';

export function ownersCommand(): Command {
  return new Command('owners')
    .addCommand(showCommand())
    .addCommand(setCommand())
    .addCommand(decideCommand('approve', 'approve a pending change that someone else requested'))
    .addCommand(decideCommand('reject', 'reject a pending change'))
    .addCommand(decideCommand('cancel', 'cancel a pending change that you requested'));
}

function environmentOption(): Option {
  return new Option('--environment <name>', 'where they approve')
    .argParser(environmentArgument)
    .makeOptionMandatory();
}

function idArgument(): Argument {
  return new Argument('<id>', 'the id of the change, as "promptforge owners show" prints it').argParser(
    text => {
      if (/^[1-9][0-9]{0,14}$/.test(text)) return text;
      throw new InvalidArgumentError('It is a number, such as 402.');
    },
  );
}

function showCommand(): Command {
  return new Command('show')
    .description('print the owners and the pending change')
    .addOption(environmentOption())
    .option('--waiting', 'print the pending text instead')
    .addOption(remoteOption())
    .option('--json', 'print them as the API returns them')
    .addHelpText(
      'after',
      `
Writes only the text to stdout, so that you can edit it and set it again; pending changes and warnings go to stderr.

Examples:
  promptforge owners show --environment production > OWNERS
  promptforge owners show --environment production --waiting | diff OWNERS -`,
    )
    .action((options: ShowOwnersOptions) => show(options));
}

function setCommand(): Command {
  return new Command('set')
    .description('request a change of the owners; like a promotion, it needs approval by others')
    .argument('<file>', 'the text, or - for stdin', givenArgument)
    .addOption(environmentOption())
    .addOption(reasonOption())
    .addOption(remoteOption())
    .option('--json', 'print the change as the API returns it')
    .addHelpText(
      'after',
      `
Each line has a pattern and its owners; the last line that matches a prompt applies. "*" matches any part of a name
between two slashes, "**" any number of folders, and "*" alone every prompt. "#" begins a comment.

  *            @dana
  support/**   @sam @lee     # one of them

Owners who could not approve are refused. Needs an admin key of the environment.

Examples:
  promptforge owners set OWNERS --environment production --reason "Support looks after its prompts"`,
    )
    .action((file: string, options: SetOwnersOptions) => set(file, options));
}

function decideCommand(action: 'approve' | 'reject' | 'cancel', description: string): Command {
  return new Command(action)
    .description(description)
    .addArgument(idArgument())
    .addOption(environmentOption())
    .addOption(
      new Option('--comment <text>', 'the reason; it is kept permanently')
        .argParser(givenArgument)
        .makeOptionMandatory(action === 'reject'),
    )
    .addOption(remoteOption())
    .option('--json', 'print the change as the API returns it')
    .addHelpText(
      'after',
      `\nExamples:\n  promptforge owners ${action} 402 --environment production${action === 'reject' ? ' --comment "Not this week"' : ''}`,
    )
    .action((id: string, options: DecideOwnersOptions) => decide(action, id, options));
}

interface OwnersOptions extends RemoteOptions {
  readonly environment: EnvironmentName;
  readonly json?: true;
}

interface ShowOwnersOptions extends OwnersOptions {
  /** True to print the pending text. */
  readonly waiting?: true;
}

interface SetOwnersOptions extends OwnersOptions {
  readonly reason: string;
}

interface DecideOwnersOptions extends OwnersOptions {
  readonly comment?: string;
}

/** @throws CommandFailure with `waiting` if there is no pending change; Problem, RegistryUnreachable */
async function show({ environment, json, waiting, ...remote }: ShowOwnersOptions): Promise<void> {
  const { client } = await (await openRemote(remote)).clientFor({ kind: 'read' });
  const owners = await client.getOwners(environment);
  if (json) return printJson(owners);
  await tellOf(owners);
  if (waiting === undefined) return printText(owners.text);
  if (owners.waiting === null)
    throw new CommandFailure(EXIT.refused, `There is no pending change of the owners of ${environment}.`);
  await printText(owners.waiting.text);
}

async function tellOf({ environment, text, current, waiting, warnings }: OwnersRecord): Promise<void> {
  if (text === '') await say(line`No prompt has owners in ${environment}.`);
  if (current !== null)
    await say(
      line`Change ${current.id} by ${current.requestedBy} has been in effect since ${current.appliedAt ?? ''}: ${current.reason}`,
    );
  for (const warning of warnings) await say(line`Line ${warning.line}: ${warning.message}`);
  if (waiting !== null) await say(waitsFor(waiting));
}

/** @throws CommandFailure for a file that cannot be read, Problem `owners_locked_out` …, RegistryUnreachable */
async function set(file: string, { environment, reason, json, ...remote }: SetOwnersOptions): Promise<void> {
  const text = await textOf(file);
  const { client } = await (await openRemote(remote)).clientFor({ kind: 'decide', environment });
  const { current } = await client.getOwners(environment);
  const answer = await naming(
    file,
    client.requestOwners(environment, { text, reason, expected: current?.id ?? null }),
  );
  for (const warning of answer.warnings) await say(line`${file}:${warning.line}: ${warning.message}`);
  if (json) return printJson(answer);
  await print(told(answer.change));
}

/** @throws CommandFailure without a key, Problem, RegistryUnreachable */
async function decide(
  action: 'approve' | 'reject' | 'cancel',
  id: string,
  { environment, comment, json, ...remote }: DecideOwnersOptions,
): Promise<void> {
  const { client } = await (await openRemote(remote)).clientFor({ kind: 'decide', environment });
  const change = await client.decideOwners(action, environment, id, comment ?? '');
  if (json) return printJson(change);
  await print(told(change));
}

function told(change: OwnersChangeRecord) {
  const { id, environment, state } = change;
  if (state === 'applied')
    return line`Change ${id} is in effect: these are now the owners of prompts in ${environment}.`;
  if (state === 'pending') return waitsFor(change);
  return line`Change ${id} of the owners of ${environment} is ${stateWord(state)}. Nothing was changed.`;
}

function waitsFor(change: OwnersChangeRecord) {
  const { id, environment, requestedBy, reason } = change;
  return line`Change ${id} of the owners of ${environment} by ${requestedBy} waits for ${changeWaitsFor(change)}: ${reason}`;
}

/** Reports the invalid lines with their position in the file. @throws CommandFailure instead of their Problem */
async function naming<T>(file: string, answering: Promise<T>): Promise<T> {
  try {
    return await answering;
  } catch (error) {
    const fields = Problem.is(error) ? (error.details.fields ?? []) : [];
    const places = fields.flatMap(({ message }) => {
      const found = /^Line (\d+): (.*)$/s.exec(message);
      return found === null ? [] : [[found[1] ?? '', found[2] ?? ''] as const];
    });
    if (places.length === 0) throw error;
    for (const [at, why] of places) await say(line`${file}:${at}: ${why}`);
    throw new CommandFailure(
      EXIT.invalid,
      `The owners were not changed: ${file} has ${places.length} invalid ${places.length === 1 ? 'line' : 'lines'}.`,
    );
  }
}

/** The maximum size of the text in bytes, which is above the registry's limit. */
const MAX_BYTES = 128 * 1024;

/** Reads the text, without a byte order mark. */
async function textOf(file: string): Promise<string> {
  const bytes = await readBytes(file, {
    bytes: MAX_BYTES,
    sentence: 'The owners have at most 16,384 characters.',
  });
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new CommandFailure(EXIT.invalid, `${file}: The file is not UTF-8. Save it with that encoding.`, {
      cause,
    });
  }
}
