/**
 * Edits of comments that have not reached the registry: stored until they have, or until the person discards them, even
 * over a reload of the window. There is at most one per comment.
 */
import { isPromptName, type PromptName } from '../../core/name.ts';
import { isVersionNumber, type VersionNumber } from '../../core/version.ts';
import { KeptTexts, type TextMemento } from './kept-texts.ts';

export interface UnsentEdit {
  /** As in `Session.place`. */
  readonly registry: string;
  readonly prompt: PromptName;
  /** The promotion in whose review the comment was written; null if in none. */
  readonly promotion: string | null;
  /** Where it was written. */
  readonly version: VersionNumber;
  /** From 1; null for the whole promotion. */
  readonly line: number | null;
  /** The comment's id. */
  readonly comment: string;
  readonly actor: string;
  /** RFC 3339. */
  readonly at: string;
  /** The current text of the comment. */
  readonly before: string;
  /** The new text of the comment. */
  readonly text: string;
}

export class UnsentEdits {
  readonly #kept: KeptTexts<UnsentEdit>;

  constructor(memory: TextMemento) {
    this.#kept = new KeptTexts(memory, 'promptforge.unsentEdits', isUnsentEdit);
  }

  /** The edits for a registry; oldest first. */
  of(registry: string | undefined): readonly UnsentEdit[] {
    return this.#kept.all.filter(each => each.registry === registry);
  }

  find(registry: string | undefined, comment: string): UnsentEdit | undefined {
    return this.of(registry).find(each => each.comment === comment);
  }

  /** Stores an edit, replacing an earlier one of the comment. */
  keep(edit: UnsentEdit): void {
    this.#kept.put(edit, each => isOfSame(each, edit));
  }

  forget(edit: Pick<UnsentEdit, 'registry' | 'comment'>): void {
    this.#kept.remove(each => isOfSame(each, edit));
  }

  /** Deletes edits that the registry has by now, although its response was lost. */
  forgetArrived(
    registry: string | undefined,
    comments: readonly { readonly id: string; readonly text: string }[],
  ): void {
    for (const { id, text } of comments) {
      const edit = this.find(registry, id);
      if (edit !== undefined && edit.text.trim() === text.trim()) this.forget(edit);
    }
  }
}

function isOfSame(
  one: Pick<UnsentEdit, 'registry' | 'comment'>,
  other: Pick<UnsentEdit, 'registry' | 'comment'>,
): boolean {
  return one.registry === other.registry && one.comment === other.comment;
}

function isUnsentEdit(value: unknown): value is UnsentEdit {
  if (typeof value !== 'object' || value === null) return false;
  const { registry, prompt, promotion, version, line, comment, actor, at, before, text } = value as Readonly<
    Record<keyof UnsentEdit, unknown>
  >;
  return (
    [registry, actor, at, before, text].every(each => typeof each === 'string') &&
    (promotion === null || (typeof promotion === 'string' && /^[0-9]+$/.test(promotion))) &&
    typeof comment === 'string' &&
    /^[0-9]+$/.test(comment) &&
    typeof prompt === 'string' &&
    isPromptName(prompt) &&
    isVersionNumber(version) &&
    (line === null || (Number.isSafeInteger(line) && (line as number) > 0))
  );
}
