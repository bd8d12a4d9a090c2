/** Reads the owners of an environment from the log: the current ones and the pending change. */
import { sql } from 'kysely';
import { LRUCache } from 'lru-cache';
import type { EnvironmentName } from '../../core/environment.ts';
import type { RegistryEvent } from '../../core/event.ts';
import { type OwnerRule, parseOwners } from '../../core/owners.ts';
import {
  isOwnersEvent,
  OWNERS_KINDS,
  type OwnersChange,
  type OwnersEvent,
  ownersChangeAfter,
} from '../../core/owners-change.ts';
import { Problem } from '../../core/problem.ts';
import { EventMisfit } from '../../core/promotion.ts';
import { authentic } from '../store/authentic.ts';
import { broken } from '../store/broken.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import { forget, readOnce } from '../store/remembered.ts';
import type { ReadSnapshot, WriteTransaction } from '../store/store.ts';

/** The owners in effect in an environment. */
export interface OwnersInEffect {
  /** The id of their last change; null if there was none. */
  readonly change: number | null;
  readonly text: string;
  readonly rules: readonly OwnerRule[];
}

const NONE: OwnersInEffect = { change: null, text: '', rules: [] };

/** @throws DataFolderProblem `chain_broken` when the event that set them is not one that the registry wrote */
export async function readOwners(
  snapshot: ReadSnapshot,
  environment: EnvironmentName,
): Promise<OwnersInEffect> {
  return readOnce(snapshot, whatOf(environment), async () => {
    const [row] = await selectApplied(snapshot, { environment });
    if (row === undefined) return NONE;
    const event = authentic(snapshot, row) as RegistryEvent<'owners.applied'>;
    const { change, text } = event.data;
    return { change: Number(change), text, rules: rulesOfEvent(event) };
  });
}

/** The text before an event of the log. @throws as `readOwners` */
export async function ownersTextBefore(
  snapshot: ReadSnapshot,
  environment: EnvironmentName,
  seq: number,
): Promise<string> {
  const [row] = await selectAppliedBefore(snapshot, { environment, seq });
  return row === undefined ? '' : (authentic(snapshot, row) as RegistryEvent<'owners.applied'>).data.text;
}

/** Must be called after appending an event that sets them. */
export function forgetOwners(transaction: WriteTransaction, environment: EnvironmentName): void {
  forget(transaction, whatOf(environment));
}

function whatOf(environment: EnvironmentName): string {
  return `owners ${environment}`;
}

/** Parsed owners by the hash of the event that set them. */
const parsed = new LRUCache<string, readonly OwnerRule[]>({ max: 64 });

function rulesOfEvent({ seq, hash, data }: RegistryEvent<'owners.applied'>): readonly OwnerRule[] {
  const known = parsed.get(hash);
  if (known !== undefined) return known;
  const result = parseOwners(data.text);
  if ('errors' in result) throw broken(`Event ${seq} sets owners that cannot be read.`);
  parsed.set(hash, result.rules);
  return result.rules;
}

/** The kind is a literal in the statement, because only then is the partial index used. */
const selectApplied = preparedQuery((database, given: { readonly environment: EnvironmentName }) =>
  database
    .selectFrom('events')
    .selectAll()
    .where('environment', '=', given.environment)
    .where('kind', '=', sql.lit('owners.applied' as const))
    .orderBy('seq', 'desc')
    .limit(1),
);

const selectAppliedBefore = preparedQuery(
  (database, given: { readonly environment: EnvironmentName; readonly seq: number }) =>
    database
      .selectFrom('events')
      .selectAll()
      .where('environment', '=', given.environment)
      .where('kind', '=', sql.lit('owners.applied' as const))
      .where('seq', '<', given.seq)
      .orderBy('seq', 'desc')
      .limit(1),
);

/** The newest change of an environment's owners, in any state; undefined if there was none. */
export async function newestOwnersChange(
  snapshot: ReadSnapshot,
  environment: EnvironmentName,
): Promise<OwnersChange | undefined> {
  const [row] = await selectNewest(snapshot, { environment });
  if (row === undefined) return undefined;
  const event = authentic(snapshot, row);
  return isOwnersEvent(event) ? foldFrom(snapshot, environment, Number(event.data.change)) : undefined;
}

/** @throws Problem `owners_change_not_found` */
export async function readOwnersChange(
  snapshot: ReadSnapshot,
  environment: EnvironmentName,
  id: string,
): Promise<OwnersChange> {
  const number = /^[1-9][0-9]{0,14}$/.test(id) ? Number(id) : 0;
  const change = number === 0 ? undefined : await foldFrom(snapshot, environment, number);
  if (change !== undefined) return change;
  throw new Problem(
    'owners_change_not_found',
    `There is no change of the owners of ${environment} with this id. Get the owners to find the one that waits.`,
  );
}

/** Only one change waits at a time, so its events are consecutive among those of the environment's owners. */
async function foldFrom(
  snapshot: ReadSnapshot,
  environment: EnvironmentName,
  id: number,
): Promise<OwnersChange | undefined> {
  let told: OwnersChange | undefined;
  for (let after = id - 1; ; ) {
    const rows = await selectAfter(snapshot, { environment, after });
    for (const row of rows) {
      const event = authentic(snapshot, row);
      if (!isOwnersEvent(event) || event.data.change !== String(id)) return told;
      told = continued(told, event);
      after = event.seq;
    }
    if (rows.length < PIECE) return told;
  }
}

function continued(told: OwnersChange | undefined, event: OwnersEvent): OwnersChange {
  try {
    return ownersChangeAfter(told, event);
  } catch (cause) {
    if (cause instanceof EventMisfit) throw broken(cause.message, { cause });
    throw cause;
  }
}

const ofOwners = sql`(${sql.join(OWNERS_KINDS.map(kind => sql.lit(kind)))})` as never;

const selectNewest = preparedQuery((database, given: { readonly environment: EnvironmentName }) =>
  database
    .selectFrom('events')
    .selectAll()
    .where('environment', '=', given.environment)
    .where('kind', 'in', ofOwners)
    .orderBy('seq', 'desc')
    .limit(1),
);

/** The number of events per read: most changes have three, and later ones have other texts. */
const PIECE = 10;

const selectAfter = preparedQuery(
  (database, given: { readonly environment: EnvironmentName; readonly after: number }) =>
    database
      .selectFrom('events')
      .selectAll()
      .where('environment', '=', given.environment)
      .where('kind', 'in', ofOwners)
      .where('seq', '>', given.after)
      .orderBy('seq')
      .limit(PIECE),
);
