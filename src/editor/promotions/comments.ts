/**
 * Comments at the lines of versions and in reviews, through VS Code's own comments: a thread for each line, kept by the
 * registry. One controller shows all of them.
 */
import * as vscode from 'vscode';
import type { Comment } from '../../contract/promotions.ts';
import type { RegistryEvent } from '../../core/event.ts';
import type { PromptName } from '../../core/name.ts';
import { suggestionIn } from '../../core/suggestion.ts';
import type { VersionNumber } from '../../core/version.ts';
import { registerCommand } from '../commands.ts';
import type { Session } from '../connection/session.ts';
import { setContext } from '../context-keys.ts';
import { versionUri } from '../versions/open-version.ts';
import type { Workbench } from '../workbench.ts';
import { addressOf, openDocuments } from './comment-documents.ts';
import { CommentThread } from './comment-thread.ts';
import type { ThreadFollower } from './follow-threads.ts';
import { groupOf } from './groups.ts';
import { hasArrived, hasArrivedAtLine } from './has-arrived.ts';
import { OpenReviews, type Review } from './open-reviews.ts';
import { registerThreadCommands } from './register-thread-commands.ts';
import { reviewUri } from './review.ts';
import { Sending } from './sending.ts';
import {
  lineOf,
  promptOfSubject,
  promptSubject,
  sideOf,
  subjectOf,
  type Thread,
  threadsOf,
  withFollowed,
  withUnsent,
} from './threads.ts';
import { TypedComments } from './typed-comments.ts';
import { registerUnsentCommands } from './unsent-commands.ts';
import { UnsentComments } from './unsent-comments.ts';

export interface ReviewComments extends vscode.Disposable {
  /** The threads of what is open. */
  shown(): readonly vscode.CommentThread[];
  /** What the log of the registry has new: comments of others are shown at once. */
  heard(events: readonly RegistryEvent[]): void;
}

