/** Archives or restores prompts one by one, for `archive` and `restore`. */
import { Command, Option } from 'commander';
import { RegistryUnreachable } from '../../client/unreachable.ts';
import type { PromptSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { confirm } from '../confirm.ts';
import { CommandFailure, EXIT, type ExitCode, exitCodeOf } from '../exit-code.ts';
import { line, print, printJson, say } from '../output.ts';
import { openRemote, type RemoteOptions } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { givenArgument, promptArgument } from '../values.ts';
import { promptArguments } from './prompt-arguments.ts';

export interface ArchiveOptions extends RemoteOptions {
  readonly reason: string;
  readonly yes?: true;
  readonly json?: true;
}

interface Result {
  readonly name: PromptName;
  readonly outcome: 'archived' | 'restored' | 'unchanged' | 'refused';
  /** The pointers through which it is still live. */
  readonly pointers: PromptSummary['pointers'];
  readonly code: string | null;
  readonly message: string | null;
}

/** The arguments and options that both commands take. */
export function archivingCommand(name: 'archive' | 'restore'): Command {
  return new Command(name)
    .argument('<prompts...>', 'names such as support/triage', promptArguments(promptArgument), [])
    .addOption(
      new Option('--reason <text>', 'the reason; it is kept permanently')
        .argParser(givenArgument)
        .makeOptionMandatory(),
    )
    .addOption(remoteOption())
    .option('--json', 'print the result for each prompt');
}

/** @throws CommandFailure if one is refused; Problem, RegistryUnreachable before anything is done */
export async function archiveAll(
  names: readonly PromptName[],
  options: ArchiveOptions,
  isArchived: boolean,
): Promise<void> {
  const { reason, json } = options;
  const remote = await openRemote(options);
  const { client } = await remote.clientFor({ kind: 'archive' });
  const which = names.length === 1 ? `${names[0]}` : `${names.length} prompts`;
  if (isArchived)
    await confirm(
      line`Archive ${which} at ${remote.url}? New versions will be refused until it is restored; live versions stay live.`,
      options.yes === true,
    );
  const results: Result[] = [];
  let exitCode: ExitCode = EXIT.ok;
  for (const name of names) {
    try {
      const before = await client.getPrompt(name);
      const after =
        before.archived === isArchived
          ? before
          : await (isArchived ? client.archive(name, reason) : client.restore(name, reason));
      const changed = isArchived ? 'archived' : 'restored';
      const outcome = after === before ? 'unchanged' : changed;
      results.push({ name, outcome, pointers: after.pointers, code: null, message: null });
    } catch (error) {
      if (!Problem.is(error) && !RegistryUnreachable.is(error)) throw error;
      const code = Problem.is(error) ? error.code : error.reason;
      results.push({ name, outcome: 'refused', pointers: [], code, message: error.message });
      exitCode = exitCodeOf(error);
      if (RegistryUnreachable.isAbsent(error)) break;
    }
  }
  if (json) await printJson({ results });
  else for (const result of results) await tell(result);
  if (exitCode === EXIT.ok) return;
  const done = results.filter(({ outcome }) => outcome !== 'refused').length;
  throw new CommandFailure(exitCode, `${names.length - done} of ${names.length} failed.`);
}

async function tell({ name, outcome, pointers, message }: Result): Promise<void> {
  if (outcome === 'refused') return say(line`refused    ${name}: ${message ?? ''}`);
  const live = pointers.map(({ environment, channel, version }) =>
    channel === 'stable' ? `${version} in ${environment}` : `${version} in ${environment}/${channel}`,
  );
  const where = outcome === 'archived' && live.length > 0 ? `: still live are ${live.join(', ')}` : '';
  await print(line`${outcome.padEnd(9)}  ${name}${where}`);
}
