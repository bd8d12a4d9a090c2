/** Commands on a thread and its comments: in place, or from the palette. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { suggestionIn } from '../../core/suggestion.ts';
import { versionReference } from '../../core/version.ts';
import { isBlank } from '../../core/visible-text.ts';
import type { Session } from '../connection/session.ts';
import { firstLine } from '../explorer/labels.ts';
import { parseVersionUri } from '../versions/uri.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { applySuggestion } from './apply-suggestion.ts';
import { type CommentThread, SentItem, UnsentItem } from './comment-thread.ts';
import { sendEdit } from './sending-edits.ts';
import { subjectOf } from './threads.ts';
import { type UnsentParts, unsentCommands, unsentOf } from './unsent-commands.ts';
import type { UnsentComment } from './unsent-comments.ts';

export interface ThreadParts extends UnsentParts {
  /** The threads of open documents. */
  readonly threads: () => readonly CommentThread[];
  /** The newest known comment of a subject. */
  readonly newest: (subject: string) => string | null;
  /** Fetches the comments of open documents; failures are reported. */
  readonly load: () => Promise<unknown>;
  /** Turns the comment into an input field, or back. */
  readonly editUnsent: (comment: UnsentComment, isEdited: boolean) => void;
}

interface Found {
  readonly thread: CommentThread;
  readonly item: SentItem;
}

export type ThreadCommand =
  | 'resolveComments'
  | 'unresolveComments'
  | 'editComment'
  | 'cancelCommentEdit'
  | 'sendEditedComment'
  | 'deleteComment'
  | 'applySuggestion'
  | 'sendCommentAgain'
  | 'discardComment';

export function threadCommands(
  workbench: Workbench,
  parts: ThreadParts,
): Readonly<Record<ThreadCommand, (argument: unknown) => Promise<void> | void>> {
  const { session, ask, promotions, report } = workbench;
  const { unsent, sending, newest, load, editUnsent, sendingEdits } = parts;
  const { written } = sendingEdits;
  const client = () => session.clientFor({ kind: 'read' });

  const setEdited = (argument: unknown, isEdited: boolean) => {
    const waiting = unsentOf(argument, unsent);
    if (waiting !== undefined) return editUnsent(waiting, isEdited);
    const found = commentIn(argument, parts);
    found?.item.edit(isEdited);
    found?.thread.refresh();
  };
  const resolve = (resolved: boolean) => async (argument: unknown) => {
    const title = resolved ? 'Resolve Comments' : 'Reopen Comments';
    const thread = await namedThread(argument, workbench, parts, title, resolved ? 'open' : 'resolved');
    if (thread?.content === undefined || thread.content.line === null) return;
    const { version, line } = thread.content;
    const prompt = promptOf(thread);
    const answer = await inProgress(title, async signal =>
      (await client()).resolveThread(prompt, { version, line }, resolved, signal),
    );
    written({ kind: 'thread', thread: answer });
    await load();
  };
  return {
    resolveComments: resolve(true),
    unresolveComments: resolve(false),
    async editComment(argument) {
      if (unsentOf(argument, unsent) !== undefined) {
        setEdited(argument, true);
        return;
      }
      const found = await namedComment(argument, workbench, parts, 'Edit Comment', 'edit');
      if (found === undefined) return;
      found.thread.thread.collapsibleState = vscode.CommentThreadCollapsibleState.Expanded;
      setEdited(found.item, true);
    },
    cancelCommentEdit: argument => setEdited(argument, false),
    async sendEditedComment(argument) {
      const waiting = unsentOf(argument, unsent);
      if (waiting !== undefined && argument instanceof UnsentItem) {
        const changed = unsent.edit(waiting, argument.body, newest(subjectOf(waiting)));
        editUnsent(waiting, false);
        await sending.send(changed);
        return;
      }
      const found = commentIn(argument, parts);
      if (found === undefined) return;
      const { item, thread } = found;
      const text = typeof item.body === 'string' ? item.body : item.body.value;
      // An empty text is not stored, so the field stays open.
      if (isBlank(text)) throw new Error('Enter a comment, or delete this one.');
      const { comment, place } = item;
      const registry = placeNow(session);
      const isSame = text.trim() === comment.text.trim();
      if (!isSame || sendingEdits.edits.find(registry, comment.id) !== undefined)
        sendingEdits.edits.keep({
          ...{ registry, prompt: promptOf(thread), promotion: comment.promotion, ...place },
          ...{ comment: comment.id, actor: comment.actor, at: comment.at, before: comment.text, text },
        });
      item.edit(false);
      sendingEdits.changed();
      await sendEdit({ registry, comment: comment.id }, sendingEdits);
    },
    async deleteComment(argument) {
      const found = await namedComment(argument, workbench, parts, 'Delete Comment', 'delete');
      if (found === undefined) return;
      const { item, thread } = found;
      const prompt = promptOf(thread);
      const agreed = await ask.confirm({
        message: `Delete this comment on ${placeOf(prompt, item)}?`,
        detail: `It is no longer shown to anyone. The registry's records are never changed and keep its text.\n\n${excerpt(item.comment.text)}`,
        button: `Delete from ${versionReference(prompt, item.place.version)}`,
      });
      if (agreed !== true) return;
      const deleted = await inProgress('Deleting the comment', async signal =>
        (await client()).deleteComment(prompt, item.comment.id, signal),
      );
      const registry = placeNow(session);
      sendingEdits.edits.forget({ registry, comment: item.comment.id });
      written({ kind: 'deletion', comment: deleted });
      await load();
      const { promotion: id, text } = item.comment;
      const environment = (id === null ? undefined : promotions.find(id)?.environment) ?? '';
      const at = { registry, environment, promotion: id, prompt, ...item.place };
      // An admin may delete comments of others, but restoring one would change its author.
      const isOwn = item.contextValue.split(':').includes('edit');
      // Not awaited, because the message may stay open for long.
      void ask
        .tell(
          'info',
          `Deleted ${isOwn ? 'your' : `${item.comment.actor}’s`} comment on ${placeOf(prompt, item)}.`,
          ...(isOwn ? ['Undo'] : []),
        )
        .then(chosen =>
          chosen === 'Undo' ? sending.keepAndSend(at, text, newest(subjectOf(at))) : undefined,
        )
        .catch((error: unknown) => report(error, 'Commenting'));
    },
    async applySuggestion(argument) {
      const found = await namedComment(argument, workbench, parts, 'Apply Suggestion', 'suggestion');
      if (found === undefined || found.item.place.line === null) return;
      const { version, line } = found.item.place;
      const { text } = found.item.comment;
      await applySuggestion(workbench, { prompt: promptOf(found.thread), version, line, text });
    },
    ...unsentCommands(workbench, parts),
  };
}

