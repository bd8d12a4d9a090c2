/** Sends a comment: stores it first, and deletes it when it has arrived or is discarded. */
import type { LineComment } from '../../contract/comments.ts';
import type { Promotion } from '../../contract/promotions.ts';
import type { Session } from '../connection/session.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { validateComment } from './comment-length.ts';
import { groupOf } from './groups.ts';
import { sideOf, subjectOf } from './threads.ts';
import type { UnsentComment, UnsentComments, UnsentPlace } from './unsent-comments.ts';
import { asLineComment, type Written } from './written.ts';

export interface SendingParts {
  readonly workbench: Workbench;
  readonly unsent: UnsentComments;
  /** The displayed comments of a subject may have changed. */
  readonly changed: (subject: string) => void;
  /** Shows the registry's response. */
  readonly written: (written: Written) => void;
  /** Fetches a subject's comments; failures are reported. */
  readonly load: (subject: string) => Promise<void>;
}

export class Sending {
  readonly #parts: SendingParts;
  /** By idempotency key. */
  readonly #underWay = new Map<string, Promise<LineComment>>();

  constructor(parts: SendingParts) {
    this.#parts = parts;
  }

  isSending({ idempotencyKey }: Pick<UnsentComment, 'idempotencyKey'>): boolean {
    return this.#underWay.has(idempotencyKey);
  }

  /** Sends a stored comment; does nothing for one that is being sent or is no longer stored. Failures are reported. */
  async send({ idempotencyKey }: Pick<UnsentComment, 'idempotencyKey'>): Promise<void> {
    const { workbench, unsent, changed, written, load } = this.#parts;
    const comment = unsent.find(idempotencyKey);
    if (comment === undefined || this.#underWay.has(idempotencyKey)) return;
    const subject = subjectOf(comment);
    const call = this.#call(comment);
    this.#underWay.set(idempotencyKey, call);
    changed(subject);
    try {
      const answer = await call;
      unsent.forget(comment);
      written({ kind: 'comment', comment: answer });
    } catch (error) {
      workbench.session.note(error);
      // Not awaited, because the message may stay open for long. A retry sends the text stored by then, once.
      void workbench.report(error, 'Commenting', () => this.send(comment));
      return;
    } finally {
      this.#underWay.delete(idempotencyKey);
      changed(subject);
    }
    await load(subject);
  }

  /** Stores a text and sends it, after the previous one at its place has been sent. */
  async keepAndSend(place: UnsentPlace, text: string, after: string | null): Promise<void> {
    const { unsent } = this.#parts;
    const before = unsent.at(place);
    await (before && this.#underWay.get(before.idempotencyKey))?.catch(() => undefined); // `send` reports it
    await this.send(unsent.keep(place, text, after));
  }

  async #call(comment: UnsentComment): Promise<LineComment> {
    const { session } = this.#parts.workbench;
    const why = validateComment(comment.text, true);
    if (why !== undefined) throw new Error(why);
    const client = await session.clientFor({ kind: 'read' });
    checkRegistry(session, comment.registry, 'comment');
    const { promotion: id, prompt, version, line } = comment;
    const text = comment.text.trim();
    const promotion = id === null ? undefined : await client.getPromotion(id);
    // A closed review accepts no comments, but the lines of its versions do.
    if (id === null || promotion === undefined || (groupOf(promotion) === 'done' && line !== null)) {
      if (line === null) throw new Error('This comment is not on a line.');
      const request = { version, line, text };
      return inProgress('Commenting', signal =>
        client.addComment(prompt, request, signal, comment.idempotencyKey),
      );
    }
    const request = { text, place: placeIn(promotion, comment) };
    const answer = await inProgress('Commenting', signal =>
      client.comment(id, request, signal, comment.idempotencyKey),
    );
    return asLineComment(answer, comment);
  }
}

/** @throws Error if the window is connected to another registry */
export function checkRegistry({ place }: Session, registry: string, what: 'comment' | 'edit'): void {
  if (place !== registry)
    throw new Error(
      `This ${what} is for ${registry}, and this window is connected to ${place ?? 'no registry'}. Connect to that registry, then send the ${what} again.`,
    );
}

function placeIn(promotion: Promotion, { prompt, version, line }: UnsentComment) {
  if (line === null) return null;
  const side = sideOf(promotion, version);
  if (side === undefined || promotion.prompt !== prompt)
    throw new Error(`Promotion ${promotion.id} does not compare ${prompt}@${version}.`);
  return { side, line };
}
