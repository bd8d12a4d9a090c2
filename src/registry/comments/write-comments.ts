/** Writes comments at the lines of a version, changes them for their author, and resolves threads. */
import type { LineComment, LineCommentRequest, LineThread, ThreadPlace } from '../../contract/comments.ts';
import { digestOf } from '../../core/digest.ts';
import type { NewEvent, RegistryEvent } from '../../core/event.ts';
import { lineOfComment, placeOfComment } from '../../core/line-comments.ts';
import { countLines } from '../../core/line-map.ts';
import type { PromptName } from '../../core/name.ts';
import { isSamePerson } from '../../core/person.ts';
import { Problem } from '../../core/problem.ts';
import { decideComment } from '../../core/promotion-decisions.ts';
import { roleIncludes } from '../../core/role.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import type { Caller } from '../access/caller.ts';
import { readRecord } from '../promotions/read.ts';
import { checkArchivedAsRecorded } from '../prompts/archived.ts';
import { readPrompt, readVersion } from '../prompts/version-rows.ts';
import { checkLineCommentQuota } from '../quotas.ts';
import { appendEvent } from '../store/log.ts';
import type { ReadSnapshot, Store, WriteTransaction } from '../store/store.ts';
import { commentOf, findWritten, type OfVersion, readChanges, readThreads } from './read-threads.ts';

type Write = readonly [transaction: WriteTransaction, now: Store['now'], caller: Caller];

/**
 * @throws Problem `prompt_not_found`, `version_not_found`, `prompt_archived`, `invalid_request` for a line that the
 * version does not have
 */
export async function addComment(
  [transaction, now, caller]: Write,
  prompt: PromptName,
  { version, line, text }: LineCommentRequest,
): Promise<LineComment> {
  const { source } = await readVersion(transaction, prompt, version);
  await checkNotArchived(transaction, prompt);
  const lines = countLines(source);
  if (line > lines) throw noSuchLine(version, lines);
  await checkLineCommentQuota(transaction, { prompt, version });
  const of = { prompt, version };
  const { seq, at, actor } = await append([transaction, now, caller], of, {
    kind: 'comment.created',
    data: { line, digest: digestOf(text) },
    text,
  });
  return commentOf({ ...of, line }, { id: seq, actor, at, text, editedAt: null, promotion: null });
}

/** The subject and author of a comment. */
export interface WrittenComment extends OfVersion {
  readonly id: number;
  /** From 1; null for a comment on the whole promotion. */
  readonly line: number | null;
  readonly promotion: string | null;
  readonly actor: string;
  readonly at: string;
  readonly text: string;
  readonly editedAt: string | null;
}

/** @throws Problem `comment_not_found`, also for a deleted comment, and for one of another prompt */
export async function readComment(
  snapshot: ReadSnapshot,
  prompt: PromptName,
  id: string,
): Promise<WrittenComment> {
  const seq = /^[1-9][0-9]{0,14}$/.test(id) ? Number(id) : 0;
  const written = await findWritten(snapshot, prompt, seq);
  if (written === undefined) throw commentNotFound();
  const { event } = written;
  const { version, promotion } = await placeOf(snapshot, event);
  const { edited, deleted } = await readChanges(snapshot, prompt, [version]);
  if (deleted.has(seq)) throw commentNotFound();
  const change = edited.get(seq);
  return {
    ...{ id: seq, prompt, version, promotion, line: lineOfComment(event) ?? null },
    ...{ actor: event.actor, at: event.at },
    text: change?.text ?? written.text,
    editedAt: change?.at ?? null,
  };
}

async function placeOf(
  snapshot: ReadSnapshot,
  event: RegistryEvent,
): Promise<{ readonly version: VersionNumber; readonly promotion: string | null }> {
  const version = event.version as VersionNumber;
  if (event.kind !== 'promotion.commented') return { version, promotion: null };
  const { promotion } = (event as RegistryEvent<'promotion.commented'>).data;
  if (placeOfComment(event)?.side !== 'from') return { version, promotion };
  const { from } = await readRecord(snapshot, promotion);
  return { version: from ?? version, promotion };
}

