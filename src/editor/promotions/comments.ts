/** Comments in the diff of a review, through VS Code's own comments: a thread for each line of a side, kept by the registry. */
import * as vscode from 'vscode';
import type { Comment } from '../../contract/promotions.ts';
import { registerCommand } from '../commands.ts';
import type { Session } from '../connection/session.ts';
import { setContext } from '../context-keys.ts';
import { parseVersionUri } from '../versions/uri.ts';
import type { Workbench } from '../workbench.ts';
import { CommentThread } from './comment-thread.ts';
import { groupOf } from './groups.ts';
import { hasArrived } from './has-arrived.ts';
import { promotionIn } from './named-promotion.ts';
import { OpenReviews, type Review } from './open-reviews.ts';
import { reviewUri } from './review.ts';
import { Sending } from './sending.ts';
import { lineOf, type Thread, threadsOf } from './threads.ts';
import { registerUnsentCommands } from './unsent-commands.ts';
import { UnsentComments } from './unsent-comments.ts';

export interface ReviewComments extends vscode.Disposable {
  /** The threads of the reviews that are open. */
  shown(): readonly vscode.CommentThread[];
}

/** @param memory of the workspace, for comments that were not sent */
export function registerComments(workbench: Workbench, memory: vscode.Memento): ReviewComments {
  const { session, promotions, report, log } = workbench;
  const controller = vscode.comments.createCommentController('promptforge.review', 'Review of a Promotion');
  controller.options = { prompt: 'Comment…', placeHolder: 'Comment' };
  const unsent = new UnsentComments(memory);
  const edited = new Set<string>();

  const reviews: OpenReviews<CommentThread> = new OpenReviews({
    async fetch(id, signal) {
      const client = await session.clientFor({ kind: 'read' });
      const promotion = promotions.find(id) ?? (await client.getPromotion(id));
      const comments = await allComments(session, id, signal);
      const own = ownNames(session);
      for (const each of unsent.of(session.place, id))
        if (!sending.isSending(each) && hasArrived(each, promotion, comments, own)) unsent.forget(each);
      return { promotion, comments };
    },
    threads: (id, { promotion, comments }) => threadsOf(promotion, comments, unsent.of(session.place, id)),
    show(id, review, thread, before) {
      const shown = before ?? newThread(controller, session, id, review, thread);
      const key = thread.unsent?.idempotencyKey;
      shown.show(thread, {
        hasEnded: review.promotion !== undefined && groupOf(review.promotion) === 'done',
        isSending: thread.unsent !== undefined && sending.isSending(thread.unsent),
        isEdited: key !== undefined && edited.has(key),
        author: ownNames(session)[0] ?? 'You',
      });
      return shown;
    },
  });
  const changed = (id: string) => {
    setContext('promptforge.unsentComments', unsent.of(session.place).length > 0);
    reviews.show(id);
  };
  const sending = new Sending({ workbench, unsent, changed, load: id => reviews.load(id) });
  const update = () => {
    for (const id of reviews.follow(openReviews(session.registry)))
      reviews
        .load(id)
        .catch((error: unknown) => report(error, 'Fetching the comments', () => reviews.load(id)));
  };
  let place = session.place;
  const onSession = () => {
    setContext('promptforge.unsentComments', unsent.of(session.place).length > 0);
    if (session.place === place) return;
    // Each registry counts its promotions from 1.
    place = session.place;
    reviews.clear();
    update();
  };
  controller.commentingRangeProvider = {
    provideCommentingRanges(document) {
      const id = reviewOf(document.uri, session.registry)?.promotion;
      const promotion = id === undefined ? undefined : (promotions.find(id) ?? reviews.find(id)?.promotion);
      if (promotion === undefined || groupOf(promotion) === 'done') return [];
      return [new vscode.Range(0, 0, document.lineCount - 1, 0)];
    },
  };
  const disposable = vscode.Disposable.from(
    controller,
    vscode.window.tabGroups.onDidChangeTabs(update),
    session.onDidChange(onSession),
    promotions.onDidChange(() => {
      for (const id of reviews.open)
        reviews.load(id).catch((error: unknown) => log.warn(`Comments: ${String(error)}`));
    }),
    registerCommand('addComment', 'Commenting', report, async reply => {
      const { thread, text } = reply as vscode.CommentReply;
      const address = reviewOf(thread.uri, session.registry);
      if (address === undefined || session.place === undefined)
        throw new Error('This review is of another registry. Connect to that registry, then comment.');
      const { promotion: id, prompt, version } = address;
      const promotion = promotions.find(id) ?? reviews.find(id)?.promotion;
      const line = lineOf(thread.range) ?? null;
      const environment = promotion?.environment ?? '';
      const at = { registry: session.place, environment, promotion: id, prompt, version, line };
      if (thread.comments.length === 0) reviews.adopt(id, { version, line }, new CommentThread(() => thread));
      await sending.keepAndSend(at, text, newestIn(reviews.find(id)));
    }),
    registerUnsentCommands(workbench, {
      unsent,
      sending,
      newest: id => newestIn(reviews.find(id)),
      edit(comment, isEdited) {
        if (isEdited) edited.add(comment.idempotencyKey);
        else edited.delete(comment.idempotencyKey);
        changed(comment.promotion);
      },
      changed,
    }),
  );
  update();
  return {
    shown: () => [...reviews.open].flatMap(id => reviews.shown(id)).map(({ thread }) => thread),
    dispose: () => disposable.dispose(),
  };
}

async function allComments(session: Session, id: string, signal: AbortSignal): Promise<Comment[]> {
  const client = await session.clientFor({ kind: 'read' });
  const comments: Comment[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listComments(id, { limit: 500, cursor }, signal);
    comments.push(...page.data);
    cursor = page.nextCursor ?? undefined;
  } while (cursor !== undefined);
  return comments;
}

function newThread(
  controller: vscode.CommentController,
  { registry }: Session,
  id: string,
  { promotion }: Review,
  { version, line, unsent }: Thread,
): CommentThread {
  const prompt = promotion?.prompt ?? unsent?.prompt;
  if (prompt === undefined) throw new Error(`Promotion ${id} is not known.`);
  const at = (line ?? 1) - 1;
  const uri = reviewUri(registry, { prompt, id }, version);
  return new CommentThread(comments => {
    const thread = controller.createCommentThread(uri, new vscode.Range(at, 0, at, 0), comments);
    if (line === null) thread.range = undefined;
    thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
    return thread;
  });
}

/** The names under which the registry knows the person, one for each key. */
function ownNames({ keys }: Session): string[] {
  return [...keys.values()].flatMap(key => (key.kind === 'known' ? [key.who.actor] : []));
}

function newestIn(review: Review | undefined): string | null {
  return review?.comments.at(-1)?.id ?? null;
}

/** The version that a document of a review shows; undefined for any other, and for a review in another registry. */
function reviewOf(uri: vscode.Uri, registry: string | undefined) {
  const address = parseVersionUri(uri);
  if (address?.promotion === undefined || address.registry !== registry) return undefined;
  return { ...address, promotion: address.promotion };
}

/** The ids of the promotions whose reviews stand in a tab. */
function openReviews(registry: string | undefined): Set<string> {
  const ids = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(tab => promotionIn(tab, registry)));
  return new Set(ids.filter(id => id !== undefined));
}
