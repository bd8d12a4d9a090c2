/** Records known renames, because a file that is edited after its rename no longer has the text that identifies it. */
import { isPromptName, type PromptName } from '../core/name.ts';
import type { FileSystem } from './file-system.ts';
import type { LocalFolder } from './local-folder.ts';

const FILE = 'renamed';

/** Old names by new names. */
export type PromptRenames = ReadonlyMap<PromptName, PromptName>;

export class NotedRenames {
  readonly #local: LocalFolder;
  readonly #files: FileSystem;
  #written: string | undefined;

  constructor(local: LocalFolder, files: FileSystem) {
    this.#local = local;
    this.#files = files;
  }

  /** Empty if they cannot be read. */
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
      // Renames are then identified by text, or not at all.
    }
    return renames;
  }

  /** Replaces the recorded renames. If they cannot be written, they are found again while their texts identify them. */
  async write(renames: PromptRenames): Promise<void> {
    const text = renames.size === 0 ? '' : JSON.stringify([...renames]);
    if (text === (this.#written ?? '')) return;
    try {
      await this.#local.replace(this.#local.path(FILE), Buffer.from(text));
      this.#written = text;
    } catch {
      // The renames are then identified by text, or not at all.
    }
  }
}
