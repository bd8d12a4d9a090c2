/** Reads the threads of a version from the log itself, verifying each event's hash and MAC. */
import { PostgresAdapter, type RawBuilder, sql } from 'kysely';
import type { LineComment, LineThread } from '../../contract/comments.ts';
import { digestOf } from '../../core/digest.ts';
import type { EventData, EventKind, RegistryEvent } from '../../core/event.ts';
import {
  digestOfComment,
  LINE_COMMENT_KINDS,
  type LineCommentRecord,
  type LineThreadRecord,
  lineThreadsOf,
  placeOfComment,
} from '../../core/line-comments.ts';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import { authentic } from '../store/authentic.ts';
import { broken } from '../store/broken.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { ReadSnapshot } from '../store/store.ts';
import type { EventsTable } from '../store/tables.ts';
import { turns } from '../turns.ts';

export interface OfVersion {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
}

export async function readThreads(snapshot: ReadSnapshot, of: OfVersion): Promise<LineThread[]> {
  return (await readThreadsCounted(snapshot, of)).threads;
}

/** The threads, with the number of events they were derived from. */
export async function readThreadsCounted(
  snapshot: ReadSnapshot,
  of: OfVersion,
): Promise<{ readonly threads: LineThread[]; readonly events: number }> {
  const turn = turns();
  const texts = new Map<number, string>();
  const events: RegistryEvent[] = [];
  const own: readonly WithText[] = await selectEvents(snapshot, of);
  const ofLeftSide: readonly WithText[] = await selectOfLeftSide(snapshot, of);
  for (const row of [...own, ...ofLeftSide].sort((one, other) => one.seq - other.seq)) {
    await turn();
    const event = authentic(snapshot, row);
    if (event.kind === COMMENTED && !isOfSide(event, of)) continue;
    if (row.begun !== undefined) checkLeftSide(event, row.begun, of);
    if (WRITING.has(event.kind)) texts.set(event.seq, textOf(event, row.text));
    events.push(event);
  }
  return {
    threads: lineThreadsOf(events, seq => texts.get(seq) ?? '').map(each => threadOf(of, each)),
    events: events.length,
  };
}

/** A comment on a promotion belongs to the promoted version, even if it is about the previous text. */
function isOfSide(event: RegistryEvent, { version }: OfVersion): boolean {
  return placeOfComment(event)?.side === (event.version === version ? 'to' : 'from');
}

/** Verifies a comment's promotion and its previous version, which come from the tables, against the events. */
function checkLeftSide(event: RegistryEvent, begun: string, { version }: OfVersion): void {
  const { promotion, from } = JSON.parse(begun) as Partial<EventData['promotion.requested']>;
  const said = (event.data as Partial<EventData['promotion.commented']>).promotion;
  if (said !== promotion || from !== version)
    throw broken(`The tables have the comment ${event.seq} at another version than the log.`);
}

/** `begun`: for a comment on the left side, the data of the event that began its promotion. */
type WithText = EventsTable & { readonly text: string | null; readonly begun?: string };

const COMMENTED = 'promotion.commented' as const;

/** Events with a text. */
const WRITING: ReadonlySet<EventKind> = new Set(['comment.created', 'comment.edited', 'promotion.commented']);

/** The text that an event wrote, stored beside it. @throws DataFolderProblem `chain_broken` for any other text */
function textOf(event: RegistryEvent, kept: string | null): string {
  if (kept !== null && digestOf(kept) === digestOfComment(event)) return kept;
  throw broken(`The table comments has another text for event ${event.seq} than it was written with.`);
}

/** The kinds are part of the statement itself: only then is their index used. */
const KINDS = sql`(${sql.join(LINE_COMMENT_KINDS.map(kind => sql.lit(kind)))})` as never;

/**
 * The events of a version, in order; of comments on its promotions only those at its lines, because there may be many
 * others.
 */
const selectEvents = preparedQuery((database, given: OfVersion) =>
  database
    .selectFrom('events')
    .leftJoin('comments', 'comments.id', 'events.seq')
    .selectAll('events')
    .select('comments.text')
    .where('events.prompt', '=', given.prompt)
    .where('events.version', '=', given.version)
    .where('events.kind', 'in', KINDS)
    .where(({ eb, or }) =>
      or([eb('events.kind', '!=', sql.lit(COMMENTED)), eb(sideInData(database), '=', sql.lit('to'))]),
    )
    .orderBy('events.seq'),
);
/** The side of a comment on a promotion, from its event; null for one on the whole. */
function sideInData(database: ReadSnapshot): RawBuilder<string | null> {
  return database.getExecutor().adapter instanceof PostgresAdapter
    ? sql`(${sql.ref('events.data')}::json -> 'place' ->> 'side')`
    : sql`json_extract(${sql.ref('events.data')}, '$.place.side')`;
}

