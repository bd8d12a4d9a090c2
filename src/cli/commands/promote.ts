/** `promptforge promote`: moves a channel of an environment to a version, or asks for it. */
import { Command, Option } from 'commander';
import type { RegistryClient } from '../../client/registry-client.ts';
import type { PromptSummary } from '../../contract/prompts.ts';
import { STABLE } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { VersionNumber } from '../../core/version.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { openRemote } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { instantArgument } from '../times.ts';
import { environmentArgument, givenArgument } from '../values.ts';
import { type MoveOptions, pointerOption, reasonOption, waitOption } from '../working/move-options.ts';
import { movePointer } from '../working/move-pointer.ts';
import { promoteAll } from '../working/promote-all.ts';
import { type PromptVersion, promptVersionArgument } from '../working/prompt-version.ts';
import { readRelease } from '../working/release-file.ts';

interface PromoteOptions extends MoveOptions {
  readonly to: EnvironmentName;
  readonly at?: string;
  /** A file. */
  readonly release?: string;
  readonly atomic?: true;
  readonly allowOlder?: true;
}

export function promoteCommand(): Command {
  return new Command('promote')
    .argument('[prompt]', 'such as support/triage or support/triage@12', promptVersionArgument)
    .addOption(
      new Option('--to <environment>', 'where it is to be live')
        .argParser(environmentArgument)
        .makeOptionMandatory(),
    )
    .addOption(reasonOption())
    .addOption(
      new Option(
        '--release <file>',
        'promote all versions in promptforge.lock.json, or in a file with one per line; - is stdin',
      ).argParser(givenArgument),
    )
    .option('--atomic', 'with --release: either all of it goes live at once or none of it')
    .option(
      '--allow-older',
      'with --release: also replace newer live versions, for example to undo a release',
    )
    .addOption(pointerOption())
    .addOption(
      new Option(
        '--at <instant>',
        'when, such as 2026-09-12T14:03:00Z (default: at once, or when it is approved)',
      ).argParser(instantArgument),
    )
    .addOption(waitOption())
    .addOption(remoteOption())
    .option('--json', 'print the promotion as the API gives it, and its result')
    .addHelpText(
      'after',
      `
Without a version it promotes what is stable in the environment that the target promotes from; where the
policy names none, the newest version. Where the policy asks for approvals, it asks for the promotion. What is
live already is a success, and what was asked for already is not asked for again, so a job may
run twice.

--release promotes partials not at all, goes on where one is refused, and asks for all before it waits. What it
asks for has one id and takes one approval: see "promptforge release --help". It takes 200 prompts at a time.
With --atomic all of it goes live at one moment, or none: one version that is refused refuses all. Where a newer
version is live it refuses to go back, as a job of an older commit would that runs again; --allow-older lets it.

With --wait the exit code is 0 once it is live, 1 when it was refused, and 6 when it still waits at the end.
Without it, asking is enough for 0.

Examples:
  promptforge promote support/triage@12 --to staging --reason "Fees of the new price list"
  promptforge promote support/triage --to production --reason "Tested in staging" --wait 2h
  promptforge promote --release promptforge.lock.json --to staging --reason "Release 2026-09-12"
  promptforge promote --release promptforge.lock.json --to production --atomic --reason "Release 2026-09-12"`,
    )
    .action(promote);
}

async function promote(named: PromptVersion | undefined, options: PromoteOptions): Promise<void> {
  const { to: environment, channel, reason, at, wait, json, release, atomic, allowOlder } = options;
  if ((named === undefined) === (release === undefined))
    throw new CommandFailure(EXIT.usage, 'Name a prompt, or a file with --release.');
  if (named !== undefined && (atomic ?? allowOlder) === true)
    throw new CommandFailure(EXIT.usage, '--atomic and --allow-older go with --release.');
  const versions = release === undefined ? [] : await readRelease(release);
  const { client } = await (await openRemote(options)).clientFor({ kind: 'promote', environment });
  if (named === undefined)
    return promoteAll(client, { versions, environment, channel, reason, at, wait, atomic, allowOlder, json });
  const { name, version } = named;
  const prompt = await client.getPrompt(name);
  const meant = version ?? (await versionFor(client, prompt, environment));
  await movePointer(client, { prompt, version: meant, environment, channel, reason, at, wait, json });
}

async function versionFor(
  client: RegistryClient,
  { name, newest, pointers }: PromptSummary,
  environment: EnvironmentName,
): Promise<VersionNumber> {
  const environments = await client.listEnvironments();
  const first = environments.find(each => each.name === environment)?.policy.promoteFrom ?? null;
  if (first === null) return newest.version;
  const there = pointers.find(pointer => pointer.environment === first && pointer.channel === STABLE);
  if (there !== undefined) return there.version;
  throw new CommandFailure(
    EXIT.refused,
    `${name} is not live in ${first}, from which ${environment} promotes. Promote it there first.`,
  );
}
