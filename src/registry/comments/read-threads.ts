/** Reading the threads of a version: from the log itself, each event held to its hash and its MAC. */
import { sql } from 'kysely';
import type { LineComment, LineThread } from '../../contract/comments.ts';
import { digestOf } from '../../core/digest.ts';
import type { EventData, EventKind, RegistryEvent } from '../../core/event.ts';
import {
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
import type { Snapshot } from '../store/store.ts';
import type { EventsTable } from '../store/tables.ts';

export interface OfVersion {
  readonly prompt: PromptName;
  readonly version: VersionNumber;
}

/** By line. */
export async function readThreads(snapshot: Snapshot, of: OfVersion): Promise<LineThread[]> {
  return (await readThreadsCounted(snapshot, of)).threads;
}

/** The same, and how many events they were made from. */
export async function readThreadsCounted(
  snapshot: Snapshot,
  of: OfVersion,
): Promise<{ readonly threads: LineThread[]; readonly events: number }> {
  const texts = new Map<number, string>();
  const read = (row: WithText): RegistryEvent => {
    const event = authentic(snapshot, row);
    if (WRITING.has(event.kind)) texts.set(event.seq, textOf(event, row.text));
    return event;
  };
  const own = (await selectEvents(snapshot, of)).map(read);
  const ofLeftSide = (await selectOfLeftSide(snapshot, of)).map(read);
  const events = [
    ...own.filter(event => event.kind !== 'promotion.commented' || placeOfComment(event)?.side === 'to'),
    ...ofLeftSide.filter(event => placeOfComment(event)?.side === 'from'),
  ].sort((one, other) => one.seq - other.seq);
  return {
    threads: lineThreadsOf(events, seq => texts.get(seq) ?? '').map(each => threadOf(of, each)),
    events: own.length + ofLeftSide.length,
  };
}

type WithText = EventsTable & { readonly text: string | null };

/** Those that come with a text. */
const WRITING: ReadonlySet<EventKind> = new Set(['comment.created', 'comment.edited', 'promotion.commented']);

/** What an event wrote, as it is kept beside it. @throws DataFolderProblem `chain_broken` for any other text */
function textOf(event: RegistryEvent, kept: string | null): string {
  const { digest, text } = event.data as Partial<
    EventData['comment.created'] & EventData['promotion.commented']
  >;
  if (kept !== null && (event.kind === 'promotion.commented' ? kept === text : digestOf(kept) === digest))
    return kept;
  throw broken(`The table comments has another text for event ${event.seq} than it was written with.`);
}

/** The kinds are part of the statement itself: only then is their index used. */
const KINDS = sql`(${sql.join(LINE_COMMENT_KINDS.map(kind => sql.lit(kind)))})` as never;

/** Of a version, in their order; comments on promotions of it are among them, whichever side they are about. */
const selectEvents = preparedQuery((database, given: OfVersion) =>
  database
    .selectFrom('events')
    .leftJoin('comments', 'comments.id', 'events.seq')
    .selectAll('events')
    .select('comments.text')
    .where('events.prompt', '=', given.prompt)
    .where('events.version', '=', given.version)
    .where('events.kind', 'in', KINDS)
    .orderBy('events.seq'),
);

/** What was written in reviews about the text before: the events are of the version that was to replace it. */
const selectOfLeftSide = preparedQuery((database, given: OfVersion) =>
  database
    .selectFrom('promotions')
    .innerJoin('comments', 'comments.promotion', 'promotions.id')
    .innerJoin('events', 'events.seq', 'comments.id')
    .selectAll('events')
    .select('comments.text')
    .where('promotions.prompt', '=', given.prompt)
    .where('promotions.from_version', '=', given.version)
    .where('comments.side', '=', sql.lit('from' as const)),
);

/** Versions before `before` that somebody wrote about, newest first, up to `limit` of them. */
export async function versionsWithComments(
  snapshot: Snapshot,
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

/** The event that wrote a comment of the prompt, and what it wrote; undefined where none did. */
export async function findWritten(
  snapshot: Snapshot,
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

/** What became of the comments of a version since they were written. */
export interface Changes {
  readonly edited: ReadonlyMap<number, { readonly text: string; readonly at: string }>;
  readonly deleted: ReadonlySet<number>;
}

/** Of the comments of these versions, those on whole promotions included. */
export async function readChanges(
  snapshot: Snapshot,
  prompt: PromptName,
  versions: readonly VersionNumber[],
): Promise<Changes> {
  const edited = new Map<number, { text: string; at: string }>();
  const deleted = new Set<number>();
  for (const version of new Set(versions))
    for (const row of await selectEvents(snapshot, { prompt, version })) {
      if (row.kind !== 'comment.edited' && row.kind !== 'comment.deleted') continue;
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