/** @param memory of the workspace, for comments that were not sent */
export function registerComments(workbench: Workbench, memory: vscode.Memento): ReviewComments {
  const { session, promotions, report, log } = workbench;
  const controller = vscode.comments.createCommentController('promptforge.review', 'Comments on Versions');
  controller.options = { prompt: 'Reply…', placeHolder: 'Comment' };
  const unsent = new UnsentComments(memory);
  const edited = new Set<string>();
  const typed = new TypedComments();
  let following: ThreadFollower | undefined;
  const follower = async () => {
    const { ThreadFollower } = await import('./follow-threads.ts');
    following ??= new ThreadFollower(session);
    return following;
  };
  let open = openDocuments(session.registry);

  async function fetchVersions(prompt: PromptName, signal: AbortSignal): Promise<Review> {
    const versions = (open.tabs.get(prompt) ?? []).flat();
    const followed = await (await follower()).load(prompt, versions, signal);
    const threads = followed.map(({ thread }) => thread);
    for (const each of unsent.atLinesOf(session.place, prompt))
      if (!sending.isSending(each) && hasArrivedAtLine(each, threads, ownNames(session))) unsent.forget(each);
    return { promotion: undefined, comments: [], followed };
  }

  const reviews: OpenReviews<CommentThread> = new OpenReviews({
    isTyped: () => typed.areThere || edited.size > 0 || unsent.of(session.place).length > 0,
    async fetch(id, signal) {
      const prompt = promptOfSubject(id);
      if (prompt !== undefined) return fetchVersions(prompt, signal);
      const client = await session.clientFor({ kind: 'read' });
      const promotion = promotions.find(id) ?? (await client.getPromotion(id));
      const sides = promotion.from === null ? [promotion.version] : [promotion.from, promotion.version];
      const [comments, followed] = await Promise.all([
        allComments(session, id, signal),
        follower()
          .then(each => each.load(promotion.prompt, sides, signal))
          .catch((error: unknown) => {
            log.warn(`Comments on ${promotion.prompt}: ${String(error)}`);
            return undefined;
          }),
      ]);
      const own = ownNames(session);
      for (const each of unsent.of(session.place, id))
        if (!sending.isSending(each) && hasArrived(each, promotion, comments, own)) unsent.forget(each);
      return { promotion, comments, ...(followed && { followed }) };
    },
    threads(id, { promotion, comments, followed = [] }) {
      const prompt = promptOfSubject(id) ?? promotion?.prompt;
      const atLines = prompt === undefined ? [] : unsent.atLinesOf(session.place, prompt);
      if (promptOfSubject(id) !== undefined && prompt !== undefined) {
        const tabs = open.tabs.get(prompt) ?? [];
        const here = new Set(tabs.flat());
        const threads = withFollowed([], followed, tabs);
        return withUnsent(
          threads,
          atLines.filter(each => here.has(each.version) || threads.some(thread => isAt(thread, each))),
        );
      }
      const sides = promotion === undefined ? [] : [promotion.from ?? promotion.version, promotion.version];
      const own = threadsOf(promotion, comments);
      const threads = withFollowed(own, followed, [sides]);
      return withUnsent(threads, [
        ...unsent.of(session.place, id),
        ...atLines.filter(each => threads.some(thread => isAt(thread, each))),
      ]);
    },
    show(id, review, thread, before) {
      const shown = before ?? newThread(controller, session, id, review, thread);
      const key = thread.unsent?.idempotencyKey;
      shown.show(thread, {
        hasEnded: review.promotion !== undefined && groupOf(review.promotion) === 'done',
        isSending: thread.unsent !== undefined && sending.isSending(thread.unsent),
        isEdited: key !== undefined && edited.has(key),
        author: ownNames(session)[0] ?? 'You',
        own: ownNames(session),
        isAdmin: [...session.keys.values()].some(key => key.kind === 'known' && key.who.role === 'admin'),
      });
      return shown;
    },
  });
  const openThreads = () => [...reviews.open].flatMap(id => reviews.shown(id));
  /** What waits at a line is shown wherever that line is. */
  const changed = (id: string) => {
    for (const each of new Set([id, ...reviews.open])) reviews.show(each);
    setContexts();
  };
  const setContexts = () => {
    setContext('promptforge.unsentComments', unsent.of(session.place).length > 0);
    const items = openThreads().flatMap(({ items }) => items);
    setContext('promptforge.comments', items.length > 0);
    setContext(
      'promptforge.suggestions',
      items.some(({ comment }) => suggestionIn(comment.text) !== undefined),
    );
  };
  const load = async (id: string) => {
    await reviews.load(id);
    setContexts();
  };
  const sending = new Sending({ workbench, unsent, changed, load });
  /** A document of a version is read, not reviewed: that its comments are not there yet is told in the log alone. */
  const loadQuietly = (id: string) =>
    load(id).catch((error: unknown) => log.warn(`Comments: ${String(error)}`));
  const update = () => {
    const before = open.tabs;
    open = openDocuments(session.registry);
    const added = new Set(reviews.follow(open.subjects));
    for (const id of added)
      if (promptOfSubject(id) === undefined)
        load(id).catch((error: unknown) => report(error, 'Fetching the comments', () => load(id)));
    for (const [prompt, tabs] of open.tabs) {
      const id = promptSubject(prompt);
      if (!added.has(id) && JSON.stringify(tabs) === JSON.stringify(before.get(prompt))) continue;
      reviews.show(id);
      void loadQuietly(id);
    }
    setContexts();
  };
  let place = session.place;
  const onSession = () => {
    setContexts();
    if (session.place === place) return;
    // Each registry counts its promotions from 1.
    place = session.place;
    reviews.clear();
    update();
  };
  controller.commentingRangeProvider = {
    provideCommentingRanges(document) {
      const address = addressOf(document.uri, session.registry);
      if (address === undefined) return [];
      const { promotion: id } = address;
      const promotion = id === null ? undefined : (promotions.find(id) ?? reviews.find(id)?.promotion);
      const isClosed = id !== null && (promotion === undefined || groupOf(promotion) === 'done');
      return isClosed ? [] : [new vscode.Range(0, 0, document.lineCount - 1, 0)];
    },
  };
  const disposable = vscode.Disposable.from(
    controller,
    typed,
    vscode.window.tabGroups.onDidChangeTabs(update),
    session.onDidChange(onSession),
    promotions.onDidChange(() => {
      for (const id of reviews.open) void loadQuietly(id);
    }),
    registerCommand('addComment', 'Commenting', report, async reply => {
      const { thread, text } = reply as vscode.CommentReply;
      const address = addressOf(thread.uri, session.registry);
      if (address === undefined || session.place === undefined)
        throw new Error('This version is of another registry. Connect to that registry, then comment.');
      const known = openThreads().find(each => each.thread === thread)?.content;
      const { prompt } = address;
      const subject = subjectOf(address);
      const version = known?.version ?? address.version;
      const line = known === undefined ? (lineOf(thread.range) ?? null) : known.line;
      const promotion =
        address.promotion === null
          ? undefined
          : (promotions.find(address.promotion) ?? reviews.find(address.promotion)?.promotion);
      // What an older version was told is answered there, not in the review that shows it.
      const isOfReview = line === null || promotion === undefined || sideOf(promotion, version) !== undefined;
      const at = {
        ...{ registry: session.place, environment: promotion?.environment ?? '' },
        ...{ promotion: isOfReview ? address.promotion : null, prompt, version, line },
      };
      if (thread.comments.length === 0)
        reviews.adopt(subject, { version, line }, new CommentThread(() => thread));
      await sending.keepAndSend(at, text, newestIn(reviews.find(subject)));
      if (subjectOf(at) !== subject) await loadQuietly(subject);
    }),
    registerUnsentCommands(workbench, { unsent, sending, changed }),
    registerThreadCommands(workbench, {
      unsent,
      sending,
      threads: openThreads,
      newest: id => newestIn(reviews.find(id)),
      changed,
      load: () => Promise.all([...reviews.open].map(load)),
      editUnsent(comment, isEdited) {
        if (isEdited) edited.add(comment.idempotencyKey);
        else edited.delete(comment.idempotencyKey);
        changed(subjectOf(comment));
      },
    }),
  );
  update();
  return {
    shown: () => openThreads().map(({ thread }) => thread),
    heard(events) {
      const prompts = new Set(events.filter(isComment).map(({ prompt }) => prompt));
      for (const id of reviews.open)
        if (prompts.has(promptOfSubject(id) ?? reviews.find(id)?.promotion?.prompt)) void loadQuietly(id);
    },
    dispose: () => disposable.dispose(),
  };
}

