/**
 * Comments that have not reached the registry: stored until they have, or until the person discards them, even over a
 * reload of the window. There is at most one per line of a promotion or version in a registry.
 */
import { isPromptName, type PromptName } from '../../core/name.ts';
import { isVersionNumber, type VersionNumber } from '../../core/version.ts';
import { KeptTexts, type TextMemento } from './kept-texts.ts';

export interface UnsentPlace {
  /** As in `Session.place`. */
  readonly registry: string;
  readonly environment: string;
  /** Null for a comment at a line of the version, outside of reviews. */
  readonly promotion: string | null;
  readonly prompt: PromptName;
  /** The side of the review, by its version. */
  readonly version: VersionNumber;
  /** From 1; null for the whole promotion. */
  readonly line: number | null;
}

export interface UnsentComment extends UnsentPlace {
  readonly text: string;
  /** The registry stores a comment that arrives twice with this key only once. */
  readonly idempotencyKey: string;
  /** The newest known comment when it was first sent; null if there was none. */
  readonly after: string | null;
}

export class UnsentComments {
  readonly #kept: KeptTexts<UnsentComment>;

  constructor(memory: TextMemento) {
    this.#kept = new KeptTexts(memory, 'promptforge.unsentComments', isUnsentComment);
  }

  /** The comments for a registry, or one of its promotions; oldest first. */
  of(registry: string | undefined, promotion?: string): readonly UnsentComment[] {
    return this.#kept.all.filter(
      each => each.registry === registry && (promotion === undefined || each.promotion === promotion),
    );
  }

  /** The comments at lines of a prompt's versions, outside of reviews; oldest first. */
  atLinesOf(registry: string | undefined, prompt: PromptName): readonly UnsentComment[] {
    return this.of(registry).filter(each => each.promotion === null && each.prompt === prompt);
  }

  at(place: UnsentPlace): UnsentComment | undefined {
    return this.#kept.all.find(each => isAt(each, place));
  }

  /** The stored comment; undefined once it was sent or discarded. */
  find(idempotencyKey: string): UnsentComment | undefined {
    return this.#kept.all.find(each => each.idempotencyKey === idempotencyKey);
  }

  /**
   * Stores a text before it is sent. Text that already waits at the same place comes before it, as a separate
   * paragraph.
   * @param after the newest known comment
   */
  keep(place: UnsentPlace, text: string, after: string | null): UnsentComment {
    const waiting = this.at(place);
    if (waiting === undefined) return this.#put({ ...place, text, ...firstSending(after) });
    if (text.trim() === waiting.text.trim()) return waiting;
    return this.#put({ ...waiting, text: `${waiting.text.trimEnd()}\n\n${text}`, ...firstSending(after) });
  }

  /** Replaces its text, as a new comment for the registry. */
  edit(comment: UnsentComment, text: string, after: string | null): UnsentComment {
    return text === comment.text ? comment : this.#put({ ...comment, text, ...firstSending(after) });
  }

  forget({ idempotencyKey }: UnsentComment): void {
    this.#kept.remove(each => each.idempotencyKey === idempotencyKey);
  }

  /** Restores a deleted comment, unless something else was written there meanwhile. */
  restore(comment: UnsentComment): void {
    if (this.at(comment) === undefined) this.#put(comment);
  }

  #put(comment: UnsentComment): UnsentComment {
    return this.#kept.put(comment, each => isAt(each, comment));
  }
}

function firstSending(after: string | null): Pick<UnsentComment, 'idempotencyKey' | 'after'> {
  return { idempotencyKey: crypto.randomUUID(), after };
}

function isAt(one: UnsentPlace, other: UnsentPlace): boolean {
  return (
    one.registry === other.registry &&
    one.environment === other.environment &&
    one.promotion === other.promotion &&
    (one.promotion !== null || one.prompt === other.prompt) &&
    one.line === other.line &&
    // The whole promotion has no side.
    (one.line === null || one.version === other.version)
  );
}

function isUnsentComment(value: unknown): value is UnsentComment {
  if (typeof value !== 'object' || value === null) return false;
  const { registry, environment, promotion, prompt, version, line, text, idempotencyKey, after } =
    value as Readonly<Record<keyof UnsentComment, unknown>>;
  return (
    [registry, environment, text, idempotencyKey].every(each => typeof each === 'string') &&
    (promotion === null || (typeof promotion === 'string' && /^[0-9]+$/.test(promotion))) &&
    (promotion !== null || line !== null) &&
    typeof prompt === 'string' &&
    isPromptName(prompt) &&
    isVersionNumber(version) &&
    (line === null || (Number.isSafeInteger(line) && (line as number) > 0)) &&
    (after === null || typeof after === 'string')
  );
}
