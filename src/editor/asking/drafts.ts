/** Drafts of text typed into questions, which are offered again, even after a reload of the window. */
import { setTimeout as delay } from 'node:timers/promises';
import { isBlank } from '../../core/visible-text.ts';

/** The part of `vscode.Memento` that is used. */
interface Memory {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** More than anybody returns to; the oldest are dropped first. */
const MAX_DRAFTS = 50;
/** The longest text, in UTF-16 code units: longer than any question allows. */
const MAX_LENGTH = 10_000;
/** The limit of all texts together, because each write includes all of them. */
const MAX_CHARACTERS = 50_000;
/** In ms: keystrokes within this time are written together. */
const SETTLE_MS = 250;

export class InputDrafts {
  readonly #memory: Memory;
  readonly #key: string;
  readonly #settle: () => Promise<unknown>;
  /** The most recently stored one is last. */
  readonly #texts: Map<string, string>;
  #isWritten = true;
  #writing: Promise<void> | undefined;

  /**
   * @param key under which the memento stores them
   * @param settle the delay before keys are written
   */
  constructor(
    memory: Memory,
    { key = 'promptforge.drafts', settle = () => delay(SETTLE_MS) as Promise<unknown> } = {},
  ) {
    this.#memory = memory;
    this.#key = key;
    this.#settle = settle;
    const kept = Object.entries(memory.get<Record<string, unknown>>(key) ?? {});
    this.#texts = new Map(kept.filter((each): each is [string, string] => typeof each[1] === 'string'));
  }

  /** Undefined if nothing was typed. */
  of(name: string): string | undefined {
    return this.#texts.get(name);
  }

  /** Stores a draft, which is written a moment later. */
  keep(name: string, text: string): void {
    if ((this.#texts.get(name) ?? '') === text) return;
    this.#texts.delete(name);
    if (!isBlank(text)) this.#texts.set(name, text.slice(0, MAX_LENGTH));
    let characters = [...this.#texts.values()].reduce((sum, { length }) => sum + length, 0);
    for (const [oldest, { length }] of this.#texts) {
      if (this.#texts.size <= MAX_DRAFTS && characters <= MAX_CHARACTERS) break;
      this.#texts.delete(oldest);
      characters -= length;
    }
    this.#isWritten = false;
    this.#writing ??= this.#settle().then(() => {
      this.#writing = undefined;
      void this.write();
    });
  }

  forget(name: string): void {
    this.keep(name, '');
    void this.write();
  }

  /** Writes pending drafts now; resolves when they are written. */
  async write(): Promise<void> {
    if (this.#isWritten) return;
    this.#isWritten = true;
    await this.#memory.update(this.#key, Object.fromEntries(this.#texts));
  }
}