function isComment({ kind }: RegistryEvent): boolean {
  return kind.startsWith('comment.') || kind === 'promotion.commented';
}

type Place = { readonly version: VersionNumber; readonly line: number | null };

function isAt(one: Place, other: Place): boolean {
  return one.version === other.version && one.line === other.line;
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
  { version, line, unsent, shown, resolved = null }: Thread,
): CommentThread {
  const prompt = promptOfSubject(id) ?? promotion?.prompt ?? unsent?.prompt;
  if (prompt === undefined) throw new Error(`Promotion ${id} is not known.`);
  const at = (shown?.line ?? line ?? 1) - 1;
  const on = shown?.version ?? version;
  const uri =
    promptOfSubject(id) === undefined
      ? reviewUri(registry, { prompt, id }, on)
      : versionUri(registry, { prompt, version: on });
  return new CommentThread(comments => {
    const thread = controller.createCommentThread(uri, new vscode.Range(at, 0, at, 0), comments);
    if (line === null) thread.range = undefined;
    const { Collapsed, Expanded } = vscode.CommentThreadCollapsibleState;
    thread.collapsibleState = resolved === null ? Expanded : Collapsed;
    return thread;
  });
}

/** The names under which the registry knows the person, one for each key. */
function ownNames({ keys }: Session): string[] {
  return [...keys.values()].flatMap(key => (key.kind === 'known' ? [key.who.actor] : []));
}

function newestIn(review: Review | undefined): string | null {
  const ids = [
    ...(review?.comments ?? []),
    ...(review?.followed ?? []).flatMap(({ thread }) => thread.comments),
  ].map(({ id }) => Number(id));
  return ids.length === 0 ? null : String(Math.max(...ids));
}
