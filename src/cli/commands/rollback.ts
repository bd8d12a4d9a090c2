/** `promptforge rollback`: moves a channel back to a version that was live there. */
import { Command, Option } from 'commander';
import type { RegistryClient } from '../../client/registry-client.ts';
import type { Channel } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { type AppliedPromotion, rollbackTarget } from '../../core/rollback-target.ts';
import type { VersionNumber } from '../../core/version.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { openRemote } from '../remote.ts';
import { remoteOption } from '../remote-options.ts';
import { environmentArgument, numberArgument, promptArgument } from '../values.ts';
import { type MoveOptions, pointerOption, reasonOption, waitOption } from '../working/move-options.ts';
import { movePointer } from '../working/move-pointer.ts';

interface RollbackOptions extends MoveOptions {
  readonly in: EnvironmentName;
  readonly to?: number;
}

export function rollbackCommand(): Command {
  return new Command('rollback')
    .argument('<prompt>', 'the name of the prompt, such as support/triage', promptArgument)
    .addOption(
      new Option('--in <environment>', 'the environment to roll back in')
        .argParser(environmentArgument)
        .makeOptionMandatory(),
    )
    .addOption(reasonOption())
    .addOption(
      new Option('--to <version>', 'a version that was live there (default: the one before)').argParser(
        numberArgument(1, 999_999_999),
      ),
    )
    .addOption(pointerOption())
    .addOption(waitOption())
    .addOption(remoteOption())
    .option('--json', 'print the promotion as the API returns it, and its result')
    .addHelpText(
      'after',
      `
Without --to, it returns to the previous live version, skipping versions that were rolled back.
A rollback is live at once, unless the policy of the environment requires approval.

Examples:
  promptforge rollback support/triage --in production --reason "Wrong fee for urgent transfers"
  promptforge rollback support/triage --in production --to 9 --reason "Wrong fee since version 10"`,
    )
    .action(rollback);
}

/** The number of newest promotions to read: nobody rolls back further. */
const PROMOTIONS = 500;

async function rollback(name: PromptName, options: RollbackOptions): Promise<void> {
  const { in: environment, channel, reason, wait, json } = options;
  const { client } = await (await openRemote(options)).clientFor({ kind: 'promote', environment });
  const prompt = await client.getPrompt(name);
  const stood = await movesOf(client, name, environment, channel);
  const place = `${channel} of ${environment}`;
  const version = options.to === undefined ? rollbackTarget(stood) : (options.to as VersionNumber);
  if (version === undefined) throw new CommandFailure(EXIT.refused, withoutTarget(stood, name, place));
  if (!stood.some(move => move.version === version || move.from === version))
    throw new CommandFailure(
      EXIT.refused,
      `Version ${version} of ${name} was never live on ${place}. Use "promptforge promote" to promote it.`,
    );
  await movePointer(client, { prompt, version, environment, channel, reason, wait, json });
}

/** The error if no version can be chosen: the reason, and what to do. */
function withoutTarget(stood: readonly AppliedPromotion[], name: string, place: string): string {
  const last = stood.at(-1);
  if (last === undefined) return `${name} was never live on ${place}, so there is nothing to roll back.`;
  const other = stood.findLast(({ version }) => version !== last.version)?.version;
  return other === undefined
    ? `No other version of ${name} was live on ${place} before. Promote another version instead.`
    : `Every other version of ${name} that was live on ${place} was rolled back. Choose one with --to, such as --to ${other}, or promote another version.`;
}

/** The promotions of a channel, in the order in which they were applied. */
async function movesOf(
  client: RegistryClient,
  prompt: PromptName,
  environment: EnvironmentName,
  channel: Channel,
) {
  const { data } = await client.listPromotions({ prompt, environment, state: 'applied', limit: PROMOTIONS });
  return data
    .filter(promotion => promotion.channel === channel)
    .map(promotion => ({ ...promotion, at: promotion.appliedAt ?? '' }))
    .sort((a, b) => (a.at === b.at ? Number(a.id) - Number(b.id) : a.at < b.at ? -1 : 1));
}