/** @throws Problem as `readComment`, `role_too_low` for another author's, `promotion_closed`, `prompt_archived` */
export async function editComment(
  [transaction, now, caller]: Write,
  prompt: PromptName,
  id: string,
  text: string,
): Promise<LineComment> {
  const comment = await readComment(transaction, prompt, id);
  if (!isSamePerson(comment.actor, caller.actor))
    throw new Problem(
      'role_too_low',
      `Only ${comment.actor}, who wrote this comment, may edit it. Reply to it instead.`,
    );
  await checkNotArchived(transaction, prompt);
  await checkPromotionOpen(transaction, comment);
  if (comment.text === text) return commentOf(comment, comment);
  await checkLineCommentQuota(transaction, comment);
  const { at } = await append([transaction, now, caller], comment, {
    kind: 'comment.edited',
    data: { comment: String(comment.id), digest: digestOf(text) },
    text,
  });
  return commentOf(comment, { ...comment, text, editedAt: at });
}

/**
 * Hides a comment from every list. Its text stays in the registry, because it proves the log.
 * @throws Problem as `readComment`, `role_too_low` for another author's unless by an admin, `promotion_closed`
 */
export async function deleteComment(
  [transaction, now, caller]: Write,
  prompt: PromptName,
  id: string,
): Promise<LineComment> {
  const comment = await readComment(transaction, prompt, id);
  if (!isSamePerson(comment.actor, caller.actor) && !roleIncludes(caller.role, 'admin'))
    throw new Problem(
      'role_too_low',
      `Only ${comment.actor}, who wrote this comment, or an admin may delete it.`,
    );
  await checkPromotionOpen(transaction, comment);
  await append([transaction, now, caller], comment, {
    kind: 'comment.deleted',
    data: { comment: String(comment.id) },
  });
  return commentOf(comment, comment);
}

/**
 * Resolves or reopens the thread at a line. Adds no event if it already has that state.
 * @throws Problem `prompt_not_found`, `prompt_archived`, `comment_not_found` if nobody commented
 */
export async function setResolved(
  [transaction, now, caller]: Write,
  prompt: PromptName,
  { version, line }: ThreadPlace,
  resolved: boolean,
): Promise<LineThread> {
  await checkNotArchived(transaction, prompt);
  const of = { prompt, version };
  const thread = (await readThreads(transaction, of)).find(each => each.line === line);
  if (thread === undefined)
    throw new Problem(
      'comment_not_found',
      `There are no comments on line ${line} of ${versionReference(prompt, version)}. List the comments of the version.`,
    );
  if ((thread.resolved !== null) === resolved) return thread;
  await checkLineCommentQuota(transaction, of, 'resolving');
  const kind = resolved ? 'comment.resolved' : 'comment.unresolved';
  const { at, actor } = await append([transaction, now, caller], of, { kind, data: { line } });
  return { ...thread, resolved: resolved ? { at, by: actor } : null };
}

type Step = {
  [Kind in CommentKind]: {
    readonly kind: Kind;
    readonly data: NewEvent<Kind>['data'];
    /** The text; `data` has its digest. */
    readonly text?: string;
  };
}[CommentKind];
type CommentKind =
  | 'comment.created'
  | 'comment.edited'
  | 'comment.deleted'
  | 'comment.resolved'
  | 'comment.unresolved';

async function append(
  [transaction, now, { actor, key, environment }]: Write,
  { prompt, version }: OfVersion,
  { kind, data, text }: Step,
): Promise<RegistryEvent> {
  const event = await appendEvent(
    transaction,
    now,
    () => ({ actor, key, kind, prompt, version, environment, data }) as NewEvent,
  );
  if (text !== undefined) {
    const { seq: id, at } = event;
    const row = { id, promotion: null, actor, at, text, side: null, line: null };
    await transaction.insertInto('comments').values(row).execute();
  }
  return event;
}

/** @throws Problem `prompt_not_found`, `prompt_archived` */
export async function checkNotArchived(snapshot: ReadSnapshot, name: PromptName): Promise<void> {
  const { archived } = await readPrompt(snapshot, name);
  await checkArchivedAsRecorded(snapshot, name, archived);
  if (archived === 1)
    throw new Problem(
      'prompt_archived',
      `"${name}" is archived and takes no comments. Restore it to comment on it.`,
    );
}

/** Comments on a closed promotion do not change, because they were a basis of the decision. */
async function checkPromotionOpen(snapshot: ReadSnapshot, { promotion }: WrittenComment): Promise<void> {
  if (promotion !== null) decideComment(await readRecord(snapshot, promotion));
}

function commentNotFound(): Problem {
  return new Problem(
    'comment_not_found',
    'There is no comment with this id, or it was deleted. List the comments of the prompt to find it.',
  );
}

function noSuchLine(version: number, lines: number): Problem {
  const message = `version ${version} has ${lines} ${lines === 1 ? 'line' : 'lines'}`;
  return new Problem('invalid_request', `This line does not exist: ${message}. Choose another line.`, {
    fields: [{ pointer: '/line', message }],
  });
}
