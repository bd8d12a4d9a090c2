/** Comments at the lines of a version, derived from the log: the only reader of these events. */
import { type Digest, digestOf } from './digest.ts';
import type { CommentPlace, EventData, EventKind, RegistryEvent } from './event.ts';

/** The events of comments at the lines of a version, including those in the review of a promotion. */
export const LINE_COMMENT_KINDS = [
  'comment.created',
  'comment.edited',
  'comment.deleted',
  'comment.resolved',
  'comment.unresolved',
  'promotion.commented',
] as const satisfies readonly EventKind[];

export interface LineCommentRecord {
  /** The seq of the event that wrote it. */
  readonly id: number;
  readonly actor: string;
  /** RFC 3339. */
  readonly at: string;
  /** The text after the last edit. */
  readonly text: string;
  readonly editedAt: string | null;
  /** The id of the promotion in whose review it was written; null: none. */
  readonly promotion: string | null;
}

export interface LineThreadRecord {
  /** The line of the version's source, from 1. */
  readonly line: number;
  /** The person who resolved it, and when; null while it is open. */
  readonly resolved: { readonly at: string; readonly by: string } | null;
  /** Oldest first, without deleted ones. */
  readonly comments: readonly LineCommentRecord[];
}

interface Thread {
  readonly comments: Map<number, LineCommentRecord>;
  resolved: LineThreadRecord['resolved'];
}

/**
 * The threads of one version, by line. Another comment at a line reopens its thread, so that nobody overlooks it.
 * @param events of these kinds about the version, in order; those of promotions about the side with this version
 * @param textOf returns the text that the event with this seq wrote
 */
export function lineThreadsOf(
  events: readonly RegistryEvent[],
  textOf: (seq: number) => string,
): LineThreadRecord[] {
  const threads = new Map<number, Thread>();
  const lines = new Map<number, number>();
  const threadAt = (line: number): Thread => {
    const thread = threads.get(line) ?? { comments: new Map(), resolved: null };
    threads.set(line, thread);
    return thread;
  };
  for (const event of events) {
    const { seq, at, actor } = event;
    switch (event.kind) {
      case 'comment.created':
      case 'promotion.commented': {
        const line = lineOfComment(event);
        if (line === undefined) break;
        const text = textOf(seq);
        const promotion =
          event.kind === 'promotion.commented'
            ? (event.data as EventData['promotion.commented']).promotion
            : null;
        const thread = threadAt(line);
        thread.comments.set(seq, { id: seq, actor, at, text, editedAt: null, promotion });
        thread.resolved = null;
        lines.set(seq, line);
        break;
      }
      case 'comment.edited': {
        const { comment } = event.data as EventData['comment.edited'];
        const text = textOf(seq);
        const thread = threads.get(lines.get(Number(comment)) ?? 0);
        const before = thread?.comments.get(Number(comment));
        if (before !== undefined) thread?.comments.set(before.id, { ...before, text, editedAt: at });
        break;
      }
      case 'comment.deleted': {
        const id = Number((event.data as EventData['comment.deleted']).comment);
        threads.get(lines.get(id) ?? 0)?.comments.delete(id);
        break;
      }
      case 'comment.resolved':
        threadAt((event.data as EventData['comment.resolved']).line).resolved = { at, by: actor };
        break;
      case 'comment.unresolved':
        threadAt((event.data as EventData['comment.unresolved']).line).resolved = null;
    }
  }
  return [...threads]
    .filter(([, { comments }]) => comments.size > 0)
    .sort(([one], [other]) => one - other)
    .map(([line, { comments, resolved }]) => ({ line, resolved, comments: [...comments.values()] }));
}

/** The digest of the text that an event wrote, contained in the event or stored beside it. */
export function digestOfComment(event: RegistryEvent): Digest | undefined {
  const { digest, text } = event.data as Partial<EventData['promotion.commented']>;
  return digest ?? (text === undefined ? undefined : digestOf(text));
}

/** The line at which an event wrote a comment, from 1; undefined for a comment on a whole promotion. */
export function lineOfComment(event: RegistryEvent): number | undefined {
  return event.kind === 'comment.created'
    ? (event.data as EventData['comment.created']).line
    : placeOfComment(event)?.line;
}

/** The place in a review at which an event wrote a comment; undefined for any other. */
export function placeOfComment(event: RegistryEvent): CommentPlace | undefined {
  return event.kind === 'promotion.commented'
    ? (event.data as EventData['promotion.commented']).place
    : undefined;
}
