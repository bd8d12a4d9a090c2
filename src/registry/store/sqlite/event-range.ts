/**
 * Checks a range of the log and its published versions with one SQLite statement. Most events publish a version, and
 * SQLite builds their hashed text from the version's row: if its hash matches, both rows are intact. A range that does
 * not match is left to the check of single rows, which names the fault.
 */
import type { KeyObject } from 'node:crypto';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { type Digest, hasDigest } from '../../../core/digest.ts';
import { hasItsHash, type RegistryEvent } from '../../../core/event.ts';
import type { CheckedRange, RangeChecker, RangeEvent } from '../checked-range.ts';
import { COLUMNS } from '../columns.ts';
import { eventOfRow } from '../event-row.ts';
import { areMacsOf, macText } from '../macs.ts';
import { originText } from '../origin-text.ts';
import type { EventsTable } from '../tables.ts';

export interface RangeChecks {
  /** The key of the MACs, and the seq of the first event that must have one; undefined to skip MACs. */
  readonly macs: { readonly secret: KeyObject; readonly start: number } | undefined;
  /** True to verify sources against their digests. */
  readonly sources: boolean;
}

/**
 * The checked events of a range. Those that published a version have only the fields that later checks need, because
 * the rest was verified against the version's row.
 * @param after the event before the first
 */
export function eventsOfRange({ events }: CheckedRange, after: number): RegistryEvent[] {
  return events.map((values, index) => {
    if (values.length > PUBLISHED) return eventOfRow(rowFrom(values));
    const [at, prompt, version] = values;
    return {
      seq: after + index + 1,
      kind: 'version.published',
      at,
      prompt,
      version,
    } as unknown as RegistryEvent;
  });
}

/** The number of values of an event that published a version. */
const PUBLISHED = 3;

function rowFrom(values: readonly unknown[]): EventsTable {
  const row: Record<string, unknown> = {};
  for (const [index, column] of COLUMNS.events.entries()) row[column] = values[index];
  return row as unknown as EventsTable;
}

/** Events per read: so many sources stay in the processor's cache until they are hashed. */
const SOME = 100;
/** The size in bytes up to which a source is read together with others. */
const LARGE = 65_536;
/** `sha256:` and 64 digits. */
const HASH = 71;

/** The stored canonical JSON; a version without an origin has NULL, which `concat` ignores. */
const ORIGIN = `',"origin":' || v.origin`;
const DATA = `'{"digest":"', v.digest, '","base":', coalesce(v.base, 'null'),
  ',"message":', json_quote(v.message), ',"bytes":', v.bytes, ',"partials":{}', ${ORIGIN}, '}'`;
/** RFC 8785 with sorted members, like `canonicalJson`. */
const HASHED = `concat(e.previous_hash, '{"actor":', json_quote(v.author), ',"at":', json_quote(v.published_at),
  ',"data":{"base":', coalesce(v.base, 'null'), ',"bytes":', v.bytes, ',"digest":"', v.digest,
  '","message":', json_quote(v.message), ${ORIGIN}, ',"partials":{}},"environment":', json_quote(e.environment),
  ',"key":', json_quote(e.key), ',"kind":"version.published","prompt":', json_quote(v.prompt),
  ',"seq":', v.seq, ',"version":', v.version, '}')`;
const IS_PLAIN = `e.kind = 'version.published' AND v.partials = '{}' AND e.channel IS NULL
  AND octet_length(e.previous_hash) = ${HASH} AND octet_length(v.digest) = ${HASH}
  AND coalesce(v.base, 1) BETWEEN 1 AND v.version
  AND e.actor = v.author AND e.at = v.published_at AND e.prompt = v.prompt AND e.version = v.version
  AND e.data = concat(${DATA})`;

const VERSION = [
  'prompt',
  'version',
  'digest',
  'base',
  'message',
  'author',
  'published_at',
  'bytes',
  'partials',
  'origin',
];

