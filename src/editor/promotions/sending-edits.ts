/** Sending the edit of a comment: it is kept before, and forgotten when it has arrived or the person discards it. */
import type { LineComment } from '../../contract/comments.ts';
import type { Session } from '../connection/session.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { validateComment } from './comment-length.ts';
import { checkRegistry } from './sending.ts';
import type { UnsentEdit, UnsentEdits } from './unsent-edits.ts';
import type { Written } from './written.ts';

export interface SendingEditsParts {
  readonly workbench: Workbench;
  readonly edits: UnsentEdits;
  /** Those on their way, by `edit.comment`. */
  readonly underWay: Set<string>;
  /** The displayed comments may have changed. */
  readonly changed: () => void;
  /** Shows what the registry answered. */
  readonly written: (written: Written) => void;
  /** Asks the registry for the comments of what is open; a failure is told. */
  readonly load: () => Promise<unknown>;
}

/** One that is on its way or is not kept any more is left alone. Failures are told. */
export async function sendEdit(
  { comment, registry }: Pick<UnsentEdit, 'comment' | 'registry'>,
  parts: SendingEditsParts,
): Promise<void> {
  const { workbench, edits, underWay, changed, written, load } = parts;
  const edit = edits.find(registry, comment);
  if (edit === undefined || underWay.has(comment)) return;
  underWay.add(comment);
  changed();
  try {
    const answer = await call(workbench.session, edit);
    // Meanwhile the person may have written something else.
    if (edits.find(registry, comment) === edit) edits.forget(edit);
    written({ kind: 'comment', comment: answer });
  } catch (error) {
    workbench.session.note(error);
    // Not awaited: the message may stay for long. Trying again sends what is kept by then.
    void workbench.report(error, 'Editing the comment', () => sendEdit(edit, parts));
    return;
  } finally {
    underWay.delete(comment);
    changed();
  }
  await load();
}

async function call(session: Session, { registry, prompt, comment, text }: UnsentEdit): Promise<LineComment> {
  const why = validateComment(text, true);
  if (why !== undefined) throw new Error(why);
  const client = await session.clientFor({ kind: 'read' });
  checkRegistry(session, registry, 'edit');
  return inProgress('Editing the comment', signal =>
    client.editComment(prompt, comment, text.trim(), signal),
  );
}
