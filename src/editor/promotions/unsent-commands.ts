/** Commands on an unsent comment or edit: in its thread, or from the palette. */
import { versionReference } from '../../core/version.ts';
import { firstLine } from '../explorer/labels.ts';
import type { Workbench } from '../workbench.ts';
import { SentItem, UnsentItem } from './comment-thread.ts';
import type { Sending } from './sending.ts';
import { type SendingEditsParts, sendEdit } from './sending-edits.ts';
import { subjectOf } from './threads.ts';
import type { UnsentComment, UnsentComments } from './unsent-comments.ts';
import type { UnsentEdit } from './unsent-edits.ts';

export interface UnsentParts {
  readonly unsent: UnsentComments;
  readonly sending: Sending;
  readonly changed: (subject: string) => void;
  readonly sendingEdits: SendingEditsParts;
}

/** An unsent comment or edit, as shown to the person. */
type Unsent =
  | { readonly kind: 'comment'; readonly comment: UnsentComment }
  | { readonly kind: 'edit'; readonly edit: UnsentEdit };

export function unsentCommands(workbench: Workbench, parts: UnsentParts) {
  const { unsent, sending, changed, sendingEdits } = parts;
  return {
    async sendCommentAgain(argument: unknown) {
      const found = await namedUnsent(argument, workbench, parts, 'Send Comment Again');
      if (found?.kind === 'comment') await sending.send(found.comment);
      if (found?.kind === 'edit') await sendEdit(found.edit, sendingEdits);
    },
    async discardComment(argument: unknown) {
      const found = await namedUnsent(argument, workbench, parts, 'Discard Comment');
      if (found === undefined) return;
      const isEdit = found.kind === 'edit';
      const agreed = await workbench.ask.confirm({
        message: isEdit ? 'Discard this edit?' : 'Discard this comment?',
        detail: `${isEdit ? 'The comment stays as it was. Your change' : 'It was not sent. Its text'} cannot be recovered later.\n\n${excerpt(textOf(found))}`,
        button: 'Discard',
      });
      if (agreed !== true) return;
      forget(found);
      void sayDiscarded(found);
    },
  };

  function forget(found: Unsent): void {
    if (found.kind === 'comment') unsent.forget(found.comment);
    else sendingEdits.edits.forget(found.edit);
    shown(found);
  }

  async function sayDiscarded(found: Unsent): Promise<void> {
    const chosen = await workbench.ask.tell('info', 'It was discarded.', 'Undo');
    if (chosen === undefined) return;
    if (found.kind === 'comment') unsent.restore(found.comment);
    else sendingEdits.edits.keep(found.edit);
    shown(found);
  }

  function shown(found: Unsent): void {
    if (found.kind === 'comment') changed(subjectOf(found.comment));
    else sendingEdits.changed();
  }
}

/** The one in the thread, or the person's choice; undefined if there is none or the person cancels. */
async function namedUnsent(
  argument: unknown,
  { ask, session }: Workbench,
  { unsent, sendingEdits: { edits } }: UnsentParts,
  title: string,
): Promise<Unsent | undefined> {
  const comment = unsentOf(argument, unsent);
  if (comment !== undefined) return { kind: 'comment', comment };
  const edit = argument instanceof SentItem ? edits.find(session.place, argument.comment.id) : undefined;
  if (edit !== undefined) return { kind: 'edit', edit };
  const all: Unsent[] = [
    ...unsent.of(session.place).map(each => ({ kind: 'comment' as const, comment: each })),
    ...edits.of(session.place).map(each => ({ kind: 'edit' as const, edit: each })),
  ];
  if (all.length === 0) {
    await ask.tell('info', 'Every comment was sent.');
    return undefined;
  }
  return ask.pick({
    title,
    placeholder: 'Select a comment that was not sent',
    options: all.map(each => ({
      label: firstLine(textOf(each).trim()),
      description: placeOf(each),
      value: each,
    })),
  });
}

export function unsentOf(argument: unknown, unsent: UnsentComments): UnsentComment | undefined {
  return argument instanceof UnsentItem ? unsent.find(argument.idempotencyKey) : undefined;
}

function textOf(unsent: Unsent): string {
  return unsent.kind === 'comment' ? unsent.comment.text : unsent.edit.text;
}

function placeOf(unsent: Unsent): string {
  const { prompt, version, line } = unsent.kind === 'comment' ? unsent.comment : unsent.edit;
  const at = `${versionReference(prompt, version)}`;
  const onLine = line === null ? '' : `, line ${line}`;
  if (unsent.kind === 'edit') return `Edit of a comment on ${at}${onLine}`;
  const { environment } = unsent.comment;
  return `${at}${environment === '' ? '' : ` for ${environment}`}${onLine}`;
}

/** A short excerpt of a text. */
function excerpt(text: string): string {
  const most = 500;
  return text.length > most ? `${text.slice(0, most)}…` : text;
}
