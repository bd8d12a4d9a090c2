/**
 * Applies the registry's responses to writes to a review at once, because loading it again may take a while, or fail,
 * although the write has succeeded. Pure.
 */
import type { LineComment, LineThread } from '../../contract/comments.ts';
import type { Comment } from '../../contract/promotions.ts';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Review } from './open-reviews.ts';
import type { FollowedThread } from './threads.ts';

export type Written =
  | { readonly kind: 'comment'; readonly comment: LineComment }
  | { readonly kind: 'deletion'; readonly comment: LineComment }
  | { readonly kind: 'thread'; readonly thread: LineThread };

/** The prompt whose comments changed. */
export function promptOfWritten(written: Written): PromptName {
  return written.kind === 'thread' ? written.thread.prompt : written.comment.prompt;
}

/** A review's comment with the place of its side and line. */
export function asLineComment(
  { id, promotion, actor, at, text, editedAt }: Comment,
  place: { readonly prompt: PromptName; readonly version: VersionNumber; readonly line: number | null },
): LineComment {
  const { prompt, version, line } = place;
  return { id, prompt, version, line, promotion, actor, at, text, editedAt: editedAt ?? null };
}

/** The review as it is after the write. A comment on a whole promotion is in the review of that promotion only. */
export function withWritten(review: Review, written: Written): Review {
  const { comments, followed = [] } = review;
  switch (written.kind) {
    case 'comment': {
      const { comment } = written;
      if (comment.line !== null) return { ...review, followed: withLineComment(followed, comment) };
      if (comment.promotion !== review.promotion?.id) return review;
      return { ...review, comments: upserted(comments, wholeComment(comment)) };
    }
    case 'deletion': {
      const others = ({ id }: { readonly id: string }) => id !== written.comment.id;
      const threads = followed.map(each =>
        withThread(each, { comments: each.thread.comments.filter(others) }),
      );
      return {
        ...review,
        comments: comments.filter(others),
        followed: threads.filter(({ thread }) => thread.comments.length > 0),
      };
    }
    case 'thread':
      return { ...review, followed: withLineThread(followed, written.thread) };
  }
}

/** A new comment reopens a resolved thread; an edit does not. */
function withLineComment(followed: readonly FollowedThread[], comment: LineComment): FollowedThread[] {
  const { prompt, version, line } = comment;
  if (line === null) return [...followed];
  const before = followed.find(({ thread }) => isAt(thread, { version, line }))?.thread;
  const isEdit = before?.comments.some(({ id }) => id === comment.id) === true;
  return withLineThread(followed, {
    ...{ prompt, version, line },
    resolved: isEdit ? before.resolved : null,
    comments: upserted(before?.comments ?? [], comment),
  });
}

function withLineThread(followed: readonly FollowedThread[], thread: LineThread): FollowedThread[] {
  if (followed.some(each => isAt(each.thread, thread)))
    return followed.map(each => (isAt(each.thread, thread) ? withThread(each, thread) : each));
  return [...followed, { thread, lines: new Map([[thread.version, { line: thread.line, gone: null }]]) }];
}

function withThread({ thread, lines }: FollowedThread, changes: Partial<LineThread>): FollowedThread {
  return { thread: { ...thread, ...changes }, lines };
}

function upserted<Each extends { readonly id: string }>(all: readonly Each[], one: Each): Each[] {
  return all.some(({ id }) => id === one.id)
    ? all.map(each => (each.id === one.id ? one : each))
    : [...all, one];
}

function wholeComment({ id, promotion, actor, at, text, editedAt }: LineComment): Comment {
  if (promotion === null) throw new Error(`Comment ${id} is neither at a line nor on a promotion.`);
  return { id, promotion, actor, at, text, place: null, ...(editedAt !== null && { editedAt }) };
}

type At = Pick<LineThread, 'version' | 'line'>;

function isAt(one: At, other: At): boolean {
  return one.version === other.version && one.line === other.line;
}
