/** A thread as VS Code shows it. Its contents are changed in place, so that nothing typed there is lost. */
import * as vscode from 'vscode';
import { isSamePerson } from '../../core/person.ts';
import { suggestionIn } from '../../core/suggestion.ts';
import { oneLine } from '../../core/visible-text.ts';
import { commentMarkdown } from './comment-markdown.ts';
import { threadLabel } from './thread-words.ts';
import type { ReviewThread, ThreadComment } from './threads.ts';
import type { UnsentComment } from './unsent-comments.ts';
import type { UnsentEdit } from './unsent-edits.ts';

/** An unsent comment, as VS Code passes it to commands. */
export class UnsentItem implements vscode.Comment {
  readonly idempotencyKey: string;
  readonly author: vscode.CommentAuthorInformation;
  mode = vscode.CommentMode.Preview;
  /** A string is shown unchanged; while the comment is edited, VS Code stores the new text here. */
  body: string;
  label = '';
  contextValue = '';

  constructor({ idempotencyKey, text }: UnsentComment, author: string) {
    this.idempotencyKey = idempotencyKey;
    this.author = { name: author };
    this.body = text;
  }
}

/** A comment in the registry, as VS Code passes it to commands. */
export class SentItem implements vscode.Comment {
  readonly comment: ThreadComment;
  /** Where it was written. */
  readonly place: Pick<ReviewThread, 'version' | 'line'>;
  readonly author: vscode.CommentAuthorInformation;
  readonly timestamp: Date;
  mode = vscode.CommentMode.Preview;
  /** Markdown; while the comment is edited, the plain text, which VS Code replaces with the new one. */
  body: string | vscode.MarkdownString;
  label?: string;
  contextValue = '';
  #unsent: UnsentEdit | undefined;

  constructor(comment: ThreadComment, { version, line }: Pick<ReviewThread, 'version' | 'line'>) {
    this.comment = comment;
    this.place = { version, line };
    this.author = { name: oneLine(comment.actor) };
    this.timestamp = new Date(comment.at);
    this.body = this.#shownText();
  }

  /** Turns the comment into an input field, or back. */
  edit(isEdited: boolean): void {
    this.body = isEdited ? (this.#unsent?.text ?? this.comment.text) : this.#shownText();
    this.mode = isEdited ? vscode.CommentMode.Editing : vscode.CommentMode.Preview;
  }

  /** @param unsent an edit that has not reached the registry */
  show(unsent: UnsentEdit | undefined, isSending: boolean, contextValue: string): void {
    const isOther = unsent?.text !== this.#unsent?.text;
    this.#unsent = unsent;
    if (isOther && this.mode === vscode.CommentMode.Preview) this.body = this.#shownText();
    this.contextValue = contextValue;
    const isChanged = typeof this.comment.editedAt === 'string';
    if (unsent !== undefined) this.label = isSending ? 'Sending' : 'Edit not sent';
    else if (isChanged) this.label = 'Edited';
    else delete this.label;
  }

  /** Unsent text is the person's own, and is shown unchanged. */
  #shownText(): string | vscode.MarkdownString {
    return this.#unsent?.text ?? new vscode.MarkdownString(commentMarkdown(this.comment.text));
  }
}

export interface ThreadState {
  /** True if nobody can comment anymore. */
  readonly hasEnded: boolean;
  readonly isSending: boolean;
  readonly isEdited: boolean;
  /** By the comment's id. */
  readonly edits: ReadonlyMap<string, UnsentEdit>;
  readonly isSendingEdit: (edit: UnsentEdit) => boolean;
  /** The person who comments here. */
  readonly author: string;
  /** The names under which the registry knows the person. */
  readonly own: readonly string[];
  /** True if one of the person's keys is an admin's. */
  readonly isAdmin: boolean;
}

