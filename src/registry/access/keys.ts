/** Creates, lists, replaces and revokes keys. Only a hash of a key is stored. */
import { randomBytes } from 'node:crypto';
import { type CreatedKey, type KeyRecord, MAX_CASCADE, type RevokedKey } from '../../contract/keys.ts';
import { digestOf } from '../../core/digest.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { EventData } from '../../core/event.ts';
import { isWritableInstant, writtenInstant } from '../../core/instant.ts';
import { hashKey, makeKey } from '../../core/key.ts';
import { actorIn, validateActor } from '../../core/person.ts';
import { Problem } from '../../core/problem.ts';
import type { Role } from '../../core/role.ts';
import { readEnvironment } from '../environments.ts';
import { holdWhatKeyApproved } from '../promotions/revoked-key.ts';
import { checkKeyQuota } from '../quotas.ts';
import { appendEvent } from '../store/log.ts';
import { forget } from '../store/remembered.ts';
import type { ReadSnapshot, Store, WriteTransaction } from '../store/store.ts';
import type { KeysTable } from '../store/tables.ts';
import { keyRow } from '../store/verified-rows.ts';
import type { Author } from './caller.ts';
import { readCommittedKey } from './committed-key.ts';

export interface NewKey {
  readonly environment: EnvironmentName;
  readonly role: Role;
  readonly actor: string;
  /** RFC 3339; null if it does not expire. */
  readonly expiresAt: string | null;
  /** The id of the key that it replaces. */
  readonly replaces?: string;
}

/**
 * Creates a key; only its result contains the whole credential.
 * @throws Problem `environment_not_found`, or `invalid_request` for an invalid actor or an expiry in the past
 */
export async function createKey(
  transaction: WriteTransaction,
  now: Store['now'],
  author: Author,
  { environment, role, actor, expiresAt, replaces }: NewKey,
): Promise<CreatedKey> {
  await readEnvironment(transaction, environment);
  const why = validateActor(actor);
  if (why !== undefined)
    throw new Problem('invalid_request', why, { fields: [{ pointer: '/actor', message: why }] });
  const expiry = expiresAt === null ? null : new Date(expiresAt);
  if (expiresAt !== null && !isWritableInstant(expiresAt))
    throw new Problem(
      'invalid_request',
      '"expiresAt" is after the year 9999. Give an earlier time, or null.',
      {
        fields: [{ pointer: '/expiresAt', message: 'is after the year 9999' }],
      },
    );
  if (expiry !== null && expiry.getTime() <= now().getTime())
    throw new Problem('invalid_request', '"expiresAt" is not in the future. Give a later time, or null.', {
      fields: [{ pointer: '/expiresAt', message: 'is not in the future' }],
    });
  await checkKeyQuota(transaction, environment, now());
  const expires = expiry?.toISOString() ?? null;
  const { id, key } = makeKey(environment, randomBytes);
  const hash = hashKey(key);
  const commitment = digestOf(hash);
  const event = await appendEvent(transaction, now, () => ({
    ...author,
    kind: 'key.created',
    environment,
    data: { id, role, actor, expiresAt: expires, ...(replaces !== undefined && { replaces }), commitment },
  }));
  const row: KeysTable = {
    id,
    seq: event.seq,
    environment,
    role,
    actor,
    hash,
    created_at: event.at,
    expires_at: expires,
    last_used_at: null,
    revoked_at: null,
  };
  await transaction.insertInto('keys').values(row).execute();
  return { ...keyRecord(row), key };
}

export interface Rotation {
  /** In seconds: how long the old key stays valid, at most until its own expiry. */
  readonly overlap: number;
  /** Of the new key, RFC 3339; null: it does not expire; undefined: the lifetime of the old key. */
  readonly expiresAt?: string | null | undefined;
}

/**
 * Creates a key with the environment, role and actor of the key `id`, which then expires after the overlap.
 * @throws Problem `key_not_found`, `key_ended` when the key is revoked or has expired, `invalid_request` for an expiry
 * that is past
 */
export async function rotateKey(
  transaction: WriteTransaction,
  now: Store['now'],
  author: Author,
  id: string,
  { overlap, expiresAt }: Rotation,
): Promise<CreatedKey> {
  const old = await readKey(transaction, id);
  const started = now().getTime();
  checkValid(old, started);
  const { environment, role, actor } = old;
  const lifetime = old.expiresAt === null ? null : Date.parse(old.expiresAt) - Date.parse(old.createdAt);
  const asOld = lifetime === null ? null : writtenInstant(started + lifetime);
  const created = await createKey(transaction, now, author, {
    environment,
    role,
    // An older registry may have stored invisible characters; the person is the same without them.
    actor: actorIn(actor) ?? actor,
    expiresAt: expiresAt === undefined ? asOld : expiresAt,
    replaces: id,
  });
  const ends = started + overlap * 1000;
  if (old.expiresAt === null || ends < Date.parse(old.expiresAt))
    await setExpiry(transaction, now, author, old, new Date(ends).toISOString());
  return created;
}

function checkValid({ revokedAt, expiresAt }: KeyRecord, now: number): void {
  const expired = expiresAt !== null && Date.parse(expiresAt) <= now;
  if (revokedAt === null && !expired) return;
  const how = revokedAt === null ? `expired at ${expiresAt}` : `was revoked at ${revokedAt}`;
  throw new Problem('key_ended', `This key ${how}: nothing is left to overlap with. Make a new key instead.`);
}

