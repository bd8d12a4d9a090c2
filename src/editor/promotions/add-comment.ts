/** Commenting: stores the text typed into a thread's field, and sends it. */
import type * as vscode from 'vscode';
import type { Workbench } from '../workbench.ts';
import { addressOf } from './comment-documents.ts';
import { CommentThread } from './comment-thread.ts';
import { groupOf } from './groups.ts';
import type { OpenReviews } from './open-reviews.ts';
import type { Sending } from './sending.ts';
import { lineOf, sideOf, subjectOf } from './threads.ts';

export interface AddingParts {
  readonly reviews: OpenReviews<CommentThread>;
  readonly sending: Sending;
  /** The threads of open documents. */
  readonly threads: () => readonly CommentThread[];
  /** The newest known comment of a subject. */
  readonly newest: (subject: string) => string | null;
  /** Fetches the comments of a subject; failures are only logged. */
  readonly load: (subject: string) => Promise<void>;
}

/** @throws Error if the document belongs to another registry */
export async function addComment(
  { thread, text }: vscode.CommentReply,
  { session, promotions }: Pick<Workbench, 'session' | 'promotions'>,
  { reviews, sending, threads, newest, load }: AddingParts,
): Promise<void> {
  const address = addressOf(thread.uri, session.registry);
  if (address === undefined || session.place === undefined)
    throw new Error('This version belongs to another registry. Connect to that registry, then comment.');
  const known = threads().find(each => each.thread === thread)?.content;
  const { prompt } = address;
  const subject = subjectOf(address);
  const version = known?.version ?? address.version;
  const line = known === undefined ? (lineOf(thread.range) ?? null) : known.line;
  const promotion =
    address.promotion === null
      ? undefined
      : (promotions.find(address.promotion) ?? reviews.find(address.promotion)?.promotion);
  // Replies to comments on an older version belong to that version, and a closed review accepts no comments.
  const isOfReview =
    line === null ||
    promotion === undefined ||
    (sideOf(promotion, version) !== undefined && groupOf(promotion) !== 'done');
  const at = {
    ...{ registry: session.place, environment: promotion?.environment ?? '' },
    ...{ promotion: isOfReview ? address.promotion : null, prompt, version, line },
  };
  if (thread.comments.length === 0)
    reviews.adopt(subject, { version, line }, new CommentThread(() => thread));
  await sending.keepAndSend(at, text, newest(subject));
  if (subjectOf(at) !== subject) await load(subject);
}
