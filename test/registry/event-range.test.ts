/** A range of the log as it is checked by few statements, against the same by one row after the other. */
import assert from 'node:assert/strict';
import { createHmac, createSecretKey } from 'node:crypto';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import fc from 'fast-check';
import { digestOf } from '../../src/core/digest.ts';
import { type ChainHead, chainEvent, hasItsHash, type NewEvent } from '../../src/core/event.ts';
import type { VersionOrigin } from '../../src/core/origin.ts';
import type { RangeChecker } from '../../src/registry/store/checked-range.ts';
import { eventOfRow } from '../../src/registry/store/event-row.ts';
import { originText } from '../../src/registry/store/origin-text.ts';
import { rangeChecker } from '../../src/registry/store/sqlite/event-range.ts';
import { SQLITE_MIGRATIONS } from '../../src/registry/store/sqlite/migrations.ts';
import type { EventsTable, VersionsTable } from '../../src/registry/store/tables.ts';
import { runs } from '../runs.ts';

/** Rows that are read at once, and the bytes of a source that is not read with others. */
const SOME = 100;
const LARGE = 65_536;
const KEY = Buffer.alloc(32, 7);
/** The first event that has a MAC. */
const FROM = 3;

interface Published {
  readonly message: string;
  readonly actor: string;
  readonly source: string;
  readonly hasPartial: boolean;
  readonly origin?: VersionOrigin | undefined;
  /** Bytes that it is said to have and does not. */
  readonly extra: number;
}
/** A version, or an event of another kind. */
type Told = Published | string;

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).filter(each => each.isWellFormed()),
  fc.string({ unit: fc.constantFrom('a', '"', '\\', '\0', '\n', 'é', '😀', '\u2028', ','), maxLength: 30 }),
);
const source = fc.oneof(
  { weight: 20, arbitrary: text },
  { weight: 1, arbitrary: fc.constantFrom(LARGE - 1, LARGE, LARGE + 1).map(size => 'x'.repeat(size)) },
  { weight: 1, arbitrary: fc.constant('é'.repeat(LARGE / 2)) },
);
/** Of few. */
const extra = fc.nat({ max: 40 }).map(each => Math.max(0, each - 39));
const told: fc.Arbitrary<Told> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      message: text,
      actor: text,
      source,
      hasPartial: fc.boolean(),
      origin: fc.option(fc.record({ commit: text as fc.Arbitrary<never>, author: text }), { nil: undefined }),
      extra,
    }),
  },
  { weight: 1, arbitrary: text },
);
/** Around where one read ends. */
const count = fc.oneof(
  fc.integer({ min: 0, max: 5 }),
  fc.constantFrom(SOME - 1, SOME, SOME + 1, 2 * SOME - 1, 2 * SOME, 2 * SOME + 1),
);
const log = count.chain(length =>
  fc.record({
    // A few, again and again: what is long to make is not what is looked for.
    few: fc.array(told, { minLength: 1, maxLength: 8 }),
    length: fc.constant(length),
    after: fc.integer({ min: 0, max: length }),
    until: fc.integer({ min: 0, max: length + SOME }),
  }),
);

/** One row each, `?` its seq. */
const CHANGES = [
  ...[
    ['events', 'at actor key kind prompt environment channel data previous_hash hash mac'],
    ['versions', 'prompt digest source message author published_at partials origin'],
  ].flatMap(([table, columns]) =>
    (columns as string)
      .split(' ')
      .map(each => `UPDATE ${table} SET ${each} = coalesce(${each}, '') || 'x' WHERE seq = ?`),
  ),
  'UPDATE events SET version = version + 1 WHERE seq = ?',
  "UPDATE events SET data = replace(data, ':', ': ') WHERE seq = ?",
  'UPDATE events SET mac = NULL WHERE seq = ?',
  'UPDATE versions SET version = version + 1000 WHERE seq = ?',
  'UPDATE versions SET bytes = bytes + 1 WHERE seq = ?',
  'UPDATE versions SET base = coalesce(base, 0) + 1 WHERE seq = ?',
  "UPDATE versions SET source = '' WHERE seq = ?",
  'UPDATE versions SET seq = seq + 5000 WHERE seq = ?',
  'DELETE FROM events WHERE seq = ?',
  'DELETE FROM versions WHERE seq = ?',
  `INSERT INTO versions SELECT 'q', 1, '', '', NULL, '', '', '', 0, '{}', seq, NULL FROM events
     WHERE seq = ? AND kind <> 'version.published'`,
];

