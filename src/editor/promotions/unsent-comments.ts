/**
 * Comments that were written and have not reached the registry: kept until they have, or until the person discards
 * them, after a reload of the window too. There is one for a line of a promotion or of a version in a registry.
 */
import { isPromptName, type PromptName } from '../../core/name.ts';
import { isVersionNumber, type VersionNumber } from '../../core/version.ts';

/** What is needed of a `vscode.Memento`. */
interface Memory {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): PromiseLike<void>;
}

export interface UnsentPlace {
  /** As `Session.place` names it. */
  readonly registry: string;
  readonly environment: string;
  /** Null: at a line of the version, and in no review. */
  readonly promotion: string | null;
  readonly prompt: PromptName;
  /** The side of the review, by its version. */
  readonly version: VersionNumber;
  /** From 1; null: of the whole promotion. */
  readonly line: number | null;
}

export interface UnsentComment extends UnsentPlace {
  readonly text: string;
  /** The registry takes a comment that comes twice under it as one. */
  readonly idempotencyKey: string;
  /** The newest comment that was known when it was first sent; null: none. */
  readonly after: string | null;
}

const KEY = 'promptforge.unsentComments';
/** More than anybody leaves unsent; the oldest are forgotten first. */
const MAX_COMMENTS = 100;
/** UTF-16 code units of all of them. */
const MAX_CHARACTERS = 400_000;

export class UnsentComments {
  readonly #memory: Memory;
  /** Oldest first. */
  #comments: readonly UnsentComment[];

  constructor(memory: Memory) {
    this.#memory = memory;
    const kept = memory.get<unknown>(KEY);
    this.#comments = Array.isArray(kept) ? kept.filter(isUnsentComment) : [];
  }

  /** Of a registry, or of one promotion there; oldest first. */
  of(registry: string | undefined, promotion?: string): readonly UnsentComment[] {
    return this.#comments.filter(
      each => each.registry === registry && (promotion === undefined || each.promotion === promotion),
    );
  }

  /** At lines of a prompt's versions, in no review; oldest first. */
  atLinesOf(registry: string | undefined, prompt: PromptName): readonly UnsentComment[] {
    return this.of(registry).filter(each => each.promotion === null && each.prompt === prompt);
  }

  at(place: UnsentPlace): UnsentComment | undefined {
    return this.#comments.find(each => isAt(each, place));
  }

  /** As it is kept now; undefined once it was sent or discarded. */
  find(idempotencyKey: string): UnsentComment | undefined {
    return this.#comments.find(each => each.idempotencyKey === idempotencyKey);
  }

  /**
   * Keeps a text before it is sent. What waits at the same place already comes before it, as a paragraph of its own.
   * @param after the newest comment that is known
   */
  keep(place: UnsentPlace, text: string, after: string | null): UnsentComment {
    const waiting = this.at(place);
    if (waiting === undefined) return this.#put({ ...place, text, ...firstSending(after) });
    if (text.trim() === waiting.text.trim()) return waiting;
    return this.#put({ ...waiting, text: `${waiting.text.trimEnd()}\n\n${text}`, ...firstSending(after) });
  }

  /** Takes another text for it, as a comment that the registry has not seen. */
  edit(comment: UnsentComment, text: string, after: string | null): UnsentComment {
    return text === comment.text ? comment : this.#put({ ...comment, text, ...firstSending(after) });
  }

  forget(comment: UnsentComment): void {
    this.#store(this.#comments.filter(each => each.idempotencyKey !== comment.idempotencyKey));
  }

  #put(comment: UnsentComment): UnsentComment {
    this.#store([...this.#comments.filter(each => !isAt(each, comment)), comment]);
    return comment;
  }

  #store(comments: readonly UnsentComment[]): void {
    let kept = comments.slice(-MAX_COMMENTS);
    while (kept.length > 1 && charactersOf(kept) > MAX_CHARACTERS) kept = kept.slice(1);
    this.#comments = kept;
    void this.#memory.update(KEY, kept);
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

function charactersOf(comments: readonly UnsentComment[]): number {
  return comments.reduce((sum, { text }) => sum + text.length, 0);
}

/** Another version of the extension may have written it. */
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
