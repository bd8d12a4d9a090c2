/** Renames that were seen: a file that is edited after it got another name does not have the text that tells it any more. */
import { isPromptName, type PromptName } from '../core/name.ts';
import type { FileSystem } from './file-system.ts';
import type { LocalFolder } from './local-folder.ts';

const FILE = 'renamed';

/** The old names by the new ones. */
export type PromptRenames = ReadonlyMap<PromptName, PromptName>;

export class NotedRenames {
  readonly #local: LocalFolder;
  readonly #files: FileSystem;
  #written: string | undefined;

  constructor(local: LocalFolder, files: FileSystem) {
    this.#local = local;
    this.#files = files;
  }

  /** Nothing where they cannot be read. */
  async read(): Promise<PromptRenames> {
    const renames = new Map<PromptName, PromptName>();
    try {
      const bytes = await this.#files.readFile(this.#local.path(FILE));
      this.#written = Buffer.from(bytes ?? []).toString('utf8');
      const value: unknown = this.#written === '' ? [] : JSON.parse(this.#written);
      for (const [to, from] of value as [unknown, unknown][])
        if (typeof to === 'string' && typeof from === 'string' && isPromptName(to) && isPromptName(from))
          renames.set(to, from);
    } catch {
      // They are told by their texts, or not at all.
    }
    return renames;
  }

  /** In place of those that were noted. Where nothing can be written, they are found again while their texts tell them. */
  async write(renames: PromptRenames): Promise<void> {
    const text = renames.size === 0 ? '' : JSON.stringify([...renames]);
    if (text === (this.#written ?? '')) return;
    try {
      await this.#local.replace(this.#local.path(FILE), Buffer.from(text));
      this.#written = text;
    } catch {
      // As with the index.
    }
  }
}