describe('the range check with few statements', () => {
  it('accepts exactly what reading row by row accepts, whatever was changed', () => {
    const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(log, place, (given, at) => {
        using database = logOf(given);
        const check = rangeChecker(database, {
          macs: { secret: createSecretKey(KEY), start: FROM },
          sources: true,
        });
        const { after, length } = given;
        assertSame(database, check, given);
        const seq = after + 1 + Math.floor(at * (Math.min(given.until, length) - after));
        for (const sql of CHANGES) {
          database.exec('BEGIN');
          database.prepare(sql).run(seq);
          assertSame(database, check, given, sql);
          database.exec('ROLLBACK');
        }
        rewrite(database, seq);
        assertSame(database, check, given, 'rewritten');
      }),
      { numRuns: runs(200, 20) },
    );
  });

  const version: Published = { message: 'm', actor: 'a', source: 'Text', hasPartial: false, extra: 0 };
  const parts = { macs: { secret: createSecretKey(KEY), start: FROM }, sources: true };

  it('rejects a source whose size differs from its event', () => {
    using database = logOf({ few: [{ ...version, extra: 1 }], length: 2 });
    assert.equal(rangeChecker(database, parts)(0, 2), undefined);
  });

  it('rejects an empty source that was given a text', () => {
    using database = logOf({ few: [{ ...version, source: '' }], length: 2 });
    assert.ok(rangeChecker(database, parts)(0, 2));
    database.exec("UPDATE versions SET source = 'x' WHERE seq = 2");
    assert.equal(rangeChecker(database, parts)(0, 2), undefined);
  });

  it('rejects a range without its first event', () => {
    using database = logOf({ few: [version], length: 2 });
    database.exec('DELETE FROM events WHERE seq = 1; DELETE FROM versions WHERE seq = 1');
    assert.equal(rangeChecker(database, parts)(0, 2), undefined);
  });
});

/** As the registry would have written it after another event: its hash and MAC fit, and nothing after it does. */
function rewrite(database: DatabaseSync, seq: number): void {
  const row = database.prepare('SELECT * FROM events WHERE seq = ?').get(seq) as unknown as
    | EventsTable
    | undefined;
  if (row === undefined) return;
  const { previousHash: _, hash: __, seq: ___, at, ...event } = eventOfRow(row);
  const other = { seq: seq - 1, hash: digestOf('another'), at };
  const { previousHash, hash } = chainEvent(event as NewEvent<'version.published'>, other as never, at);
  database
    .prepare('UPDATE events SET previous_hash = ?, hash = ?, mac = ? WHERE seq = ?')
    .run(previousHash, hash, row.mac && macOf(seq, hash), seq);
}

function assertSame(
  database: DatabaseSync,
  check: RangeChecker,
  { after, until }: { readonly after: number; readonly until: number },
  what?: string,
): void {
  const { previousHash, head, events } = tried(() => check(after, until)) ?? {};
  const range = head && { previousHash, head, events: events?.length };
  assert.deepEqual(
    range,
    tried(() => rowByRow(database, after, until)),
    what,
  );
}

function tried<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch {
    return undefined;
  }
}

