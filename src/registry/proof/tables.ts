/** The tables beside the log, row by row against what the log says of them. What no event tells is not looked at: hashes of keys, last uses, addresses of webhooks. */
import { canonicalJson } from '../../core/canonical.ts';
import { digestOf } from '../../core/digest.ts';
import type { EventKind, RegistryEvent } from '../../core/event.ts';
import { type Projection, pointerName } from '../../core/projection.ts';
import type { PromotionRecord } from '../../core/promotion.ts';
import { approvalRows, commentRow, pointerRow, rowOf } from '../promotions/rows.ts';
import type { Snapshot } from '../store/store.ts';
import type { Tables } from '../store/tables.ts';
import { broken } from '../store/verify.ts';

/** The sources that these events published, one at a time, as each may be large. */
export async function checkVersions(
  snapshot: Snapshot,
  events: readonly RegistryEvent[],
  after: number,
  until: number,
): Promise<void> {
  const published = new Map(ofKind(events, 'version.published').map(event => [event.seq, event]));
  const rows = snapshot.selectFrom('versions').selectAll().where('seq', '>', after).where('seq', '<=', until);
  for await (const row of rows.orderBy('seq').stream()) {
    const what = `${row.prompt}@${row.version}`;
    const event = published.get(row.seq);
    if (event === undefined) throw broken(`No event published the version ${what}.`);
    published.delete(row.seq);
    const { prompt, version, at, actor, data } = event;
    const { digest, base, message, bytes, partials } = data;
    const { source, partials: stored, ...rest } = row;
    const expected = {
      prompt,
      version,
      digest,
      base,
      message,
      author: actor,
      published_at: at,
      bytes,
      seq: row.seq,
    };
    compare('versions', what, rest, expected, event.seq);
    compare(
      'versions',
      what,
      { partials: canonicalText(stored) },
      { partials: canonicalJson(partials) },
      event.seq,
    );
    if (digestOf(source) !== digest || Buffer.byteLength(source) !== bytes)
      throw broken(`The source of the version ${what} is not the one that event ${event.seq} published.`);
  }
  const [missing] = published.values();
  if (missing !== undefined)
    throw broken(
      `The version ${missing.prompt}@${missing.version} that event ${missing.seq} published is gone.`,
    );
}

