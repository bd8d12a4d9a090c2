/**
 * The write-ahead journal of a pull or a publication. A process that is killed leaves it behind, and the next one
 * completes the lock file from it. Its contents count only if the file's own digest or the registry confirms them.
 */
import * as z from 'zod';
import { type Digest, isDigest } from '../core/digest.ts';
import { isPromptName, type PromptName } from '../core/name.ts';
import { isVersionNumber, type VersionNumber } from '../core/version.ts';
import type { FileSystem } from './file-system.ts';
import { LOCAL_FOLDER, type LocalFolder } from './local-folder.ts';
import type { LockEntry } from './lock-file.ts';
import { systemMessage, WorkspaceError } from './workspace-error.ts';

/** A file that a pull writes. */
export interface WrittenFile {
  readonly name: PromptName;
  /** The lock file's entry before. */
  readonly before: LockEntry | null;
  /** The lock file's entry afterwards. */
  readonly after: LockEntry;
  /** The digest of the bytes that are written. */
  readonly bytes: Digest;
}

/** A version that was sent to the registry. */
export interface SentVersion {
  readonly name: PromptName;
  readonly base: VersionNumber | null;
  /** The lock file's entry once it is published; its number follows that of its base. */
  readonly after: LockEntry;
}

export interface Journal {
  readonly written: readonly WrittenFile[];
  readonly sent: readonly SentVersion[];
}

const FOLDER = 'journal';
/** The journals that this process is working on, of any working copy. */
const underWay = new Set<string>();
const name = z.custom<PromptName>(value => typeof value === 'string' && isPromptName(value));
const version = z.custom<VersionNumber>(isVersionNumber);
const digest = z.custom<Digest>(value => typeof value === 'string' && isDigest(value));
const entry = z.object({ version, digest, text: digest.optional() });
const journal = z.object({
  written: z.array(z.object({ name, before: entry.nullable(), after: entry, bytes: digest })),
  sent: z.array(z.object({ name, base: version.nullable(), after: entry })),
});

export class Journals {
  readonly #local: LocalFolder;
  readonly #files: FileSystem;

  constructor(local: LocalFolder, files: FileSystem) {
    this.#local = local;
    this.#files = files;
  }

  /** Writes a new journal, on disk when it resolves. @returns its name @throws WorkspaceError `not_writable` */
  async begin(content: Partial<Journal>): Promise<string> {
    const id = this.#local.ownName();
    underWay.add(id);
    try {
      await this.replace(id, { written: [], sent: [], ...content });
    } catch (cause) {
      underWay.delete(id);
      if (WorkspaceError.is(cause)) throw cause;
      const why = `The folder cannot be written to: ${systemMessage(cause)} Nothing was changed.`;
      throw new WorkspaceError('not_writable', this.#local.path(FOLDER), why, {
        cause,
        shownAs: LOCAL_FOLDER,
      });
    }
    return id;
  }

  /** Leaves a journal to the next process, because its outcome is unknown. */
  leave(id: string): void {
    underWay.delete(id);
  }

  async replace(id: string, content: Journal): Promise<void> {
    await this.#local.make();
    await this.#files.makeFolder(this.#local.path(FOLDER));
    await this.#local.replace(this.#local.path(FOLDER, id), Buffer.from(JSON.stringify(content)));
  }

  async end(id: string): Promise<void> {
    underWay.delete(id);
    await this.#files.delete(this.#local.path(FOLDER, id));
  }

  /**
   * Journals that no process is working on, by name: those of ended processes, and those that this one left. A journal
   * that cannot be parsed, such as a newer release's, counts as empty.
   */
  async abandoned(): Promise<Map<string, Journal>> {
    const found = new Map<string, Journal>();
    for (const id of await this.#local.abandoned(FOLDER, id => !underWay.has(id)))
      found.set(id, await this.#read(id));
    return found;
  }

  async #read(id: string): Promise<Journal> {
    const bytes = await this.#files.readFile(this.#local.path(FOLDER, id));
    try {
      return journal.parse(JSON.parse(Buffer.from(bytes ?? []).toString('utf8')));
    } catch {
      return { written: [], sent: [] }; // journals are written atomically, so another release wrote it
    }
  }
}
