/** Where a prompt's pointers stand, and where they have stood. */
import type { Channel } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import type { VersionNumber } from '../../core/version.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { Snapshot } from '../store/store.ts';

/** The version that `channel` points to; null when it is unset. */
export async function findPointer(
  snapshot: Snapshot,
  prompt: PromptName,
  environment: EnvironmentName,
  channel: Channel,
): Promise<VersionNumber | null> {
  const [row] = await selectPointer(snapshot, { prompt, environment, channel });
  return row?.version ?? null;
}

interface PointerPlace {
  readonly prompt: PromptName;
  readonly environment: EnvironmentName;
  readonly channel: Channel;
}

const selectPointer = preparedQuery((database, given: PointerPlace) =>
  database
    .selectFrom('pointers')
    .select('version')
    .where('prompt', '=', given.prompt)
    .where('environment', '=', given.environment)
    .where('channel', '=', given.channel),
);

/** @throws Problem `channel_unset` */
export async function readPointer(
  snapshot: Snapshot,
  prompt: PromptName,
  environment: EnvironmentName,
  channel: Channel,
): Promise<VersionNumber> {
  const version = await findPointer(snapshot, prompt, environment, channel);
  if (version !== null) return version;
  throw channelUnset(prompt, environment, channel);
}

export function channelUnset(prompt: PromptName, environment: EnvironmentName, channel: Channel): Problem {
  return new Problem(
    'channel_unset',
    `"${prompt}" has no version on the channel "${channel}" of ${environment} yet. Promote one first.`,
  );
}

/** Whether any version was a pointer's target in an environment once. */
export async function wasEverLive(
  snapshot: Snapshot,
  prompt: PromptName,
  environment: EnvironmentName,
): Promise<boolean> {
  const row = await snapshot
    .selectFrom('promotions')
    .select('id')
    .where('prompt', '=', prompt)
    .where('environment', '=', environment)
    .where('state', '=', 'applied')
    .limit(1)
    .executeTakeFirst();
  return row !== undefined;
}

/** Whether a version was a pointer's target in an environment once: of one channel, or of any. */
export async function wasLive(
  snapshot: Snapshot,
  prompt: PromptName,
  version: VersionNumber,
  environment: EnvironmentName,
  channel?: Channel,
): Promise<boolean> {
  let query = snapshot
    .selectFrom('promotions')
    .select('id')
    .where('prompt', '=', prompt)
    .where('version', '=', version)
    .where('environment', '=', environment)
    .where('state', '=', 'applied')
    .limit(1);
  if (channel !== undefined) query = query.where('channel', '=', channel);
  return (await query.executeTakeFirst()) !== undefined;
}