export class CommentThread {
  readonly #make: (comments: readonly vscode.Comment[]) => vscode.CommentThread;
  #made: vscode.CommentThread | undefined;
  /** The thread that it shows; undefined for one created by VS Code that was not shown yet. */
  content: ReviewThread | undefined;
  /** By the id of the registry's comment, because VS Code identifies a comment by its object. */
  #items = new Map<string, SentItem>();
  #unsent: UnsentItem | undefined;

  /** @param make creates a thread with its first comments, because VS Code opens the reply field of an empty one */
  constructor(make: (comments: readonly vscode.Comment[]) => vscode.CommentThread) {
    this.#make = make;
  }

  get thread(): vscode.CommentThread {
    this.#made ??= this.#make(this.#comments);
    return this.#made;
  }

  get items(): readonly SentItem[] {
    return [...this.#items.values()];
  }

  get #comments(): vscode.Comment[] {
    return [...this.#items.values(), ...(this.#unsent === undefined ? [] : [this.#unsent])];
  }

  show(content: ReviewThread, state: ThreadState): void {
    const { line, comments, resolved = null, unsent } = content;
    const { hasEnded } = state;
    this.content = content;
    this.#items = new Map(comments.map(each => [each.id, this.#sentItem(each, content, state)]));
    this.#unsent = unsent && this.#unsentItem(unsent, state);
    const { thread } = this;
    thread.comments = this.#comments;
    thread.label = threadLabel(content, hasEnded);
    // A place has one unsent comment at most, which must be sent, edited or discarded first. Lines accept comments even
    // after the review.
    thread.canReply = !(hasEnded && line === null) && unsent === undefined;
    thread.contextValue =
      line === null || comments.length === 0 ? '' : resolved === null ? 'open' : 'resolved';
    thread.state =
      resolved === null ? vscode.CommentThreadState.Unresolved : vscode.CommentThreadState.Resolved;
  }

  /** Updates the display after one of its comments was turned into an input field, or back. */
  refresh(): void {
    this.thread.comments = this.#comments;
  }

  dispose(): void {
    this.#made?.dispose();
  }

  #sentItem(comment: ThreadComment, content: ReviewThread, state: ThreadState): SentItem {
    const before = this.#items.get(comment.id);
    const isSame = before?.comment.text === comment.text || before?.mode === vscode.CommentMode.Editing;
    const item = before !== undefined && isSame ? before : new SentItem(comment, content);
    const edit = state.edits.get(comment.id);
    const isSending = edit !== undefined && state.isSendingEdit(edit);
    item.show(
      edit,
      isSending,
      contextOf(comment, content, state, edit && (isSending ? 'sending' : 'unsent')),
    );
    return item;
  }

  #unsentItem(unsent: UnsentComment, { isSending, isEdited, author }: ThreadState): UnsentItem {
    const isSame = this.#unsent?.idempotencyKey === unsent.idempotencyKey;
    const item = isSame && this.#unsent !== undefined ? this.#unsent : new UnsentItem(unsent, author);
    if (!isEdited) item.body = unsent.text;
    item.mode = isEdited ? vscode.CommentMode.Editing : vscode.CommentMode.Preview;
    item.label = isSending ? 'Sending' : 'Not sent';
    item.contextValue = isSending ? 'sending' : 'unsent';
    return item;
  }
}

/** The actions permitted on a comment, as known here; the registry decides. */
function contextOf(
  { actor, promotion, text }: ThreadComment,
  { line }: ReviewThread,
  { hasEnded, own, isAdmin }: ThreadState,
  edit: 'sending' | 'unsent' | undefined,
): string {
  const isOwn = own.some(name => isSamePerson(name, actor));
  const isFixed = hasEnded && promotion !== null;
  return [
    'sent',
    ...((isOwn || edit === 'unsent') && !isFixed ? ['edit'] : []),
    ...((isOwn || isAdmin) && !isFixed ? ['delete'] : []),
    ...(line !== null && suggestionIn(text) !== undefined ? ['suggestion'] : []),
    ...(edit === undefined ? [] : [edit]),
  ].join(':');
}
