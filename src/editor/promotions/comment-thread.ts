/** A thread of a review as VS Code shows it. What is in it is changed in place, so that nothing typed there is lost. */
import * as vscode from 'vscode';
import type { Comment } from '../../contract/promotions.ts';
import { oneLine } from '../../core/visible-text.ts';
import { escapeMarkdown } from '../wording/markdown.ts';
import type { Thread } from './threads.ts';
import type { UnsentComment } from './unsent-comments.ts';

/** What the commands on an unsent comment are given by VS Code. */
export class UnsentItem implements vscode.Comment {
  readonly idempotencyKey: string;
  readonly author: vscode.CommentAuthorInformation;
  mode = vscode.CommentMode.Preview;
  /** A string is shown as it is; while the comment is edited, VS Code puts the new text here. */
  body: string;
  label = '';
  contextValue = '';

  constructor({ idempotencyKey, text }: UnsentComment, author: string) {
    this.idempotencyKey = idempotencyKey;
    this.author = { name: author };
    this.body = text;
  }
}

export interface ThreadState {
  /** Nobody can comment any more. */
  readonly hasEnded: boolean;
  readonly isSending: boolean;
  readonly isEdited: boolean;
  /** Who writes here. */
  readonly author: string;
}

export class CommentThread {
  readonly #make: (comments: readonly vscode.Comment[]) => vscode.CommentThread;
  #made: vscode.CommentThread | undefined;
  /** By the id of the registry's comment; VS Code knows a comment by its object. */
  #items = new Map<string, vscode.Comment>();
  #unsent: UnsentItem | undefined;

  /** @param make one with its first comments: of one that has none yet, VS Code opens the field for a reply */
  constructor(make: (comments: readonly vscode.Comment[]) => vscode.CommentThread) {
    this.#make = make;
  }

  get thread(): vscode.CommentThread {
    this.#made ??= this.#make(this.#comments);
    return this.#made;
  }

  get #comments(): vscode.Comment[] {
    return [...this.#items.values(), ...(this.#unsent === undefined ? [] : [this.#unsent])];
  }

  show({ version, line, comments, unsent }: Thread, state: ThreadState): void {
    const { hasEnded } = state;
    this.#items = new Map(comments.map(each => [each.id, this.#items.get(each.id) ?? itemOf(each)]));
    this.#unsent = unsent && this.#unsentItem(unsent, state);
    const { thread } = this;
    thread.comments = this.#comments;
    const about = line === null ? 'The whole promotion' : `@${version}, line ${line}`;
    thread.label = hasEnded ? `${about} · This promotion has ended` : about;
    // There is one unsent comment at a place: it is sent, edited or discarded first.
    thread.canReply = !hasEnded && unsent === undefined;
  }

  dispose(): void {
    this.#made?.dispose();
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

function itemOf({ actor, at, text }: Comment): vscode.Comment {
  return {
    author: { name: oneLine(actor) },
    body: new vscode.MarkdownString(escapeLines(text)),
    mode: vscode.CommentMode.Preview,
    timestamp: new Date(at),
  };
}

const LINE_BREAK = /\r\n|[\n\r]/;

/** The lines of what somebody wrote, as text. */
function escapeLines(text: string): string {
  return text.split(LINE_BREAK).map(escapeMarkdown).join('  \n');
}
