/** Detects whether a comment whose sending failed reached the registry all the same. Pure. */
import type { LineThread } from '../../contract/comments.ts';
import type { Comment, Promotion } from '../../contract/promotions.ts';
import { isSamePerson } from '../../core/person.ts';
import { sideOf } from './threads.ts';
import type { UnsentComment } from './unsent-comments.ts';

/** Like `hasArrived`, for a comment at a line of a version. */
export function hasArrivedAtLine(
  { text, after, line, version }: UnsentComment,
  threads: readonly LineThread[],
  own: readonly string[],
): boolean {
  return threads
    .filter(thread => thread.version === version && thread.line === line)
    .some(({ comments }) =>
      comments.some(
        comment =>
          own.some(actor => isSamePerson(actor, comment.actor)) &&
          comment.text.trim() === text.trim() &&
          (after === null || Number(comment.id) > Number(after)),
      ),
    );
}

/**
 * Returns true if the registry has the comment, although its response was lost.
 * @param own the names under which the person comments
 */
export function hasArrived(
  { text, after, line, version }: UnsentComment,
  promotion: Pick<Promotion, 'from' | 'version'>,
  comments: readonly Comment[],
  own: readonly string[],
): boolean {
  const side = line === null ? undefined : sideOf(promotion, version);
  return comments.some(
    comment =>
      own.some(actor => isSamePerson(actor, comment.actor)) &&
      comment.text.trim() === text.trim() &&
      (after === null || Number(comment.id) > Number(after)) &&
      (comment.place?.line ?? null) === line &&
      comment.place?.side === side,
  );
}
