/**
 * Comments at the lines of versions and in reviews, shown as VS Code's own comments: a thread for each line, stored in
 * the registry. One controller shows all of them.
 */
import * as vscode from 'vscode';
import type { Comment } from '../../contract/promotions.ts';
import type { RegistryEvent } from '../../core/event.ts';
import type { PromptName } from '../../core/name.ts';
import { suggestionIn } from '../../core/suggestion.ts';
import type { VersionNumber } from '../../core/version.ts';
import { inTurns } from '../../workspace/in-turns.ts';
import { registerCommand } from '../commands.ts';
import type { Session } from '../connection/session.ts';
import { setContext } from '../context-keys.ts';
import { Turns } from '../work/turns.ts';
import type { Workbench } from '../workbench.ts';
import { allComments } from './all-comments.ts';
import { addressOf, openDocuments } from './comment-documents.ts';
import type { CommentThread } from './comment-thread.ts';
import type { ThreadFollower } from './follow-threads.ts';
import { groupOf } from './groups.ts';
import { hasArrived, hasArrivedAtLine } from './has-arrived.ts';
import { newThread } from './new-thread.ts';
import { OpenReviews, type Review } from './open-reviews.ts';
import { registerThreadCommands } from './register-thread-commands.ts';
import { Sending } from './sending.ts';
import {
  promptOfSubject,
  promptSubject,
  type ReviewThread,
  subjectOf,
  threadsOf,
  withEdits,
  withFollowed,
  withUnsent,
} from './threads.ts';
import { TypedComments } from './typed-comments.ts';
import { type UnsentComment, UnsentComments } from './unsent-comments.ts';
import { type UnsentEdit, UnsentEdits } from './unsent-edits.ts';
import { promptOfWritten, type Written, withWritten } from './written.ts';

/** The number of prompts whose comments are fetched at a time, because a comparison of two environments shows many. */
const AT_ONCE = 4;

export interface ReviewComments extends vscode.Disposable {
  /** The threads of open documents. */
  shown(): readonly vscode.CommentThread[];
  /** New entries of the registry's log: others' comments are shown at once. */
  heard(events: readonly RegistryEvent[]): void;
}