/** Promotions with their approvals. */
export async function checkPromotions(
  snapshot: Snapshot,
  promotions: readonly PromotionRecord[],
): Promise<void> {
  for (let start = 0; start < promotions.length; start += SOME) {
    const some = promotions.slice(start, start + SOME);
    const ids = some.map(({ id }) => id);
    const rows = await snapshot.selectFrom('promotions').selectAll().where('id', 'in', ids).execute();
    const approvals = await snapshot
      .selectFrom('approvals')
      .selectAll()
      .where('promotion', 'in', ids)
      .orderBy('seq')
      .execute();
    const byId = new Map(rows.map(row => [row.id, row]));
    const given = Map.groupBy(approvals, ({ promotion }) => promotion);
    for (const promotion of some) {
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
}

export async function checkComments(snapshot: Snapshot, events: readonly RegistryEvent[]): Promise<void> {
  const commented = ofKind(events, 'promotion.commented');
  if (commented.length === 0) return;
  const ids = commented.map(({ seq }) => seq);
  const rows = await snapshot.selectFrom('comments').selectAll().where('id', 'in', ids).execute();
  const byId = new Map(rows.map(row => [row.id, row]));
  for (const event of commented)
    compare('comments', `${event.seq}`, byId.get(event.seq), commentRow(event), event.seq);
}

/** What changes: only at the end of the log does it follow from the events that were read. */
export async function checkState(snapshot: Snapshot, projection: Projection): Promise<void> {
  await checkPromotions(snapshot, [...projection.open.values()]);
  await checkTable(
    snapshot,
    'prompts',
    row => row.name,
    new Map(
      Array.from(projection.prompts, ([name, { newest, archived }]) => [
        name as string,
        { name, newest, archived: archived ? 1 : 0 },
      ]),
    ),
  );
  await checkTable(
    snapshot,
    'pointers',
    pointerName,
    new Map(Array.from(projection.pointers, ([name, { promotion }]) => [name, pointerRow(promotion)])),
  );
  await checkTable(
    snapshot,
    'environments',
    row => row.name,
    new Map(
      Array.from(projection.environments, ([name, { position, policy }]) => [
        name as string,
        { name, position, policy: canonicalJson(policy) },
      ]),
    ),
  );
  await checkTable(
    snapshot,
    'keys',
    row => row.id,
    new Map(
      Array.from(
        projection.keys,
        ([id, { seq, environment, role, actor, createdAt, expiresAt, revokedAt }]) => [
          id,
          {
            id,
            seq,
            environment,
            role,
            actor,
            created_at: createdAt,
            expires_at: expiresAt,
            revoked_at: revokedAt,
          },
        ],
      ),
    ),
  );
  await checkTable(
    snapshot,
    'webhooks',
    row => row.id,
    new Map(
      Array.from(projection.webhooks, ([id, { seq, environment, origin, createdAt, createdBy }]) => [
        id,
        { id, seq, environment, origin, created_at: createdAt, created_by: createdBy },
      ]),
    ),
  );
}

/** What was compared row by row as the log told it must be all that there is. */
export async function checkCounts(snapshot: Snapshot, { counts, open }: Projection): Promise<void> {
  let approvals = counts.approvals;
  for (const promotion of open.values()) approvals += promotion.approvals.length;
  for (const [table, expected] of Object.entries({ ...counts, approvals }) as [
    keyof typeof counts,
    number,
  ][]) {
    const { count } = await snapshot
      .selectFrom(table)
      .select(({ fn }) => fn.countAll().as('count'))
      .executeTakeFirstOrThrow();
    if (Number(count) !== expected)
      throw broken(`The table ${table} has ${count} rows; the log says ${expected}.`);
  }
}

/** Rows that are asked for at once. */
const SOME = 1000;

async function checkTable<Table extends keyof Tables>(
  snapshot: Snapshot,
  table: Table,
  name: (row: Tables[Table]) => string,
  expected: Map<string, object>,
): Promise<void> {
  let found = 0;
  for await (const each of snapshot.selectFrom(table).selectAll().stream()) {
    const row = each as unknown as Tables[Table];
    const wanted = expected.get(name(row));
    if (wanted === undefined) throw broken(`The table ${table} has a row "${name(row)}" that no event made.`);
    compare(table, name(row), table === 'environments' ? withCanonicalPolicy(row as object) : row, wanted);
    found++;
  }
  if (found === expected.size) return;
  const present = new Set<string>();
  for await (const row of snapshot.selectFrom(table).selectAll().stream())
    present.add(name(row as unknown as Tables[Table]));
  const [missing] = [...expected.keys()].filter(each => !present.has(each));
  throw broken(`The table ${table} lacks the row "${missing}", which the log tells of.`);
}

function withCanonicalPolicy(row: object): object {
  return { ...row, policy: canonicalText((row as Tables['environments']).policy) };
}

/** @throws DataFolderProblem `chain_broken` at the first column of `expected` in which the row differs */
function compare(
  table: keyof Tables,
  name: string,
  row: object | undefined,
  expected: object,
  seq?: number,
): void {
  const by = seq === undefined ? 'the log' : `event ${seq}`;
  if (row === undefined) throw broken(`The table ${table} lacks the row ${name} of ${by}.`);
  for (const [column, value] of Object.entries(expected)) {
    const stored = (row as Record<string, unknown>)[column];
    if (stored !== value)
      throw broken(
        `The table ${table} has ${column} ${shown(stored)} in the row ${name}; by ${by} it is ${shown(value)}.`,
      );
  }
}

function shown(value: unknown): string {
  return JSON.stringify(value)?.slice(0, 100) ?? 'nothing';
}

/** What is no JSON is given as it is: it then differs from any. */
function canonicalText(json: string): string {
  try {
    return canonicalJson(JSON.parse(json));
  } catch {
    return json;
  }
}

function ofKind<K extends EventKind>(events: readonly RegistryEvent[], kind: K): RegistryEvent<K>[] {
  return events.filter(event => event.kind === kind) as RegistryEvent[] as RegistryEvent<K>[];
}