function placeNow({ place }: Session): string {
  if (place === undefined) throw new Error('This window is not connected to a registry.');
  return place;
}

function promptOf({ thread }: CommentThread): PromptName {
  const prompt = parseVersionUri(thread.uri)?.prompt;
  if (prompt === undefined) throw new Error('These comments are not on a version of a prompt.');
  return prompt;
}

/** VS Code passes the comment itself. */
function commentIn(argument: unknown, { threads }: ThreadParts): Found | undefined {
  if (!(argument instanceof SentItem)) return undefined;
  const thread = threads().find(({ items }) => items.includes(argument));
  return thread && { thread, item: argument };
}

/** The comment in the argument, or the person's choice among suitable ones; undefined if they cancel. */
async function namedComment(
  argument: unknown,
  { ask }: Workbench,
  parts: ThreadParts,
  title: string,
  doing: 'edit' | 'delete' | 'suggestion',
): Promise<Found | undefined> {
  const named = commentIn(argument, parts);
  if (named !== undefined) return named;
  const all = parts
    .threads()
    .flatMap(thread => thread.items.map(item => ({ thread, item })))
    .filter(({ item }) => item.contextValue.split(':').includes(doing));
  if (all.length === 0) {
    const which = doing === 'suggestion' ? 'suggests anything' : 'is yours';
    await ask.tell('info', `${title}: no comment in an open editor ${which}.`);
    return undefined;
  }
  return ask.pick({
    title,
    placeholder: 'Select a comment',
    options: all.map(found => ({
      label: firstLine(labelOf(found.item.comment.text)),
      description: `${found.item.author.name} · ${placeOf(promptOf(found.thread), found.item)}`,
      value: found,
    })),
  });
}

async function namedThread(
  argument: unknown,
  { ask }: Workbench,
  { threads }: ThreadParts,
  title: string,
  state: 'open' | 'resolved',
): Promise<CommentThread | undefined> {
  const named = threads().find(({ thread }) => thread === argument);
  if (named !== undefined) return named;
  const all = threads().filter(({ thread }) => thread.contextValue === state);
  if (all.length === 0) {
    await ask.tell('info', `${title}: no comments in an open editor are ${state}.`);
    return undefined;
  }
  return ask.pick({
    title,
    placeholder: 'Select the comments of a line',
    options: all.map(thread => ({
      label: firstLine(labelOf(thread.items[0]?.comment.text ?? '')),
      description: `${promptOf(thread)} · ${thread.thread.label ?? ''}`,
      value: thread,
    })),
  });
}

/** A comment may consist of only a suggestion. */
function labelOf(text: string): string {
  const lines = suggestionIn(text);
  return text.trimStart().startsWith('```') && lines !== undefined
    ? `Suggestion: ${lines.join(' ')}`
    : text.trim();
}

function placeOf(prompt: PromptName, { place: { version, line } }: SentItem): string {
  const reference = versionReference(prompt, version);
  return line === null ? reference : `${reference}, line ${line}`;
}

/** A short excerpt of a text. */
function excerpt(text: string): string {
  const most = 500;
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
