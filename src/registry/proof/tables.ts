/** Verifies the tables row by row against the log. Data that is in no event is skipped: last uses of keys, addresses of webhooks. */
import { sql } from 'kysely';
import { canonicalJson } from '../../core/canonical.ts';
import { digestOf } from '../../core/digest.ts';
import type { EventKind, RegistryEvent } from '../../core/event.ts';
import { digestOfComment } from '../../core/line-comments.ts';
import { type Projection, pointerName, promotionOf } from '../../core/projection.ts';
import { isPromotionEvent, type PromotionRecord } from '../../core/promotion.ts';
import { approvalRows, commentRow, pointerRow, rowOf } from '../promotions/rows.ts';
import { broken } from '../store/broken.ts';
import { COLUMNS } from '../store/columns.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { ReadSnapshot } from '../store/store.ts';
import type { ApprovalsTable, CommentsTable, PromotionsTable, Tables } from '../store/tables.ts';
import { turns } from '../turns.ts';
import { filterText } from '../webhooks/filters.ts';

/**
 * Verifies the promotions, with their approvals, that these events closed, and that there are none which no event
 * began. Most were begun by these events too, and are read as one range, because a list of ids would be a new statement
 * each time.
 */
export async function checkClosed(
  snapshot: ReadSnapshot,
  events: readonly RegistryEvent[],
  closed: readonly PromotionRecord[],
  after: number,
  until: number,
): Promise<void> {
  const begun = new Set<number>();
  for (const event of events)
    if (isPromotionEvent(event) && promotionOf(event) === undefined) begun.add(event.seq);
  const rows = await promotionsOf(snapshot, { after, until });
  for (const { id } of rows) if (!begun.has(id)) throw ofNobody('promotions', id);
  const approvals = await approvalsOf(snapshot, { after, until });
  for (const { seq, promotion } of approvals) if (!begun.has(promotion)) throw ofNobody('approvals', seq);
  comparePromotions(
    closed.filter(({ id }) => id > after),
    rows,
    approvals,
  );
  await checkPromotions(
    snapshot,
    closed.filter(({ id }) => id <= after),
  );
}

interface Events {
  readonly after: number;
  readonly until: number;
}

const promotionsOf = preparedQuery((database, { after, until }: Events) =>
  database
    .selectFrom('promotions')
    .select(COLUMNS.promotions)
    .where('id', '>', after)
    .where('id', '<=', until),
);

const approvalsOf = preparedQuery((database, { after, until }: Events) =>
  database
    .selectFrom('approvals')
    .select(COLUMNS.approvals)
    .where('promotion', '>', after)
    .where('promotion', '<=', until)
    .orderBy('seq'),
);

const commentsOf = preparedQuery((database, { after, until }: Events) =>
  database.selectFrom('comments').select(COLUMNS.comments).where('id', '>', after).where('id', '<=', until),
);

async function checkPromotions(
  snapshot: ReadSnapshot,
  promotions: readonly PromotionRecord[],
): Promise<void> {
  const turn = turns();
  for (let start = 0; start < promotions.length; start += SOME) {
    await turn();
    const some = promotions.slice(start, start + SOME);
    const ids = some.map(({ id }) => id);
    const rows = await snapshot.selectFrom('promotions').selectAll().where('id', 'in', ids).execute();
    const approvals = await snapshot
      .selectFrom('approvals')
      .selectAll()
      .where('promotion', 'in', ids)
      .orderBy('seq')
      .execute();
    comparePromotions(some, rows, approvals);
  }
}

/** @param approvals in order */
function comparePromotions(
  promotions: readonly PromotionRecord[],
  rows: readonly PromotionsTable[],
  approvals: readonly ApprovalsTable[],
): void {
  const byId = new Map(rows.map(row => [row.id, row]));
  const given = Map.groupBy(approvals, ({ promotion }) => promotion);
  for (const promotion of promotions) {
    const { id } = promotion;
    compare('promotions', `${id}`, byId.get(id), rowOf(promotion), id);
    const expected = approvalRows(promotion);
    const stored = given.get(id) ?? [];
    for (const [index, row] of expected.entries())
      compare('approvals', `${row.seq}`, stored[index], row, row.seq);
    const extra = stored[expected.length];
    if (extra !== undefined)
      throw broken(`The table approvals has a row ${extra.seq} for promotion ${id} that no event gave.`);
  }
}

export async function checkComments(
  snapshot: ReadSnapshot,
  events: readonly RegistryEvent[],
  after: number,
  until: number,
): Promise<void> {
  const rows = await commentsOf(snapshot, { after, until });
  const byId = new Map(rows.map(row => [row.id, row]));
  const check = (event: RegistryEvent, written: Omit<CommentsTable, 'text'>) => {
    const row = byId.get(event.seq);
    const expected = { ...written, digest: digestOfComment(event) };
    compare('comments', `${event.seq}`, row && { ...row, digest: digestOf(row.text) }, expected, event.seq);
    byId.delete(event.seq);
  };
  for (const event of ofKind(events, 'promotion.commented')) check(event, commentRow(event));
  for (const kind of ['comment.created', 'comment.edited'] as const)
    for (const event of ofKind(events, kind)) {
      const { seq, at, actor } = event;
      check(event, { id: seq, promotion: null, actor, at, side: null, line: null });
    }
  for (const id of byId.keys()) throw ofNobody('comments', id);
}

