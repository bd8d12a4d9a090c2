/** Sends the edit of a comment: stores it first, and deletes it when it has arrived or is discarded. */
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
  /** Edits being sent, by `edit.comment`. */
  readonly underWay: Set<string>;
  /** The displayed comments may have changed. */
  readonly changed: () => void;
  /** Shows the registry's response. */
  readonly written: (written: Written) => void;
  /** Fetches the comments of open documents; failures are reported. */
  readonly load: () => Promise<unknown>;
}

/** Does nothing for an edit that is being sent or is no longer stored. Failures are reported. */
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
    // Not awaited, because the message may stay open for long. A retry sends the text stored by then.
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
