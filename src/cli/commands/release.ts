/** `promptforge release`: shows a release, decides on it, or rolls it back. */
import { Argument, Command, InvalidArgumentError, Option } from 'commander';
import type { RegistryClient } from '../../client/registry-client.ts';
import type { Release, ReleaseAnswer } from '../../contract/releases.ts';
import { Problem } from '../../core/problem.ts';
import { releaseRollback } from '../../core/release.ts';
import { versionReference } from '../../core/version.ts';
import { confirm } from '../confirm.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say } from '../output.ts';
import { openRemote, type RemoteOptions } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { givenArgument } from '../values.ts';
import { reasonOption } from '../working/move-options.ts';
import { liveVersion } from '../working/move-pointer.ts';
import { refusalsInLines, releaseInLines } from '../working/release-words.ts';

export function releaseCommand(): Command {
  return new Command('release')
    .addCommand(showCommand())
    .addCommand(
      decideCommand('approve', 'approve the pending promotions of a release that others requested and wrote'),
    )
    .addCommand(decideCommand('reject', 'reject the pending promotions of a release'))
    .addCommand(decideCommand('cancel', 'cancel the pending promotions of a release that you requested'))
    .addCommand(rollBackCommand());
}

function idArgument(): Argument {
  return new Argument('<id>', 'the id of the release, as "promptforge releases" lists it').argParser(text => {
    if (/^[1-9][0-9]{0,14}$/.test(text)) return text;
    throw new InvalidArgumentError('It is a number, such as 318.');
  });
}

function showCommand(): Command {
  return new Command('show')
    .description('show the promotions of a release and their state')
    .addArgument(idArgument())
    .addOption(remoteOption())
    .option('--json', 'print it as the API returns it')
    .addHelpText('after', '\nExamples:\n  promptforge release show 318')
    .action((id: string, options: ShowReleaseOptions) => show(id, options));
}

function decideCommand(action: 'approve' | 'reject' | 'cancel', description: string): Command {
  return new Command(action)
    .description(description)
    .addArgument(idArgument())
    .addOption(
      new Option('--comment <text>', 'the reason; it is kept permanently')
        .argParser(givenArgument)
        .makeOptionMandatory(action === 'reject'),
    )
    .addOption(remoteOption())
    .option('--json', 'print the result as the API returns it')
    .addHelpText(
      'after',
      `
An atomic release is decided as a whole or not at all. Otherwise, if one promotion is refused, the others continue
and the exit code is 1.

Examples:
  promptforge release ${action} 318 --comment "${action === 'approve' ? 'Read all of it' : 'Not this week'}"`,
    )
    .action((id: string, options: DecideReleaseOptions) => decide(action, id, options));
}

function rollBackCommand(): Command {
  return new Command('roll-back')
    .description('roll all prompts of a release back to what was live before it')
    .addArgument(idArgument())
    .addOption(reasonOption())
    .addOption(remoteOption())
    .option('--yes', 'do not ask for confirmation')
    .option('--json', 'print the result as the API returns it')
    .addHelpText(
      'after',
      `
All prompts are rolled back at once, as a release of its own. Prompts of which another version is live by now, or
that were not live before, are unchanged.

Examples:
  promptforge release roll-back 318 --reason "Wrong fees" --yes`,
    )
    .action((id: string, options: RollBackOptions) => rollBack(id, options));
}

interface ShowReleaseOptions extends RemoteOptions {
  readonly json?: true;
}

interface DecideReleaseOptions extends ShowReleaseOptions {
  readonly comment?: string;
}

interface RollBackOptions extends ShowReleaseOptions {
  readonly reason: string;
  readonly yes?: true;
}

async function show(id: string, options: ShowReleaseOptions): Promise<void> {
  const { client } = await (await openRemote(options)).clientFor({ kind: 'read' });
  const release = await client.getRelease(id);
  if (options.json) await printJson(release);
  else await print(releaseInLines(release));
}

/** @throws CommandFailure if some of it was refused; Problem if all of it was; RegistryUnreachable */
async function decide(
  action: 'approve' | 'reject' | 'cancel',
  id: string,
  options: DecideReleaseOptions,
): Promise<void> {
  const remote = await openRemote(options);
  const { environment } = await (await remote.clientFor({ kind: 'read' })).client.getRelease(id);
  const { client } = await remote.clientFor({ kind: 'decide', environment });
  await tell(await naming(client.decideRelease(action, id, options.comment ?? '')), options);
}

/** @throws CommandFailure if there is nothing to roll back; Problem if it is refused; RegistryUnreachable */
async function rollBack(id: string, options: RollBackOptions): Promise<void> {
  const remote = await openRemote(options);
  const release = await (await remote.clientFor({ kind: 'read' })).client.getRelease(id);
  const { environment, channel } = release;
  const { client } = await remote.clientFor({ kind: 'promote', environment });
  const { items, others } = await rollbackOf(client, release);
  for (const { prompt, why, current } of others)
    await say(
      line`${prompt} is unchanged: ${
        why === 'not_applied'
          ? 'the release did not make it live.'
          : why === 'first'
            ? 'nothing was live before the release.'
            : `${current === null ? 'nothing' : versionReference(prompt, current)} is now live.`
      }`,
    );
  if (items.length === 0)
    throw new CommandFailure(EXIT.refused, `There is nothing to roll back in release ${id}.`);
  const what = items.length === 1 ? '1 prompt' : `${items.length} prompts`;
  await confirm(
    line`Roll back ${what} of release ${id} on ${channel} of ${environment}?`,
    options.yes === true,
  );
  const request = { environment, channel, reason: options.reason, items: [...items], atomic: true };
  await tell(await naming(client.promoteRelease(request)), options);
}

async function rollbackOf(client: RegistryClient, { environment, channel, promotions }: Release) {
  const names = new Set(promotions.map(({ prompt }) => prompt));
  const live = new Map();
  for await (const summary of client.listPrompts({ archived: true }))
    if (names.has(summary.name)) live.set(summary.name, liveVersion(summary, environment, channel));
  return releaseRollback(promotions, prompt => live.get(prompt) ?? null);
}

/** Names each promotion that prevented an atomic release, before the error. */
async function naming(answering: Promise<ReleaseAnswer>): Promise<ReleaseAnswer> {
  try {
    return await answering;
  } catch (error) {
    if (Problem.is(error))
      for (const { prompt, version, detail } of error.details.refused ?? [])
        await say(line`${prompt}@${version}: ${detail}`);
    throw error;
  }
}

async function tell(answer: ReleaseAnswer, { json }: ShowReleaseOptions): Promise<void> {
  if (json) await printJson(answer);
  else if (answer.release !== null) await print(releaseInLines(answer.release));
  const refused = refusalsInLines(answer);
  for (const why of refused) await say(why);
  if (refused.length > 0)
    throw new CommandFailure(EXIT.refused, `${refused.length} of ${answer.results.length} were refused.`);
}