/** @throws errors of node:sqlite, also for an older schema */
export function rangeChecker(database: DatabaseSync, { macs, sources }: RangeChecks): RangeChecker {
  const mac = macs === undefined ? 'NULL' : 'e.mac';
  const source = sources
    ? `CASE WHEN octet_length(v.source) = v.bytes AND v.bytes <= ${LARGE} THEN v.source END`
    : 'NULL';
  const rowsOf = lists(
    database,
    `SELECT e.seq AS seq, e.hash AS hash, ${mac} AS mac, v.digest AS digest, e.at AS at, e.prompt AS prompt,
        e.version AS version, CASE WHEN ${IS_PLAIN} THEN ${HASHED} END AS hashed, ${source} AS source
      FROM events e LEFT JOIN versions v ON v.seq = e.seq
      WHERE e.seq > ? AND e.seq <= ? ORDER BY e.seq LIMIT ${SOME}`,
  );
  const columns = COLUMNS.events.map(column => (column === 'mac' ? `${mac} AS mac` : column)).join(', ');
  const eventRow = lists(database, `SELECT ${columns} FROM events e WHERE seq = ?`);
  const versionRow = lists(database, `SELECT ${VERSION.join(', ')} FROM versions WHERE seq = ?`);
  const countOf = lists(database, 'SELECT count(*) AS count FROM versions WHERE seq > ? AND seq <= ?');
  const largeSource = lists(
    database,
    'SELECT CASE WHEN octet_length(source) = bytes THEN source END AS source FROM versions WHERE seq = ?',
  );

  /** The row of an event that is not plain; undefined if its hash or its published version does not match. */
  function checkedRow(seq: number): EventsTable | undefined {
    const [values = []] = eventRow(seq);
    const row = rowFrom(values);
    const event = eventOfRow(row);
    if (!hasItsHash(event)) return undefined;
    if (event.kind === 'version.published') {
      const [stored] = versionRow(seq);
      if (JSON.stringify(stored) !== JSON.stringify(versionOf(event))) return undefined;
    }
    return row;
  }

  return (after, until) => {
    const events: RangeEvent[] = [];
    let previousHash = '';
    let hash = '';
    let published = 0;
    let seq = after;
    while (seq < until) {
      const rows = rowsOf(seq, until) as unknown as Row[];
      const macTexts: string[] = [];
      const found: string[] = [];
      for (let index = 0; index < rows.length; index++) {
        // By index: destructuring an array uses its iterator, on which a new thread, whose code is not compiled yet,
        // spends most of its time.
        const row = rows[index] as Row;
        seq += 1;
        if (row[SEQ] !== seq) return undefined;
        const hashed = row[HASHED_TEXT];
        let isPublished = true;
        let previous: string;
        if (hashed === null) {
          const event = checkedRow(seq);
          if (event?.hash !== row[OWN_HASH]) return undefined;
          isPublished = event.kind === 'version.published';
          previous = event.previous_hash;
          events.push(isPublished ? [row[AT], row[PROMPT], row[NUMBER]] : Object.values(event));
        } else {
          if (!hasDigest(hashed, row[OWN_HASH])) return undefined;
          previous = hashed.slice(0, HASH);
          events.push([row[AT], row[PROMPT], row[NUMBER]]);
        }
        if (seq === after + 1) previousHash = previous;
        else if (previous !== hash) return undefined;
        hash = row[OWN_HASH];
        if (isPublished) published++;
        if (isPublished && sources && !hasItsSource(row, seq)) return undefined;
        if (macs !== undefined && seq >= macs.start) {
          macTexts.push(macText(seq, hash));
          found.push(row[MAC] ?? '');
        }
      }
      if (macs !== undefined && !areMacsOf(macs.secret, macTexts, found)) return undefined;
      if (rows.length < SOME) break;
    }
    if (seq === after) return undefined;
    // There must be no version that another event published, or none.
    const [[count] = []] = countOf(after, seq);
    return count === published ? { previousHash, head: { seq, hash: hash as Digest }, events } : undefined;
  };

  function hasItsSource(row: Row, seq: number): boolean {
    const text = row[SOURCE] ?? largeSource(seq)[0]?.[0];
    // Undefined if its length differs from the version's; that is not the same as empty.
    return typeof text === 'string' && hasDigest(text, row[DIGEST] ?? '');
  }
}

type Row = readonly [
  seq: number,
  hash: string,
  mac: string | null,
  digest: string | null,
  at: string,
  prompt: string | null,
  version: number | null,
  /** The hashed text of a plain event. */
  hashed: string | null,
  source: string | null,
];
const SEQ = 0;
const OWN_HASH = 1;
const MAC = 2;
const DIGEST = 3;
const AT = 4;
const PROMPT = 5;
const NUMBER = 6;
const HASHED_TEXT = 7;
const SOURCE = 8;

/** In the order of VERSION. */
function versionOf({ prompt, version, at, actor, data }: RegistryEvent<'version.published'>): unknown[] {
  const { digest, base, message, bytes, partials, origin } = data;
  const texts = [JSON.stringify(partials), originText(origin)];
  return [prompt, version, digest, base, message, actor, at, bytes, ...texts];
}

/** A query whose rows are arrays of values; each column must have a unique name. */
function lists(database: DatabaseSync, sql: string): (...given: SQLInputValue[]) => unknown[][] {
  const statement = database.prepare(sql);
  // Available since Node 22.16.
  if (!('setReturnArrays' in statement))
    return (...given) =>
      database
        .prepare(sql)
        .all(...given)
        .map(row => Object.values(row));
  statement.setReturnArrays(true);
  return (...given) => statement.all(...given) as unknown as unknown[][];
}
