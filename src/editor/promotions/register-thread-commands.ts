/** Registers the commands on threads and comments of the registry, which are loaded on first use. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import type { Workbench } from '../workbench.ts';
import type { ThreadCommand, ThreadParts } from './thread-commands.ts';

/** The beginning of a failure message. */
const COMMANDS: Readonly<Record<ThreadCommand, string>> = {
  resolveComments: 'Resolving the comments',
  unresolveComments: 'Reopening the comments',
  editComment: 'Editing the comment',
  cancelCommentEdit: 'Editing the comment',
  sendEditedComment: 'Editing the comment',
  deleteComment: 'Deleting the comment',
  applySuggestion: 'Applying the suggestion',
  sendCommentAgain: 'Commenting',
  discardComment: 'Discarding the comment',
};

export function registerThreadCommands(workbench: Workbench, parts: ThreadParts): vscode.Disposable {
  return vscode.Disposable.from(
    ...Object.entries(COMMANDS).map(([id, doing]) =>
      registerCommand(id, doing, workbench.report, async argument => {
        const { threadCommands } = await import('./thread-commands.ts');
        await threadCommands(workbench, parts)[id as ThreadCommand](argument);
      }),
    ),
  );
}