/** The state of the comments of a version. */
const selectChanges = preparedQuery((database, given: OfVersion) =>
  database
    .selectFrom('events')
    .leftJoin('comments', 'comments.id', 'events.seq')
    .selectAll('events')
    .select('comments.text')
    .where('events.prompt', '=', given.prompt)
    .where('events.version', '=', given.version)
    .where('events.kind', 'in', KINDS)
    .where('events.kind', 'in', [sql.lit('comment.edited' as const), sql.lit('comment.deleted' as const)])
    .orderBy('events.seq'),
);

/** Comments in reviews of the previous text: their events belong to the version that was to replace it. */
const selectOfLeftSide = preparedQuery((database, given: OfVersion) =>
  database
    .selectFrom('promotions')
    .innerJoin('comments', 'comments.promotion', 'promotions.id')
    .innerJoin('events', 'events.seq', 'comments.id')
    .innerJoin('events as beginning', 'beginning.seq', 'promotions.id')
    .selectAll('events')
    .select(['comments.text', 'beginning.data as begun'])
    .where('promotions.prompt', '=', given.prompt)
    .where('promotions.from_version', '=', given.version)
    .where('comments.side', '=', sql.lit('from' as const)),
);

/** Up to `limit` versions with comments before the version `before`, newest first. */
export async function versionsWithComments(
  snapshot: ReadSnapshot,
  prompt: PromptName,
  before: number,
  limit: number,
): Promise<VersionNumber[]> {
  const given = { prompt, before, limit };
  const rows = [...(await selectVersions(snapshot, given)), ...(await selectLeftSides(snapshot, given))];
  const versions = new Set(rows.map(({ version }) => version).filter(version => version !== null));
  return [...versions].sort((one, other) => other - one).slice(0, limit);
}

interface Before {
  readonly prompt: PromptName;
  readonly before: number;
  readonly limit: number;
}

const selectVersions = preparedQuery((database, given: Before) =>
  database
    .selectFrom('events')
    .select('version')
    .distinct()
    .where('prompt', '=', given.prompt)
    .where('version', '<', given.before as VersionNumber)
    .where('kind', 'in', KINDS)
    .orderBy('version', 'desc')
    .limit(given.limit),
);

const selectLeftSides = preparedQuery((database, given: Before) =>
  database
    .selectFrom('promotions')
    .innerJoin('comments', 'comments.promotion', 'promotions.id')
    .select('promotions.from_version as version')
    .distinct()
    .where('promotions.prompt', '=', given.prompt)
    .where('promotions.from_version', '<', given.before as VersionNumber)
    .where('comments.side', '=', sql.lit('from' as const))
    .orderBy('version', 'desc')
    .limit(given.limit),
);

/** The event that wrote a comment of the prompt, and its text; undefined if there is none. */
export async function findWritten(
  snapshot: ReadSnapshot,
  prompt: PromptName,
  id: number,
): Promise<{ readonly event: RegistryEvent; readonly text: string } | undefined> {
  const [row] = await selectEvent(snapshot, { seq: id });
  if (row?.prompt !== prompt) return undefined;
  if (row.kind !== 'comment.created' && row.kind !== 'promotion.commented') return undefined;
  const event = authentic(snapshot, row);
  return { event, text: textOf(event, row.text) };
}

const selectEvent = preparedQuery((database, given: { readonly seq: number }) =>
  database
    .selectFrom('events')
    .leftJoin('comments', 'comments.id', 'events.seq')
    .selectAll('events')
    .select('comments.text')
    .where('events.seq', '=', given.seq),
);

/** The changes of the comments of a version since they were written. */
export interface CommentChanges {
  readonly edited: ReadonlyMap<number, { readonly text: string; readonly at: string }>;
  readonly deleted: ReadonlySet<number>;
}

/** The changes of the comments of these versions, including comments on whole promotions. */
export async function readChanges(
  snapshot: ReadSnapshot,
  prompt: PromptName,
  versions: readonly VersionNumber[],
): Promise<CommentChanges> {
  const edited = new Map<number, { text: string; at: string }>();
  const deleted = new Set<number>();
  for (const version of new Set(versions))
    for (const row of await selectChanges(snapshot, { prompt, version })) {
      const event = authentic(snapshot, row);
      const { comment } = event.data as EventData['comment.deleted'];
      if (event.kind === 'comment.deleted') deleted.add(Number(comment));
      else edited.set(Number(comment), { text: textOf(event, row.text), at: event.at });
    }
  return { edited, deleted };
}

function threadOf(of: OfVersion, { line, resolved, comments }: LineThreadRecord): LineThread {
  return { ...of, line, resolved, comments: comments.map(each => commentOf({ ...of, line }, each)) };
}

export function commentOf(
  { prompt, version, line }: OfVersion & { readonly line: number | null },
  { id, promotion, actor, at, text, editedAt }: LineCommentRecord,
): LineComment {
  return { id: String(id), prompt, version, line, promotion, actor, at, text, editedAt };
}