/** Checks for rows outside the log: before its first event, or after its last. */
export async function checkNothingBeyond(snapshot: ReadSnapshot, last: number): Promise<void> {
  for (const [table, name, event] of [
    ['versions', 'seq', 'seq'],
    ['promotions', 'id', 'id'],
    ['approvals', 'seq', 'promotion'],
    ['comments', 'id', 'id'],
  ] as const) {
    const rows = snapshot.selectFrom(table).select(sql.ref<number>(name).as('name')).limit(1);
    const seq = sql.ref<number>(event);
    // Two queries, because SQLite would read the whole table for a single one.
    const row =
      (await rows.where(seq, '<', 1).executeTakeFirst()) ??
      (await rows.where(seq, '>', last).executeTakeFirst());
    if (row !== undefined) throw ofNobody(table, row.name);
  }
}

/** Verifies the tables that change: they follow from the events only at the end of the log. */
export async function checkState(snapshot: ReadSnapshot, projection: Projection): Promise<void> {
  const { open, prompts, pointers, environments, keys, webhooks } = projection;
  for (const [id, { key, revoked }] of projection.toHold)
    throw broken(`Promotion ${id} still counts on the key ${key}, which event ${revoked} revoked.`);
  const [left] = projection.releases.toApply;
  if (left !== undefined) throw broken(`Promotion ${left} was not applied with the others of its release.`);
  await checkPromotions(snapshot, [...open.values()]);
  await checkTable(
    snapshot,
    'prompts',
    row => row.name,
    prompts,
    (name, { newest, archived }) => ({ name, newest, archived: archived ? 1 : 0 }),
  );
  await checkTable(snapshot, 'pointers', pointerName, pointers, (_, { promotion }) => pointerRow(promotion));
  await checkTable(
    snapshot,
    'environments',
    row => row.name,
    environments,
    (name, { position, policy }) => ({ name, position, policy: canonicalJson(policy) }),
  );
  await checkTable(
    snapshot,
    'keys',
    row => row.id,
    keys,
    (id, { seq, environment, role, actor, createdAt, expiresAt, revokedAt, commitment }) => ({
      ...{ id, seq, environment, role, actor },
      created_at: createdAt,
      expires_at: expiresAt,
      revoked_at: revokedAt,
      ...(commitment !== null && { commitment }),
    }),
  );
  await checkTable(
    snapshot,
    'webhooks',
    row => row.id,
    webhooks,
    (id, { seq, environment, origin, environments, events, format, createdAt, createdBy }) => ({
      ...{ id, seq, environment, origin, format },
      ...(environments !== undefined && { environments: filterText(environments) }),
      ...(events !== undefined && { events: filterText(events) }),
      created_at: createdAt,
      created_by: createdBy,
    }),
  );
}

/** The number of rows per query. */
const SOME = 250;

async function checkTable<Table extends keyof Tables, State>(
  snapshot: ReadSnapshot,
  table: Table,
  name: (row: Tables[Table]) => string,
  states: ReadonlyMap<string, State>,
  rowOfState: (name: string, state: State) => object,
): Promise<void> {
  const turn = turns();
  let found = 0;
  for await (const each of snapshot.selectFrom(table).selectAll().stream()) {
    await turn();
    const row = each as unknown as Tables[Table];
    const named = name(row);
    const state = states.get(named);
    if (state === undefined) throw ofNobody(table, named);
    const stored = comparable(table, row);
    compare(table, named, stored, rowOfState(named, state));
    found++;
  }
  if (found === states.size) return;
  const present = new Set<string>();
  for await (const row of snapshot.selectFrom(table).selectAll().stream())
    present.add(name(row as unknown as Tables[Table]));
  const [missing] = [...states.keys()].filter(each => !present.has(each));
  throw broken(`The table ${table} lacks the row "${missing}", which the log tells of.`);
}

function ofNobody(table: keyof Tables, row: string | number): Error {
  return broken(`The table ${table} has a row ${JSON.stringify(row)} that no event made.`);
}

/** A row derived from the log. */
function comparable(table: keyof Tables, row: Tables[keyof Tables]): object {
  if (table === 'keys') return { ...row, commitment: digestOf((row as Tables['keys']).hash) };
  if (table !== 'environments') return row;
  return { ...row, policy: canonicalText((row as Tables['environments']).policy) };
}

/** @throws DataFolderProblem `chain_broken` at the first column of `expected` in which the row differs */
export function compare(
  table: keyof Tables,
  name: string,
  row: object | undefined,
  expected: object,
  seq?: number,
): void {
  const by = seq === undefined ? 'the log' : `event ${seq}`;
  if (row === undefined) throw broken(`The table ${table} lacks the row ${name} of ${by}.`);
  for (const column of Object.keys(expected)) {
    const value = (expected as Readonly<Record<string, unknown>>)[column];
    const stored = (row as Readonly<Record<string, unknown>>)[column];
    if (stored !== value)
      throw broken(
        `The table ${table} has ${column} ${shown(stored)} in the row ${name}; by ${by} it is ${shown(value)}.`,
      );
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? 'nothing';
}

/** Text that is not JSON is returned unchanged, so it differs from any JSON. */
export function canonicalText(json: string): string {
  try {
    return canonicalJson(JSON.parse(json));
  } catch {
    return json;
  }
}

export function ofKind<K extends EventKind>(events: readonly RegistryEvent[], kind: K): RegistryEvent<K>[] {
  return events.filter(event => event.kind === kind) as RegistryEvent[] as RegistryEvent<K>[];
}
