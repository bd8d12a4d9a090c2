/** Commenting: what somebody wrote into the field of a thread is kept, and sent to where it belongs. */
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
  /** Of what is open. */
  readonly threads: () => readonly CommentThread[];
  /** The newest comment that is known of a subject. */
  readonly newest: (subject: string) => string | null;
  /** Asks the registry for the comments of a subject; a failure is told in the log. */
  readonly load: (subject: string) => Promise<void>;
}

/** @throws Error where the document is of another registry */
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
  // Replies to comments on an older version go there, and an ended review takes no comments.
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