/** @param memory of the workspace, for unsent comments */
export function registerComments(workbench: Workbench, memory: vscode.Memento): ReviewComments {
  const { session, promotions, report, log } = workbench;
  const controller = vscode.comments.createCommentController('promptforge.review', 'Comments on Versions');
  controller.options = { prompt: 'Reply…', placeHolder: 'Comment' };
  const unsent = new UnsentComments(memory);
  const edits = new UnsentEdits(memory);
  /** By the comment's id. */
  const editsUnderWay = new Set<string>();
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
    forgetArrivedEdits(threads.flatMap(({ comments }) => comments));
    return { promotion: undefined, comments: [], followed };
  }

  const forgetArrivedEdits = (comments: readonly Pick<Comment, 'id' | 'text'>[]) =>
    edits.forgetArrived(
      session.place,
      comments.filter(({ id }) => !editsUnderWay.has(id)),
    );

  const reviews: OpenReviews<CommentThread> = new OpenReviews({
    isTyped: () =>
      typed.areThere || edited.size > 0 || [unsent, edits].some(kept => kept.of(session.place).length > 0),
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
      const threads = followed?.map(({ thread }) => thread) ?? [];
      const isThere = (each: UnsentComment) =>
        hasArrived(each, promotion, comments, own) || hasArrivedAtLine(each, threads, own);
      for (const each of unsent.of(session.place, id))
        if (!sending.isSending(each) && isThere(each)) unsent.forget(each);
      forgetArrivedEdits([...comments, ...threads.flatMap(thread => thread.comments)]);
      return { promotion, comments, ...(followed && { followed }) };
    },
    threads(id, { promotion, comments, followed = [] }) {
      const prompt = promptOfSubject(id) ?? promotion?.prompt;
      const atLines = prompt === undefined ? [] : unsent.atLinesOf(session.place, prompt);
      if (promptOfSubject(id) !== undefined && prompt !== undefined) {
        const tabs = open.tabs.get(prompt) ?? [];
        const here = new Set(tabs.flat());
        const isHere = (each: UnsentEdit) => each.prompt === prompt && each.line !== null;
        const edited = edits.of(session.place).filter(each => isHere(each) && here.has(each.version));
        const threads = withEdits(withFollowed([], followed, tabs), edited);
        return withUnsent(
          threads,
          atLines.filter(each => here.has(each.version) || threads.some(thread => isAt(thread, each))),
        );
      }
      const sides = promotion === undefined ? [] : [promotion.from ?? promotion.version, promotion.version];
      const own = threadsOf(promotion, comments);
      const edited = edits.of(session.place).filter(each => each.promotion === id);
      const threads = withEdits(withFollowed(own, followed, [sides]), edited);
      return withUnsent(threads, [
        ...unsent.of(session.place, id),
        ...atLines.filter(each => threads.some(thread => isAt(thread, each))),
      ]);
    },
    show(id, review, thread, before) {
      const shown = before ?? newThread(controller, session, id, promptOf(id, review, thread), thread);
      const key = thread.unsent?.idempotencyKey;
      shown.show(thread, {
        hasEnded: review.promotion !== undefined && groupOf(review.promotion) === 'done',
        isSending: thread.unsent !== undefined && sending.isSending(thread.unsent),
        isEdited: key !== undefined && edited.has(key),
        edits: new Map(edits.of(session.place).map(each => [each.comment, each])),
        isSendingEdit: ({ comment }) => editsUnderWay.has(comment),
        author: ownNames(session)[0] ?? 'You',
        own: ownNames(session),
        isAdmin: [...session.keys.values()].some(key => key.kind === 'known' && key.who.role === 'admin'),
      });
      return shown;
    },
  });
  function promptOf(id: string, { promotion }: Review, { unsent, comments }: ReviewThread): PromptName {
    const edit = comments.map(each => edits.find(session.place, each.id)).find(Boolean);
    const prompt = promptOfSubject(id) ?? promotion?.prompt ?? unsent?.prompt ?? edit?.prompt;
    if (prompt === undefined) throw new Error(`Promotion ${id} is not known.`);
    return prompt;
  }
  const promptOfReview = (id: string) => promptOfSubject(id) ?? reviews.find(id)?.promotion?.prompt;
  const openThreads = () => [...reviews.open].flatMap(id => reviews.shown(id));
  /** Unsent comments at a line are shown wherever that line is. */
  const changed = (id?: string) => {
    for (const each of new Set([...(id === undefined ? [] : [id]), ...reviews.open])) reviews.show(each);
    setContexts();
  };
  const setContexts = () => {
    const isUnsent = unsent.of(session.place).length + edits.of(session.place).length > 0;
    setContext('promptforge.unsentComments', isUnsent);
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
  /** Failures are reported with a retry. Not awaited, because the message may stay open for long. */
  const loadAll = async (ids: Iterable<string>): Promise<void> => {
    try {
      await inTurns([...ids], AT_ONCE, load);
    } catch (error) {
      void report(error, 'Fetching the comments', () => loadAll(reviews.open));
    }
  };
  const loadOpen = () => loadAll(reviews.open);
  const written = (answer: Written) => {
    const prompt = promptOfWritten(answer);
    for (const id of reviews.open)
      if (promptOfReview(id) === prompt) reviews.update(id, review => withWritten(review, answer));
    setContexts();
  };
  const newest = (id: string) => newestIn(reviews.find(id));
  const sending = new Sending({ workbench, unsent, changed, written, load: id => loadAll([id]) });
  /** A version's document is read rather than reviewed, so a failure to fetch its comments is only logged. */
  const loadQuietly = (id: string) =>
    load(id).catch((error: unknown) => log.warn(`Comments: ${String(error)}`));
  const turns = new Turns(AT_ONCE, async id => {
    if (reviews.open.has(id)) await loadQuietly(id);
  });
  const update = () => {
    const before = open.tabs;
    open = openDocuments(session.registry);
    const added = new Set(reviews.follow(open.subjects));
    for (const id of added) if (promptOfSubject(id) === undefined) void loadAll([id]);
    for (const [prompt, tabs] of open.tabs) {
      const id = promptSubject(prompt);
      if (!added.has(id) && JSON.stringify(tabs) === JSON.stringify(before.get(prompt))) continue;
      reviews.show(id);
      turns.add(id);
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
      const isCommented = addressOf(document.uri, session.registry) !== undefined;
      return isCommented ? [new vscode.Range(0, 0, document.lineCount - 1, 0)] : [];
    },
  };
  const disposable = vscode.Disposable.from(
    controller,
    typed,
    vscode.window.tabGroups.onDidChangeTabs(update),
    vscode.window.onDidChangeVisibleTextEditors(update),
    session.onDidChange(onSession),
    promotions.onDidChange(() => {
      for (const id of reviews.open) turns.add(id);
    }),
    registerCommand('addComment', 'Commenting', report, async reply => {
      const { addComment } = await import('./add-comment.ts');
      const adding = { reviews, sending, threads: openThreads, newest, load: loadQuietly };
      await addComment(reply as vscode.CommentReply, workbench, adding);
    }),
    registerThreadCommands(workbench, {
      unsent,
      sending,
      threads: openThreads,
      newest,
      changed,
      load: loadOpen,
      sendingEdits: {
        ...{ workbench, edits, underWay: editsUnderWay, written, load: loadOpen },
        changed: () => changed(),
      },
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
      for (const id of reviews.open) if (prompts.has(promptOfReview(id))) turns.add(id);
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
