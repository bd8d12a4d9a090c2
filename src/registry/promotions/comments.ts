/** Review comments on a promotion, on the whole or on a line of one side. */
import type { Comment, CommentRequest } from '../../contract/promotions.ts';
import { digestOf } from '../../core/digest.ts';
import type { RegistryEvent } from '../../core/event.ts';
import { digestOfComment } from '../../core/line-comments.ts';
import { countLines } from '../../core/line-map.ts';
import { Problem } from '../../core/problem.ts';
import type { PromotionRecord } from '../../core/promotion.ts';
import { decideComment } from '../../core/promotion-decisions.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Caller } from '../access/caller.ts';
import { readChanges } from '../comments/read-threads.ts';
import { checkNotArchived } from '../comments/write-comments.ts';
import { checkCommentQuota, checkReviewCommentQuota } from '../quotas.ts';
import { EVENT_BESIDE, eventBeside } from '../store/authentic.ts';
import { broken } from '../store/broken.ts';
import type { ReadSnapshot, Store, WriteTransaction } from '../store/store.ts';
import type { CommentsTable } from '../store/tables.ts';
import { readRecord } from './read.ts';
import { proceed } from './record.ts';
import { commentRow } from './rows.ts';

/**
 * @throws Problem `promotion_not_found`, `promotion_closed`, `prompt_archived`, `invalid_request` for a line that the side does not have
 */
export async function comment(
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  id: string,
  { text, place }: CommentRequest,
): Promise<Comment> {
  const promotion = await readRecord(transaction, id);
  decideComment(promotion);
  await checkNotArchived(transaction, promotion.prompt);
  await checkCommentQuota(transaction, promotion.id);
  if (place !== null) await checkPlace(transaction, promotion, place);
  await proceed(transaction, now, caller, promotion, {
    kind: 'promotion.commented',
    // A comment at a line may quote a draft, which not every reader of the log may see.
    data: place === null ? { text } : { place, digest: digestOf(text) },
    text,
  });
  const row = await transaction
    .selectFrom('comments')
    .selectAll()
    .where('promotion', '=', promotion.id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirstOrThrow();
  return commentOf(row);
}

export interface CommentListing {
  /** Includes comments at lines of these sides only, and all on the whole promotion. */
  readonly sides: readonly ('from' | 'to')[];
  /** Only comments after this one. */
  readonly after: number;
  readonly limit: number;
}

/** Oldest first, in their last edited form, without deleted ones. @throws Problem `promotion_not_found` */
export async function listComments(
  snapshot: ReadSnapshot,
  id: string,
  { sides, after, limit }: CommentListing,
): Promise<Comment[]> {
  const promotion = await readRecord(snapshot, id);
  const { edited, deleted } = await readChanges(snapshot, promotion.prompt, sidesOf(promotion));
  let query = snapshot
    .selectFrom('comments')
    .leftJoin('events', 'events.seq', 'comments.id')
    .selectAll('comments')
    .select(EVENT_BESIDE)
    .where('promotion', '=', promotion.id)
    .where(({ eb, or }) =>
      or([eb('side', 'is', null), ...(sides.length > 0 ? [eb('side', 'in', sides)] : [])]),
    )
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit);
  if (deleted.size > 0) query = query.where('id', 'not in', [...deleted]);
  return (await query.execute()).map(row => {
    checkWritten(row, eventBeside(snapshot, row));
    const change = edited.get(row.id);
    return change === undefined
      ? commentOf(row)
      : { ...commentOf(row), text: change.text, editedAt: change.at };
  });
}

/** The versions that comments on a promotion may be about. */
function sidesOf({ from, version }: PromotionRecord): VersionNumber[] {
  return from === null ? [version] : [from, version];
}

/** @throws DataFolderProblem `chain_broken` for a comment that nobody wrote, or not in this form */
function checkWritten(row: CommentsTable, event: RegistryEvent | undefined): void {
  const written =
    event?.kind === 'promotion.commented'
      ? commentRow(event as RegistryEvent<'promotion.commented'>)
      : undefined;
  const isWritten =
    event !== undefined &&
    written !== undefined &&
    digestOf(row.text) === digestOfComment(event) &&
    Object.entries(written).every(([column, value]) => row[column as keyof CommentsTable] === value);
  if (!isWritten) throw broken(`The table comments has a row ${row.id} that no event made.`);
}

async function checkPlace(
  snapshot: ReadSnapshot,
  { prompt, from, version }: PromotionRecord,
  { side, line }: NonNullable<CommentRequest['place']>,
): Promise<void> {
  const commented = side === 'from' ? from : version;
  if (commented === null)
    throw wrongPlace('/place/side', 'there is no text before this promotion: the pointer was unset');
  const { source } = await snapshot
    .selectFrom('versions')
    .select('source')
    .where('prompt', '=', prompt)
    .where('version', '=', commented)
    .executeTakeFirstOrThrow();
  const lines = countLines(source);
  if (line > lines)
    throw wrongPlace('/place/line', `version ${commented} has ${lines} ${lines === 1 ? 'line' : 'lines'}`);
  await checkReviewCommentQuota(snapshot, side, { prompt, version: commented });
}

function wrongPlace(pointer: string, message: string): Problem {
  return new Problem('invalid_request', `You cannot comment there: ${message}. Choose another line.`, {
    fields: [{ pointer, message }],
  });
}

function commentOf({ id, promotion, actor, at, text, side, line }: CommentsTable): Comment {
  return {
    id: String(id),
    promotion: String(promotion),
    actor,
    at,
    text,
    place: side === null || line === null ? null : { side, line },
  };
}
