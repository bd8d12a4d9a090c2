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
  /** Of all its texts, in characters. */
  readonly size: number;
  /** True for one that was read from the storage and that the registry has not confirmed since. */
  readonly isStored: boolean;
}

export interface Failure {
  readonly at: number;
  readonly error: PromptForgeError;
}

/** Everything known of one prompt. */
export interface Slot {
  entry: Entry | undefined;
  /** Of this prompt alone. */
  failure: Failure | undefined;
  /** The one request that is on its way. */
  flight: { readonly since: number; readonly entry: Promise<Entry> } | undefined;
  /** Resolves when the storage was read, or took too long. */
  storageRead: Promise<void> | undefined;
  /** When it was written to the storage, and with which ETag. */
  stored: { readonly at: number; readonly etag: string } | undefined;
  /** Resolves when what was last to be stored is. */
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

  /** Undefined if nothing is known. */
  use(key: string): Slot | undefined {
    const slot = this.#slots.get(key);
    if (slot !== undefined && key !== this.#newest) {
      this.#slots.delete(key);
      this.#slots.set(key, slot);
      this.#newest = key;
    }
    return slot;
  }

  /** As `use`, and it counts as no use. */
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

  /** An answer that is older than what is known changes nothing. */
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
