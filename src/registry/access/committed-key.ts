/**
 * Verifies a key's row against the key's events: its hash and creator, its expiry, and whether it was revoked. A row
 * that disagrees was changed or inserted by other means.
 */
import { type CompiledQuery, PostgresAdapter, type RawBuilder, sql } from 'kysely';
import { type Digest, digestOf } from '../../core/digest.ts';
import type { EventData, RegistryEvent } from '../../core/event.ts';
import { authentic, EVENT_BESIDE, eventBeside } from '../store/authentic.ts';
import { broken } from '../store/broken.ts';
import { macsOf } from '../store/macs.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import { isRemembered } from '../store/remembered.ts';
import type { ReadSnapshot } from '../store/store.ts';
import type { KeysTable } from '../store/tables.ts';
import { keepVerifiedRow, keyRow, verifiedRow } from '../store/verified-rows.ts';

/** @throws DataFolderProblem `chain_broken` when the row is not what its events say */
export async function readCommittedKey(snapshot: ReadSnapshot, id: string): Promise<KeysTable | undefined> {
  const before = verifiedRow(snapshot, keyRow(id));
  if (before !== undefined) {
    const [row] = await selectRow(snapshot, { id });
    if (row !== undefined && textOf(row) === before) return row;
  }
  const row = await readWithEvents(snapshot, id);
  if (row !== undefined) keepVerifiedRow(snapshot, keyRow(id), textOf(row));
  return row;
}

/** The first query of `readCommittedKey`; none if the key is known in this transaction. */
export function committedKeyAhead(snapshot: ReadSnapshot, id: string): CompiledQuery[] {
  return isRemembered(snapshot, keyRow(id)) ? [] : [selectRow.compiled(snapshot, { id })];
}

/** The text of a row without the time of last use, which is in no event. */
function textOf({
  id,
  seq,
  environment,
  role,
  actor,
  hash,
  created_at,
  expires_at,
  revoked_at,
}: KeysTable): string {
  return JSON.stringify([id, seq, environment, role, actor, hash, created_at, expires_at, revoked_at]);
}

const selectRow = preparedQuery((database, given: { readonly id: string }) =>
  database.selectFrom('keys').selectAll().where('id', '=', given.id),
);

async function readWithEvents(snapshot: ReadSnapshot, id: string): Promise<KeysTable | undefined> {
  const rows = await selectKey(snapshot, { id });
  const [first] = rows;
  if (first === undefined) return undefined;
  const { last_used_at } = first;
  const events = rows.map(row => eventBeside(snapshot, row)).filter(event => event !== undefined);
  const told = keyAfter(events.sort((one, other) => one.seq - other.seq));
  if (told === undefined) throw broken(`The table keys has a row "${id}" that no event made.`);
  const { commitment, ...expected } = told;
  for (const [column, value] of Object.entries(expected))
    if (first[column as keyof typeof expected] !== value)
      throw broken(`The table keys has another ${column} in the row "${id}" than the log.`);
  // A key that was revoked before MACs began needs no commitment: it gives no access.
  const needsCommitment = (macsOf(snapshot)?.start ?? Number.POSITIVE_INFINITY) < Number.POSITIVE_INFINITY;
  const isCommitted =
    commitment === null
      ? !needsCommitment || expected.revoked_at !== null
      : digestOf(first.hash) === commitment;
  if (!isCommitted)
    throw broken(`The table keys has another hash in the row "${id}" than the log commits to.`);
  return { ...expected, hash: first.hash, last_used_at };
}

type Told = Omit<KeysTable, 'hash' | 'last_used_at'> & { readonly commitment: Digest | null };

/** The key derived from its events in order; undefined if none created it. */
function keyAfter(events: readonly RegistryEvent[]): Told | undefined {
  let told: Told | undefined;
  for (const event of events) {
    if (event.kind === 'key.created' && event.environment !== undefined) {
      const { id, role, actor, expiresAt, commitment = null } = event.data as EventData['key.created'];
      const { seq, at, environment } = event;
      told = {
        id,
        seq,
        environment,
        role,
        actor,
        created_at: at,
        expires_at: expiresAt,
        revoked_at: null,
        commitment,
      };
    }
    if (told === undefined) return undefined;
    if (event.kind === 'key.committed')
      told = { ...told, commitment: (event.data as EventData['key.committed']).commitment };
    if (event.kind === 'key.expiry_set')
      told = { ...told, expires_at: (event.data as EventData['key.expiry_set']).expiresAt };
    if (event.kind === 'key.revoked') told = { ...told, revoked_at: event.at };
  }
  return told;
}

const KINDS = ['key.created', 'key.committed', 'key.expiry_set', 'key.revoked'] as const;

/** A row for each event of the key. The kinds are part of the statement itself: only then is their index used. */
const selectKey = preparedQuery((database, given: { readonly id: string }) =>
  database
    .selectFrom('keys')
    .leftJoin('events', join =>
      join
        .on(idInData(database), '=', given.id)
        .on('events.kind', 'in', sql`(${sql.join(KINDS.map(kind => sql.lit(kind)))})` as never),
    )
    .selectAll('keys')
    .select(EVENT_BESIDE)
    .where('keys.id', '=', given.id),
);

/** The event after `seq` that revoked the key, whatever its row says; undefined if none did. */
export async function revokedAfter(
  snapshot: ReadSnapshot,
  id: string,
  seq: number,
): Promise<number | undefined> {
  for (const row of await selectEvents(snapshot, { id, seq })) {
    const event = authentic(snapshot, row);
    if (event.kind === 'key.revoked') return event.seq;
  }
  return undefined;
}

const selectEvents = preparedQuery((database, given: { readonly id: string; readonly seq: number }) =>
  database
    .selectFrom('events')
    .selectAll()
    .where(idInData(database), '=', given.id)
    .where('kind', 'in', sql`(${sql.join(KINDS.map(kind => sql.lit(kind)))})` as never)
    .where('seq', '>', given.seq)
    .orderBy('seq'),
);

/** The expression in the index of each engine. */
function idInData(database: ReadSnapshot): RawBuilder<string> {
  return database.getExecutor().adapter instanceof PostgresAdapter
    ? sql<string>`(${sql.ref('events.data')}::json ->> 'id')`
    : sql<string>`json_extract(${sql.ref('events.data')}, '$.id')`;
}
