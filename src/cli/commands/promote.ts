/** `promptforge promote`: moves a channel of an environment to a version, or requests the move. */
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
import { checkChannel } from '../working/known-channel.ts';
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
      new Option('--to <environment>', 'the environment to promote to')
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
        'the time to go live, such as 2026-09-12T14:03:00Z (default: at once, or when approved)',
      ).argParser(instantArgument),
    )
    .addOption(waitOption())
    .addOption(remoteOption())
    .option('--json', 'print the promotion as the API returns it, and its result')
    .addHelpText(
      'after',
      `
Without a version, it promotes the version that is stable in the environment that the target promotes from, or the
newest version if the policy names none. If the policy requires approvals, it requests the promotion. It can safely
run twice: if the version is already live or requested, it succeeds without another request.

--release skips partials, continues if one version is refused, and requests everything before it waits. The
promotions share one id and one approval: see "promptforge release --help". A release has up to 200 prompts.
With --atomic everything goes live at once or not at all, so one refused version refuses all. Versions older than the
live one are refused, such as from a repeated job of an older commit, unless you add --allow-older.

With --wait the exit code is 0 once it is live, 1 if it was rejected, and 6 if it is still pending at the end.
Without it, a request is enough for 0.

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
    throw new CommandFailure(EXIT.usage, '--atomic and --allow-older need --release.');
  const versions = release === undefined ? [] : await readRelease(release);
  const { client } = await (await openRemote(options)).clientFor({ kind: 'promote', environment });
  if (named === undefined)
    return promoteAll(client, { versions, environment, channel, reason, at, wait, atomic, allowOlder, json });
  const { name, version } = named;
  const prompt = await client.getPrompt(name);
  await checkChannel(client, channel, [prompt]);
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