function logOf({ few, length }: { readonly few: readonly Told[]; readonly length: number }): DatabaseSync {
  const database = new DatabaseSync(':memory:', { enableForeignKeyConstraints: false });
  for (const each of SQLITE_MIGRATIONS) database.exec(each);
  for (const { name } of database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
    database.exec(`DROP TRIGGER ${name}`);
  let last: (ChainHead & { readonly at: string }) | null = null;
  let version = 0;
  for (let index = 0; index < length; index++) {
    const each = few[index % few.length] as Told;
    if (typeof each !== 'string') version++;
    last = append(database, last, each, version);
  }
  return database;
}

function append(
  database: DatabaseSync,
  last: (ChainHead & { readonly at: string }) | null,
  each: Told,
  version: number,
): ChainHead & { readonly at: string } {
  const at = new Date(Date.UTC(2026, 0, 1) + version).toISOString();
  const isVersion = typeof each !== 'string';
  const partials = isVersion && each.hasPartial ? { header: { prompt: '_header', version: 1 } } : {};
  const about = isVersion
    ? {
        kind: 'version.published',
        actor: each.actor,
        prompt: 'p',
        version,
        data: {
          digest: digestOf(each.source),
          base: version === 1 ? null : version - 1,
          message: each.message,
          bytes: Buffer.byteLength(each.source) + each.extra,
          partials,
          ...(each.origin && { origin: each.origin }),
        },
      }
    : { kind: 'prompt.archived', actor: each, prompt: 'p', data: {} };
  const event = chainEvent(
    { key: 'k', environment: 'development', ...about } as unknown as NewEvent<'version.published'>,
    last as never,
    at,
  );
  const { seq, actor, key, kind, prompt, environment, data, previousHash, hash } = event;
  const mac = seq < FROM ? null : macOf(seq, hash);
  insert(database, 'events', {
    ...{ seq, at, actor, key, kind, prompt: prompt ?? null, version: event.version ?? null },
    ...{ environment: environment ?? null, channel: null, data: JSON.stringify(data) },
    ...{ previous_hash: previousHash, hash, mac },
  });
  if (isVersion) {
    const { digest, base, message, bytes } = data;
    insert(database, 'versions', {
      ...{ prompt: 'p', version, digest, source: each.source, base, message, author: actor },
      ...{ published_at: at, bytes, partials: JSON.stringify(data.partials), seq },
      origin: originText(data.origin),
    });
  }
  return event;
}

function macOf(seq: number, hash: string): string {
  return createHmac('sha256', KEY).update(`promptforge.event.v1 ${seq} ${hash}`).digest('base64');
}

function insert(database: DatabaseSync, table: string, row: Readonly<Record<string, SQLInputValue>>): void {
  const columns = Object.keys(row);
  database
    .prepare(`INSERT INTO ${table} (${columns}) VALUES (${columns.map(() => '?')})`)
    .run(...Object.values(row));
}

/** As simply as it can be said; undefined where it does not fit. */
function rowByRow(database: DatabaseSync, after: number, until: number): object | undefined {
  const where = 'WHERE seq > ? AND seq <= ? ORDER BY seq';
  const rows = database
    .prepare(`SELECT * FROM events ${where}`)
    .all(after, until) as unknown as EventsTable[];
  const versions = database
    .prepare(`SELECT *, octet_length(source) AS length FROM versions ${where}`)
    .all(after, until) as unknown as (VersionsTable & { readonly length: number })[];
  let head: ChainHead | undefined;
  for (const row of rows) {
    const event = eventOfRow(row);
    if (row.seq !== (head?.seq ?? after) + 1 || !hasItsHash(event)) return undefined;
    if (head !== undefined && row.previous_hash !== head.hash) return undefined;
    if (row.seq >= FROM && row.mac !== macOf(row.seq, row.hash)) return undefined;
    head = { seq: row.seq, hash: row.hash };
    if (row.kind !== 'version.published') continue;
    const version = versions.shift();
    if (version === undefined || version.seq !== row.seq) return undefined;
    const { digest, base, message, bytes, partials, origin } = JSON.parse(row.data);
    const expected = [row.prompt, row.version, digest, base, message, row.actor, row.at, bytes];
    const { prompt, version: number, author, published_at } = version;
    const stored = [
      prompt,
      number,
      version.digest,
      version.base,
      version.message,
      author,
      published_at,
      version.bytes,
    ];
    if (
      JSON.stringify([...stored, version.partials, version.origin]) !==
      JSON.stringify([...expected, JSON.stringify(partials), originText(origin)])
    )
      return undefined;
    if (version.length !== bytes || digestOf(version.source) !== digest) return undefined;
  }
  if (head === undefined || versions.some(({ seq }) => seq <= (head?.seq ?? 0))) return undefined;
  return { previousHash: rows[0]?.previous_hash, head, events: rows.length };
}
