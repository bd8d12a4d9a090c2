/** Serializes changes of the lock file, within this process and between processes that work on one folder. */
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import type { PromptName } from '../core/name.ts';
import type { FileSystem } from './file-system.ts';
import type { LocalFolder } from './local-folder.ts';
import { LOCK_FILE, type Lock, type LockEntry, lockText, readLock } from './lock-file.ts';
import { systemMessage, WorkspaceError } from './workspace-error.ts';

/** In milliseconds. */
interface Waiting {
  /** The maximum time to wait for others. */
  readonly patience: number;
  /** The time after which a holder of the guard is assumed dead; it normally needs far less. */
  readonly givenUp: number;
}

const WAITING: Waiting = { patience: 15_000, givenUp: 10_000 };
const BETWEEN_LOOKS = 20;
/** The number of times a change is decided again because the file has changed meanwhile. */
const MAX_ATTEMPTS = 20;

export class LockChanges {
  readonly #root: string;
  readonly #files: FileSystem;
  readonly #local: LocalFolder;
  readonly #waiting: Waiting;
  #last: Promise<unknown> = Promise.resolve();

  constructor(root: string, files: FileSystem, local: LocalFolder, waiting = WAITING) {
    this.#waiting = waiting;
    this.#root = root;
    this.#files = files;
    this.#local = local;
  }

  /** @throws WorkspaceError `invalid_lock_file`, `unreadable` */
  read(): Promise<Lock> {
    return readLock(this.#root, this.#files);
  }

  /**
   * Sets the bases of some prompts in the lock file's current contents.
   * @param decide returns the bases for its contents; none leaves the file unchanged. Called again if another process
   * changed it meanwhile
   * @throws WorkspaceError `invalid_lock_file`, `unreadable`, `not_writable`; the file is unchanged then
   */
  change(
    decide: (lock: Lock) => ReadonlyMap<PromptName, LockEntry> | Promise<ReadonlyMap<PromptName, LockEntry>>,
  ): Promise<void> {
    const change = this.#last.then(async () => {
      for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++)
        if (await this.#alone(isOurs => this.#changeNow(decide, isOurs))) return;
      throw this.#notWritable('Another program keeps changing it. Try again when that is done.');
    });
    this.#last = change.catch(() => {}); // the failed change's caller gets the error; the next one continues
    return change;
  }

  /**
   * Replaces the contents `before` with another text.
   * @returns false if the file has other contents by then; it is unchanged in that case
   * @throws WorkspaceError `not_writable`
   */
  async replace(before: Uint8Array, text: string): Promise<boolean> {
    return this.#alone(async isOurs => {
      const isAsRead = async () => isSame(before, await this.#bytes()) && (await isOurs());
      return (await isAsRead()) && this.#write(text, isAsRead);
    });
  }

  /** @returns false if another process is changing it now, so that the decision may be outdated */
  async #changeNow(
    decide: Parameters<LockChanges['change']>[0],
    isOurs: () => Promise<boolean>,
  ): Promise<boolean> {
    const before = await this.#bytes();
    const lock = await this.read();
    const bases = await decide(lock);
    if (bases.size === 0) return true;
    // Git ignores the guard: another branch may be checked out at any time.
    const isAsRead = async () => isSame(before, await this.#bytes()) && (await isOurs());
    if (!(await isAsRead())) return false;
    return this.#write(lockText(new Map([...lock, ...bases])), isAsRead);
  }

  async #write(text: string, isWanted: () => Promise<boolean>): Promise<boolean> {
    const file = join(this.#root, LOCK_FILE);
    const target = (await this.#files.realpath(file)) ?? file;
    return this.#local.replace(target, Buffer.from(text), isWanted);
  }

  /** Undefined if there is no file, or it cannot be read: reading it as a lock file reports why. */
  #bytes(): Promise<Uint8Array | undefined> {
    return this.#files.readFile(join(this.#root, LOCK_FILE)).catch(() => undefined);
  }

  /** Checks the file before work that ends with writing it. @throws WorkspaceError `not_writable` */
  async checkWritable(): Promise<void> {
    const stat = await this.#files.stat(join(this.#root, LOCK_FILE));
    if (stat?.isReadOnly === true)
      throw this.#notWritable('it is read-only. Make it writable, then try again. Nothing was changed.');
  }

  /**
   * Runs `work` while this process holds the guard.
   * @param work receives a function that checks whether the guard is still held: others take over a guard that is held
   * for too long
   */
  async #alone<T>(work: (isOurs: () => Promise<boolean>) => Promise<T>): Promise<T> {
    const guard = this.#local.path('lock');
    const name = this.#local.ownName();
    const isOurs = async () => (await this.#ownerOf(guard)) === name;
    try {
      await this.#local.make();
      await this.#take(guard, name);
      try {
        return await work(isOurs);
      } finally {
        if (await isOurs()) await this.#files.delete(guard);
      }
    } catch (cause) {
      if (WorkspaceError.is(cause)) throw cause;
      throw this.#notWritable(systemMessage(cause), cause);
    }
  }

  async #take(guard: string, name: string): Promise<void> {
    const { patience, givenUp } = this.#waiting;
    const start = performance.now();
    /** The owner of the guard in the way, and when it was first seen. The file's timestamp is from another clock. */
    let seen: { readonly owner: string; readonly since: number } | undefined;
    while (!(await this.#files.createFile(guard, Buffer.from(name)))) {
      const now = performance.now();
      const owner = (await this.#ownerOf(guard)) ?? '';
      if (owner !== seen?.owner) seen = { owner, since: now };
      if (now - start > patience)
        throw this.#notWritable('Another process is writing it. Try again when that is done.');
      if (now - seen.since > givenUp || this.#local.isGone(owner)) await this.#files.delete(guard);
      else await setTimeout(BETWEEN_LOOKS);
    }
  }

  #notWritable(why: string, cause?: unknown): WorkspaceError {
    const file = join(this.#root, LOCK_FILE);
    const message = `The file cannot be written: ${why}`;
    return new WorkspaceError('not_writable', file, message, { cause, shownAs: LOCK_FILE });
  }

  /** The owner of the guard; undefined if nobody holds it, empty if its process was killed while taking it. */
  async #ownerOf(guard: string): Promise<string | undefined> {
    const bytes = await this.#files.readFile(guard);
    return bytes && Buffer.from(bytes).toString('utf8');
  }
}

function isSame(one: Uint8Array | undefined, other: Uint8Array | undefined): boolean {
  return one === undefined || other === undefined ? one === other : Buffer.from(one).equals(other);
}
