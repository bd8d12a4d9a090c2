/** Verifies every published version against its event, and its source against the digest in that event. */
import { sql } from 'kysely';
import { canonicalJson } from '../../core/canonical.ts';
import { digestOf } from '../../core/digest.ts';
import type { RegistryEvent } from '../../core/event.ts';
import { MAX_SOURCE_BYTES } from '../../core/source.ts';
import { broken } from '../store/broken.ts';
import { COLUMNS } from '../store/columns.ts';
import { originText } from '../store/origin-text.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { ReadSnapshot } from '../store/store.ts';
import type { VersionsTable } from '../store/tables.ts';
import { turns } from '../turns.ts';
import { canonicalText, compare, ofKind } from './tables.ts';

type Published = RegistryEvent<'version.published'>;
type StoredVersion = Omit<VersionsTable, 'source'> & { readonly source: string | null };
interface Range {
  readonly after: number;
  readonly until: number;
  readonly limit: number;
}

/** Versions per read. */
const SOME = 500;

/** Checks the versions that these events published, in groups no larger than a single version may be. */
export async function checkVersions(
  snapshot: ReadSnapshot,
  events: readonly RegistryEvent[],
  { after, until }: { readonly after: number; readonly until: number },
): Promise<void> {
  const published = ofKind(events, 'version.published');
  const turn = turns();
  let from = after;
  for (let start = 0; start < published.length || start === 0; ) {
    await turn();
    const some = together(published, start);
    start += Math.max(1, some.length);
    const to = start < published.length ? (some.at(-1)?.seq ?? until) : until;
    // One more than expected, to find a row that no event published.
    const range = { after: from, until: to, limit: some.length + 1 };
    await checkRows(snapshot, some, range);
    from = to;
  }
}

function together(published: readonly Published[], start: number): readonly Published[] {
  let end = start;
  for (let bytes = 0; end < published.length && end - start < SOME; end++) {
    bytes += published[end]?.data.bytes ?? 0;
    if (bytes > MAX_SOURCE_BYTES && end > start) break;
  }
  return published.slice(start, end);
}

/** Omits a source whose length differs from the stored one, because it may have any size. */
const versionsOf = preparedQuery((database, { after, until, limit }: Range) =>
  database
    .selectFrom('versions')
    .select(COLUMNS.versions)
    .select(sql<string | null>`CASE WHEN octet_length(source) = bytes THEN source END`.as('source'))
    .where('seq', '>', after)
    .where('seq', '<=', until)
    .orderBy('seq')
    .limit(limit),
);

async function checkRows(snapshot: ReadSnapshot, events: readonly Published[], range: Range): Promise<void> {
  const rows = await versionsOf(snapshot, range);
  // Rows and events are both in log order.
  for (const [index, row] of rows.entries()) {
    const event = events[index];
    if (event === undefined || event.seq > row.seq)
      throw broken(`No event published the version ${row.prompt}@${row.version}.`);
    if (event.seq < row.seq) throw gone(event);
    checkRow(event, row);
  }
  const missing = events[rows.length];
  if (missing !== undefined) throw gone(missing);
}

function gone({ seq, prompt, version }: Published): Error {
  return broken(`The version ${prompt}@${version} that event ${seq} published is gone.`);
}

function checkRow(event: Published, { source, partials, ...row }: StoredVersion): void {
  const { seq, prompt, version, data } = event;
  const what = `${row.prompt}@${row.version}`;
  const { partials: expectedPartials, ...expected } = rowOf(event);
  compare('versions', what, row, expected, seq);
  if (partials !== expectedPartials) {
    const stored = { partials: canonicalText(partials) };
    compare('versions', what, stored, { partials: canonicalJson(data.partials) }, seq);
  }
  if (source === null || digestOf(source) !== data.digest)
    throw broken(
      `The source of the version ${prompt}@${version} is not the one that event ${seq} published.`,
    );
}

/** The row that follows from the event. */
function rowOf({ seq, prompt, version, at, actor, data }: Published) {
  const { digest, base, message, bytes } = data;
  const origin = originText(data.origin);
  const partials = JSON.stringify(data.partials);
  return {
    prompt,
    version,
    digest,
    base,
    message,
    author: actor,
    published_at: at,
    bytes,
    partials,
    origin,
    seq,
  };
}
