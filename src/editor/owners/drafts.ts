/**
 * Drafts of owners that have not been requested yet, one for each environment of a registry: files stored with the
 * workspace, over reloads, until they are requested or discarded.
 */
import * as vscode from 'vscode';
import { MAX_OWNERS_LENGTH } from '../../core/owners.ts';
import type { Files } from './lazy-files.ts';

export interface OwnersDraft {
  readonly text: string;
  /** The id of the change that it is based on; null if there was none. */
  readonly base: string | null;
  /** Milliseconds since 1970. */
  readonly at: number;
}

const KEY = 'promptforge.ownersDrafts';
/**
 * The longest text to store, in UTF-16 code units: above the registry's limit, so that one that is too long can be
 * stored while it is shortened.
 */
const MAX_KEPT = 2 * MAX_OWNERS_LENGTH;
const MOST = 20;

export class OwnersDrafts implements Files {
  readonly #memory: Pick<vscode.Memento, 'get' | 'update'>;
  readonly #files: vscode.EventEmitter<vscode.FileChangeEvent[]>;
  /** By URI. */
  readonly #drafts: Map<string, OwnersDraft>;

  constructor(
    memory: Pick<vscode.Memento, 'get' | 'update'>,
    files: vscode.EventEmitter<vscode.FileChangeEvent[]>,
  ) {
    this.#memory = memory;
    this.#files = files;
    this.#drafts = new Map(Object.entries(memory.get<Record<string, OwnersDraft>>(KEY) ?? {}));
  }

  of(uri: vscode.Uri): OwnersDraft | undefined {
    return this.#drafts.get(uri.toString());
  }

  /** @throws vscode.FileSystemError if it is too long, or there are too many */
  async keep(uri: vscode.Uri, draft: Omit<OwnersDraft, 'at'>): Promise<void> {
    const { length } = draft.text;
    if (length > MAX_KEPT)
      throw vscode.FileSystemError.NoPermissions(
        `The text has ${length} characters, and at most ${MAX_OWNERS_LENGTH} are allowed. Shorten it, then save it.`,
      );
    const before = this.of(uri);
    if (before === undefined && this.#drafts.size >= MOST)
      throw vscode.FileSystemError.NoPermissions(
        `There are already ${MOST} drafts of owners. Discard one that you no longer need.`,
      );
    const at = Math.max(Date.now(), (before?.at ?? 0) + 1);
    this.#drafts.set(uri.toString(), { ...draft, at });
    await this.#write();
    const { Created, Changed } = vscode.FileChangeType;
    this.#files.fire([{ type: before === undefined ? Created : Changed, uri }]);
  }

  async forget(uri: vscode.Uri): Promise<void> {
    if (!this.#drafts.delete(uri.toString())) return;
    await this.#write();
    this.#files.fire([{ type: vscode.FileChangeType.Deleted, uri }]);
  }

  async #write(): Promise<void> {
    await this.#memory.update(KEY, Object.fromEntries(this.#drafts));
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { text, at } = this.#found(uri);
    return { type: vscode.FileType.File, ctime: at, mtime: at, size: Buffer.byteLength(text) };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    return Buffer.from(this.#found(uri).text);
  }

  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    await this.keep(uri, { text: new TextDecoder().decode(content), base: this.of(uri)?.base ?? null });
  }

  #found(uri: vscode.Uri): OwnersDraft {
    const draft = this.of(uri);
    if (draft === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return draft;
  }
}
