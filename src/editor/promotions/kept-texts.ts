/** Stores unsent texts in the workspace's memory, within limits, so that they survive a reload of the window. */

/** The part of `vscode.Memento` that is used. */
export interface TextMemento {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** More than anybody leaves unsent; the oldest are dropped first. */
const MAX_TEXTS = 100;
/** The limit of all texts together, in UTF-16 code units. */
const MAX_CHARACTERS = 400_000;

export class KeptTexts<Kept extends { readonly text: string }> {
  readonly #memory: TextMemento;
  readonly #key: string;
  /** Oldest first. */
  #all: readonly Kept[];

  /**
   * @param key of the texts in the memory
   * @param isKept returns true for a valid value, as another version of the extension may have written it
   */
  constructor(memory: TextMemento, key: string, isKept: (value: unknown) => value is Kept) {
    this.#memory = memory;
    this.#key = key;
    const kept = memory.get<unknown>(key);
    this.#all = Array.isArray(kept) ? kept.filter(isKept) : [];
  }

  get all(): readonly Kept[] {
    return this.#all;
  }

  /** Adds a text as the newest, and removes those that it replaces. */
  put(added: Kept, isReplaced: (other: Kept) => boolean): Kept {
    this.#store([...this.#all.filter(each => !isReplaced(each)), added]);
    return added;
  }

  remove(isRemoved: (kept: Kept) => boolean): void {
    this.#store(this.#all.filter(each => !isRemoved(each)));
  }

  #store(all: readonly Kept[]): void {
    let kept = all.slice(-MAX_TEXTS);
    while (kept.length > 1 && charactersOf(kept) > MAX_CHARACTERS) kept = kept.slice(1);
    this.#all = kept;
    void this.#memory.update(this.#key, kept);
  }
}

function charactersOf(kept: readonly { readonly text: string }[]): number {
  return kept.reduce((sum, { text }) => sum + text.length, 0);
}
