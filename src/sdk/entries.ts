/** Prompts in memory, bounded by number and size; the least recently used go first. */
import type { PromptForgeError } from './errors.ts';
import type { Freshness } from './freshness.ts';
import type { Prompt } from './types.ts';

/** A version of a prompt, and when the registry last confirmed it. */
export interface Entry {
  readonly prompt: Omit<Prompt, 'age' | 'source'>;
  readonly etag: string;
  /** In milliseconds, on the client's clock. */
  readonly checkedAt: number;
  readonly freshness: Freshness;
  /** The size of the response or stored text that it was read from, in UTF-16 code units. */
  readonly size: number;
  /** True if it was read from the storage and the registry has not confirmed it since. */
  readonly isStored: boolean;
}

export interface Failure {
  readonly at: number;
  readonly error: PromptForgeError;
}

/** The state of one prompt. */
export interface Slot {
  entry: Entry | undefined;
  /** The last failure that concerns only this prompt. */
  failure: Failure | undefined;
  /** The pending request; `since` is in milliseconds on the client's clock. */
  flight: { readonly since: number; readonly entry: Promise<Entry> } | undefined;
  /** Resolves when the storage was read, or took too long. */
  storageRead: Promise<void> | undefined;
  /** The last write to the storage: its time in milliseconds on the client's clock, and the ETag that was written. */
  stored: { readonly at: number; readonly etag: string } | undefined;
  /** Resolves when the last write to the storage has ended. */
  writing: Promise<void> | undefined;
}

export class Slots {
  readonly #slots = new Map<string, Slot>();
  readonly #maxEntries: number;
  readonly #maxCharacters: number;
  #characters = 0;
  #newest: string | undefined;

  constructor(maxEntries: number, maxCharacters: number) {
    this.#maxEntries = maxEntries;
    this.#maxCharacters = maxCharacters;
  }

  /** Returns a slot and marks it as the most recently used; undefined if there is none. */
  use(key: string): Slot | undefined {
    const slot = this.#slots.get(key);
    if (slot !== undefined && key !== this.#newest) {
      this.#slots.delete(key);
      this.#slots.set(key, slot);
      this.#newest = key;
    }
    return slot;
  }

  /** Like `use`, but does not mark the slot as used. */
  peek(key: string): Slot | undefined {
    return this.#slots.get(key);
  }

  open(key: string): Slot {
    const known = this.use(key);
    if (known !== undefined) return known;
    const slot: Slot = {
      entry: undefined,
      failure: undefined,
      flight: undefined,
      storageRead: undefined,
      stored: undefined,
      writing: undefined,
    };
    this.#slots.set(key, slot);
    this.#newest = key;
    this.#trim();
    return slot;
  }

  /** Stores an entry, unless the registry confirmed the known one later. */
  put(key: string, entry: Entry): void {
    const slot = this.open(key);
    const known = slot.entry;
    if (known !== undefined && !known.isStored && known.checkedAt > entry.checkedAt) return;
    this.#characters += entry.size - (known?.size ?? 0);
    slot.entry = entry;
    slot.failure = undefined;
    this.#trim();
  }

  get characters(): number {
    return this.#characters;
  }

  #trim(): void {
    for (const [key, slot] of this.#slots) {
      const isTooMuch = this.#slots.size > this.#maxEntries || this.#characters > this.#maxCharacters;
      // The last requested entry is kept, however large it is.
      if (!isTooMuch || this.#slots.size === 1) return;
      this.#slots.delete(key);
      this.#characters -= slot.entry?.size ?? 0;
      slot.entry = undefined;
    }
  }
}
