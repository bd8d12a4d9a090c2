/** What a person typed into a question and has not sent yet: it is offered again, also after a reload of the window. */
import { isBlank } from '../../core/visible-text.ts';

/** What is needed of a `vscode.Memento`. */
interface Memory {
  get<T>(key: string): T | undefined;
  update(key: string, value: unknown): PromiseLike<void>;
}

const KEY = 'promptforge.drafts';
/** More than anybody comes back to; the oldest are forgotten first. */
const MAX_DRAFTS = 50;
/** Longer than any text that the questions admit. */
const MAX_LENGTH = 10_000;

export class Drafts {
  readonly #memory: Memory;
  /** The one that was kept last is the last. */
  readonly #texts: Map<string, string>;

  constructor(memory: Memory) {
    this.#memory = memory;
    this.#texts = new Map(Object.entries(memory.get<Record<string, string>>(KEY) ?? {}));
  }

  /** Undefined where nothing was typed. */
  of(name: string): string | undefined {
    return this.#texts.get(name);
  }

  keep(name: string, text: string): void {
    this.#texts.delete(name);
    if (!isBlank(text)) this.#texts.set(name, text.slice(0, MAX_LENGTH));
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= MAX_DRAFTS) break;
      this.#texts.delete(oldest);
    }
    void this.#memory.update(KEY, Object.fromEntries(this.#texts));
  }

  forget(name: string): void {
    this.keep(name, '');
  }
}
