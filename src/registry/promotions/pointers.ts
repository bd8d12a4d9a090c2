/** A prompt's pointers and their past targets. */
import { sql } from 'kysely';
import type { Channel } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import type { VersionNumber } from '../../core/version.ts';
import { dataOf, EVENT_BESIDE, eventBeside } from '../store/authentic.ts';
import { broken } from '../store/broken.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { ReadSnapshot } from '../store/store.ts';

/**
 * The version that `channel` points to; null when it is unset.
 * @throws DataFolderProblem `chain_broken` if no event moved it there, or a later event moved it
 */
export async function findPointer(
  snapshot: ReadSnapshot,
  prompt: PromptName,
  environment: EnvironmentName,
  channel: Channel,
): Promise<VersionNumber | null> {
  const [row] = await selectPointer(snapshot, { prompt, environment, channel });
  if (row === undefined) return null;
  const { version, promotion, promoted_at } = row;
  const event = eventBeside(snapshot, row);
  const moved = dataOf(event, 'promotion.applied');
  const isMoved =
    event?.version === (version ?? undefined) &&
    event?.at === (promoted_at ?? undefined) &&
    moved?.promotion === (promotion === null ? undefined : String(promotion));
  if (!isMoved)
    throw broken(
      `The table pointers has another row for "${channel}" of "${prompt}" in ${environment} than the log.`,
    );
  return version;
}

interface PointerPlace {
  readonly prompt: PromptName;
  readonly environment: EnvironmentName;
  readonly channel: Channel;
}

/** Always one row: the pointer, and the newest event that moved it. */
const selectPointer = preparedQuery((database, given: PointerPlace) =>
  database
    .selectFrom(
      database
        .selectFrom('events')
        .select(({ fn }) => fn.max<number | null>('seq').as('seq'))
        // The kind is a literal in the statement, because only then is the partial index used.
        .where('kind', '=', sql.lit('promotion.applied' as const))
        .where('prompt', '=', given.prompt)
        .where('environment', '=', given.environment)
        .where('channel', '=', given.channel)
        .as('newest'),
    )
    .leftJoin('events', 'events.seq', 'newest.seq')
    .leftJoin('pointers', join =>
      join
        .on('pointers.prompt', '=', given.prompt)
        .on('pointers.environment', '=', given.environment)
        .on('pointers.channel', '=', given.channel),
    )
    .select(['pointers.version', 'pointers.promotion', 'pointers.promoted_at'])
    .select(EVENT_BESIDE),
);

/** @throws Problem `channel_unset` */
export async function readPointer(
  snapshot: ReadSnapshot,
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

/** Returns true if any version was ever a pointer's target in an environment. */
export async function wasEverLive(
  snapshot: ReadSnapshot,
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

/**
 * Returns true if a version was ever a pointer's target in an environment: of one channel, or of any.
 * @throws DataFolderProblem `chain_broken` if a row says so and no event does
 */
export async function wasLive(
  snapshot: ReadSnapshot,
  prompt: PromptName,
  version: VersionNumber,
  environment: EnvironmentName,
  channel?: Channel,
): Promise<boolean> {
  let query = snapshot
    .selectFrom('promotions')
    .leftJoin('events', 'events.seq', 'promotions.applied_seq')
    .select(['promotions.id', 'promotions.channel'])
    .select(EVENT_BESIDE)
    .where('promotions.prompt', '=', prompt)
    .where('promotions.version', '=', version)
    .where('promotions.environment', '=', environment)
    .where('promotions.state', '=', 'applied')
    .limit(1);
  if (channel !== undefined) query = query.where('promotions.channel', '=', channel);
  const row = await query.executeTakeFirst();
  if (row === undefined) return false;
  const event = eventBeside(snapshot, row);
  const isApplied =
    dataOf(event, 'promotion.applied')?.promotion === String(row.id) &&
    event?.prompt === prompt &&
    event.version === version &&
    event.environment === environment &&
    event.channel === row.channel;
  if (isApplied) return true;
  throw broken(`The table promotions says of promotion ${row.id} that it was applied, and the log does not.`);
}
