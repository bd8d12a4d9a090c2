/** Creates a thread in the editor at the place where it is shown. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import type { Session } from '../connection/session.ts';
import { versionUri } from '../versions/open-version.ts';
import { CommentThread } from './comment-thread.ts';
import { reviewUri } from './review.ts';
import { promptOfSubject, type ReviewThread } from './threads.ts';

export function newThread(
  controller: vscode.CommentController,
  { registry }: Session,
  id: string,
  prompt: PromptName,
  { version, line, shown, resolved = null }: ReviewThread,
): CommentThread {
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
