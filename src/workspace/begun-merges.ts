/**
 * Merges that an editor has begun. Until a merge ends, its file may have any contents, even the base's text, and the
 * user's edits are only in the editor's own files, so no command and no other window may write the file.
 */
import { digestOf } from '../core/digest.ts';
import { isPromptName, type PromptName } from '../core/name.ts';
import type { FileSystem } from './file-system.ts';
import type { LocalFolder } from './local-folder.ts';

const FOLDER = 'merging';

export class BegunMerges {
  readonly #local: LocalFolder;
  readonly #files: FileSystem;

  constructor(local: LocalFolder, files: FileSystem) {
    this.#local = local;
    this.#files = files;
  }

  /** Records a merge, on disk when it resolves. @throws WorkspaceError `not_writable`, or an error of the file system */
  async begin(name: PromptName): Promise<void> {
    await this.#local.make();
    await this.#files.makeFolder(this.#local.path(FOLDER));
    await this.#local.replace(this.#pathOf(name), Buffer.from(name));
  }

  async end(name: PromptName): Promise<void> {
    await this.#files.delete(this.#pathOf(name));
  }

  /** The prompts whose merge has begun. @throws errors of the file system */
  async names(): Promise<ReadonlySet<PromptName>> {
    const names = new Set<PromptName>();
    for (const entry of (await this.#files.list(this.#local.path(FOLDER))) ?? []) {
      if (entry.kind !== 'file') continue;
      const bytes = await this.#files.readFile(this.#local.path(FOLDER, entry.name));
      const name = Buffer.from(bytes ?? []).toString('utf8');
      if (isPromptName(name)) names.add(name);
    }
    return names;
  }

  /** Uses a digest, because a prompt name may be too long for a file name, and differ from others only by case. */
  #pathOf(name: PromptName): string {
    return this.#local.path(FOLDER, digestOf(name).slice('sha256:'.length));
  }
}
