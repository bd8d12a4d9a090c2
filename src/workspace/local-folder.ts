/**
 * `.promptforge`, beside promptforge.json: one machine's own data, kept out of git by its own .gitignore. All of it may
 * be deleted at any time.
 */
import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { foldCase } from '../core/name-case.ts';
import type { FileSystem } from './file-system.ts';
import { WorkspaceError } from './workspace-error.ts';

export const LOCAL_FOLDER = '.promptforge';

/** The age at which files of another machine count as abandoned, in ms. */
const ABANDONED = 24 * 60 * 60 * 1000;
/** The prefix of this process's file names: its ID and its machine's name, without invalid characters. */
const OWNER = `${process.pid}@${hostname()
  .replace(/[^A-Za-z0-9.-]/g, '_')
  .slice(0, 64)}`;

/** Matches names created by a process. */
const OWNED = /^(\d+)@(.*)-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const IGNORE = '# Of this machine alone.\n*\n';

export class LocalFolder {
  readonly #root: string;
  readonly #path: string;
  readonly #files: FileSystem;

  constructor(root: string, files: FileSystem) {
    this.#root = root;
    this.#path = join(root, LOCAL_FOLDER);
    this.#files = files;
  }

  path(...names: readonly string[]): string {
    return join(this.#path, ...names);
  }

  /** A new name that identifies this process. */
  ownName(): string {
    return `${OWNER}-${randomUUID()}`;
  }

  /**
   * Creates the folder and its .gitignore, again if somebody deleted them.
   * @throws WorkspaceError `not_writable` if a link is in its place
   */
  async make(): Promise<void> {
    await this.#checkOwn();
    const ignore = this.path('.gitignore');
    if ((await this.#files.stat(ignore)) !== undefined) return;
    const staged = this.staged();
    await this.#files.stage(staged, Buffer.from(IGNORE));
    await this.#files.rename(staged, ignore);
  }

  /** A repository may contain links here, through which files anywhere would be written and deleted. */
  async #checkOwn(): Promise<void> {
    const root = await this.#files.realpath(this.#root);
    if (root === undefined) return;
    const refuse = (path: string, shownAs: string) => {
      const why = 'This is a link, and PromptForge keeps its own notes here. Delete it, then try again.';
      throw new WorkspaceError('not_writable', path, why, { shownAs });
    };
    const real = await this.#files.realpath(this.#path);
    if (real === undefined) return;
    if (foldCase(real) !== foldCase(join(root, LOCAL_FOLDER))) refuse(this.#path, LOCAL_FOLDER);
    for (const { name, kind } of (await this.#files.list(this.#path)) ?? [])
      if (kind === 'link') refuse(this.path(name), `${LOCAL_FOLDER}/${name}`);
  }

  /**
   * Writes a file atomically; on disk when it resolves. A process that is killed leaves the old file, and at most a
   * staged one.
   * @param isWanted called right before the file is replaced
   * @returns false if `isWanted` returned false; the file is unchanged then
   */
  async replace(
    target: string,
    bytes: Uint8Array,
    isWanted: () => Promise<boolean> = async () => true,
  ): Promise<boolean> {
    await this.make();
    const staged = this.staged();
    try {
      await this.#files.stage(staged, bytes, target);
      await this.#files.flush([staged]);
      const isReplaced = await isWanted();
      if (isReplaced) await this.#files.rename(staged, target);
      else await this.#files.delete(staged);
      return isReplaced;
    } catch (error) {
      await this.#files.delete(staged).catch(() => {}); // the first error counts
      throw error;
    }
  }

  /** Milliseconds since 1970 by the disk's clock, which may be a file server's; this machine's if the disk cannot be written. */
  async now(): Promise<number> {
    const staged = this.staged();
    try {
      await this.make();
      await this.#files.stage(staged, Buffer.from(''));
      return (await this.#files.stat(staged))?.changed ?? Date.now();
    } catch {
      return Date.now();
    } finally {
      await this.#files.delete(staged).catch(() => {}); // the next process removes it
    }
  }

  /** Path of a new staged file, to be written and then renamed. */
  staged(): string {
    return this.path('staged', this.ownName());
  }

  /**
   * The names of files that ended processes left in a folder, and of this process's files for which `isLeft` returns
   * true. A file of another machine counts as left after 24 hours. Excludes names that no process created.
   * @throws WorkspaceError `not_writable` as `make`
   */
  async abandoned(
    folder: 'journal' | 'staged',
    isLeft: (name: string) => boolean = () => false,
  ): Promise<string[]> {
    await this.#checkOwn();
    const entries = (await this.#files.list(this.path(folder))) ?? [];
    const gone: string[] = [];
    for (const { name, kind } of entries) {
      const isOfAProcess = kind === 'file' || (kind === 'folder' && folder === 'staged');
      if (!isOfAProcess || !OWNED.test(name)) continue;
      const isOurs = name.startsWith(`${OWNER}-`);
      if (isOurs ? isLeft(name) : await this.#isAbandoned(folder, name)) gone.push(name);
    }
    return gone;
  }

  /** Returns true if the process on this machine that made a name has ended. */
  isGone(name: string): boolean {
    const [, pid, host] = OWNED.exec(name) ?? [];
    return pid !== undefined && OWNER.endsWith(`@${host}`) && !isRunning(Number(pid));
  }

  async #isAbandoned(folder: string, name: string): Promise<boolean> {
    if (this.isGone(name)) return true;
    const stat = await this.#files.stat(this.path(folder, name));
    return stat !== undefined && Date.now() - stat.modified > ABANDONED;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
