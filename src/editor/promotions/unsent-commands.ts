/** What one does with a comment that was not sent: in its thread, or from the palette. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import { firstLine } from '../explorer/labels.ts';
import type { Workbench } from '../workbench.ts';
import { UnsentItem } from './comment-thread.ts';
import type { Sending } from './sending.ts';
import { subjectOf } from './threads.ts';
import type { UnsentComment, UnsentComments } from './unsent-comments.ts';

export interface UnsentParts {
  readonly unsent: UnsentComments;
  readonly sending: Sending;
  readonly changed: (subject: string) => void;
}

export function registerUnsentCommands(
  workbench: Workbench,
  { unsent, sending, changed }: UnsentParts,
): vscode.Disposable {
  const { ask, report } = workbench;
  return vscode.Disposable.from(
    registerCommand('sendCommentAgain', 'Commenting', report, async argument => {
      const comment = await namedComment(argument, workbench, unsent, 'Send Comment Again');
      if (comment !== undefined) await sending.send(comment);
    }),
    registerCommand('discardComment', 'Discarding the comment', report, async argument => {
      const comment = await namedComment(argument, workbench, unsent, 'Discard Comment');
      if (comment === undefined) return;
      const agreed = await ask.confirm({
        message: 'Discard this comment?',
        detail: `It was not sent, and its text is nowhere else.\n\n${excerpt(comment.text)}`,
        button: 'Discard',
      });
      if (agreed !== true) return;
      unsent.forget(comment);
      changed(subjectOf(comment));
    }),
  );
}

/** That of the thread, or as the person picks; undefined when there is none or the person leaves. */
async function namedComment(
  argument: unknown,
  { ask, session }: Workbench,
  unsent: UnsentComments,
  title: string,
): Promise<UnsentComment | undefined> {
  const named = unsentOf(argument, unsent);
  if (named !== undefined) return named;
  const all = unsent.of(session.place);
  if (all.length === 0) {
    await ask.tell('info', 'Every comment was sent.');
    return undefined;
  }
  return ask.pick({
    title,
    placeholder: 'Select a comment that was not sent',
    options: all.map(comment => ({
      label: firstLine(comment.text.trim()),
      description: placeOf(comment),
      value: comment,
    })),
  });
}

export function unsentOf(argument: unknown, unsent: UnsentComments): UnsentComment | undefined {
  return argument instanceof UnsentItem ? unsent.find(argument.idempotencyKey) : undefined;
}

function placeOf({ prompt, version, environment, line }: UnsentComment): string {
  const where = environment === '' ? '' : ` for ${environment}`;
  return `${prompt}@${version}${where}${line === null ? '' : `, line ${line}`}`;
}

/** Of a text of any length. */
function excerpt(text: string): string {
  const most = 500;
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