async function setExpiry(
  transaction: WriteTransaction,
  now: Store['now'],
  author: Author,
  { id, environment }: KeyRecord,
  expiresAt: string,
): Promise<void> {
  await appendEvent(transaction, now, () => ({
    ...author,
    kind: 'key.expiry_set',
    environment,
    data: { id, expiresAt },
  }));
  await transaction.updateTable('keys').set({ expires_at: expiresAt }).where('id', '=', id).execute();
  forget(transaction, keyRow(id));
}

export interface KeyListing {
  readonly environment?: EnvironmentName;
  /** Only keys created before the event with this seq. */
  readonly before?: number;
  readonly limit?: number;
}

/** Keys with the seq of their creation, newest first. */
export async function listKeys(
  snapshot: ReadSnapshot,
  { environment, before, limit }: KeyListing,
): Promise<{ seq: number; record: KeyRecord }[]> {
  let query = snapshot
    .selectFrom('keys')
    .innerJoin('events', 'events.seq', 'keys.seq')
    .selectAll('keys')
    .select(['events.actor as maker', 'events.key as makerKey'])
    .orderBy('keys.seq', 'desc');
  if (environment !== undefined) query = query.where('keys.environment', '=', environment);
  if (before !== undefined) query = query.where('keys.seq', '<', before);
  if (limit !== undefined) query = query.limit(limit);
  return (await query.execute()).map(({ maker, makerKey, ...row }) => ({
    seq: row.seq,
    record: { ...keyRecord(row), createdBy: { actor: maker, key: makerKey } },
  }));
}

/** @throws Problem `key_not_found` */
export async function readKey(snapshot: ReadSnapshot, id: string): Promise<KeyRecord> {
  const row = await readCommittedKey(snapshot, id);
  if (row === undefined)
    throw new Problem('key_not_found', 'There is no key with this id. List the keys to find the right one.');
  return keyRecord(row);
}

/** Revokes a key at once. For a revoked key it does nothing. @throws Problem `key_not_found` */
export async function revokeKey(
  transaction: WriteTransaction,
  now: Store['now'],
  author: Author,
  id: string,
): Promise<KeyRecord> {
  const record = await readKey(transaction, id);
  if (record.revokedAt !== null) return record;
  const { at } = await appendEvent(transaction, now, () => ({
    ...author,
    kind: 'key.revoked',
    environment: record.environment,
    data: { id },
  }));
  await transaction.updateTable('keys').set({ revoked_at: at }).where('id', '=', id).execute();
  forget(transaction, keyRow(id));
  await holdWhatKeyApproved(transaction, now, author, id);
  return { ...record, revokedAt: at };
}

/**
 * Revokes a key like `revokeKey`, and recursively the keys that it created: at most `MAX_CASCADE` of them that are not
 * revoked yet. The author's own key comes last, when no others are left.
 * @throws Problem `key_not_found`
 */
export async function revokeKeyAndWhatItMade(
  transaction: WriteTransaction,
  now: Store['now'],
  author: Author,
  id: string,
): Promise<RevokedKey> {
  const own = author.key;
  const record = id === own ? await readKey(transaction, id) : await revokeKey(transaction, now, author, id);
  const keys: KeyRecord[] = [];
  const seen = new Set([id]);
  for (let makers = [id]; makers.length > 0; ) {
    const made = (await idsMadeBy(transaction, makers)).filter(each => !seen.has(each));
    for (const each of made) {
      seen.add(each);
      if (each === own) continue;
      if ((await readKey(transaction, each)).revokedAt !== null) continue;
      if (keys.length === MAX_CASCADE) return { ...record, cascade: { keys, complete: false } };
      keys.push(await revokeKey(transaction, now, author, each));
    }
    makers = made;
  }
  if (id === own)
    return { ...(await revokeKey(transaction, now, author, own)), cascade: { keys, complete: true } };
  if (seen.has(own)) {
    if (keys.length === MAX_CASCADE) return { ...record, cascade: { keys, complete: false } };
    keys.push(await revokeKey(transaction, now, author, own));
  }
  return { ...record, cascade: { keys, complete: true } };
}

/** In the order of creation. */
async function idsMadeBy(snapshot: ReadSnapshot, makers: readonly string[]): Promise<string[]> {
  const found: { readonly seq: number; readonly data: string }[] = [];
  for (let start = 0; start < makers.length; start += MAX_CASCADE)
    found.push(
      ...(await snapshot
        .selectFrom('events')
        .select(['seq', 'data'])
        .where('kind', '=', 'key.created')
        .where('key', 'in', makers.slice(start, start + MAX_CASCADE))
        .execute()),
    );
  return found
    .sort((one, other) => one.seq - other.seq)
    .map(({ data }) => (JSON.parse(data) as EventData['key.created']).id);
}

export function keyRecord(row: KeysTable): KeyRecord {
  return {
    id: row.id,
    environment: row.environment,
    role: row.role,
    actor: row.actor,
    createdAt: row.created_at,
    // An earlier release accepted times that no client can parse: one such key must not hide the others.
    expiresAt: row.expires_at === null ? null : writtenInstant(Date.parse(row.expires_at)),
    lastUsedAt: row.last_used_at,
    revokedAt: row.revoked_at,
  };
}
