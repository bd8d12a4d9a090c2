/** Discarded texts, stored on disk so that they can be restored even after a reload. */
import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { isDigest } from '../../core/digest.ts';
import { isPromptName, type PromptName } from '../../core/name.ts';
import { isVersionNumber } from '../../core/version.ts';
import type { LockEntry } from '../../workspace/lock-file.ts';

/** The number of discards that can be undone; older ones are deleted. */
const MOST_KEPT = 20;

export interface DiscardedFile {
  readonly prompt: PromptName;
  /** The content of the file. */
  readonly text: string;
  /** The content of the file now; null if it was deleted. Undo overwrites nothing else. */
  readonly left: string | null;
  /** The base of the file, if that changed too. */
  readonly base?: LockEntry;
  /** The prompt's former name, for a rename, and the current text of the file with that name. */
  readonly renamedFrom?: { readonly prompt: PromptName; readonly left: string };
}

export interface Discard {
  /** The project's folder, absolute. */
  readonly root: string;
  readonly files: readonly DiscardedFile[];
}

export class DiscardedTexts {
  readonly #folder: vscode.Uri;
  #made = 0;

  /** @param folder created on the first write */
  constructor(folder: vscode.Uri) {
    this.#folder = folder;
  }

  /** @returns the name for `take` */
  async keep(discard: Discard): Promise<string> {
    this.#made += 1;
    const text = JSON.stringify(discard);
    const hash = createHash('sha256').update(text).digest('hex').slice(0, 8);
    const name = `${String(Date.now()).padStart(15, '0')}-${String(this.#made).padStart(4, '0')}-${hash}.json`;
    await vscode.workspace.fs.createDirectory(this.#folder);
    await vscode.workspace.fs.writeFile(this.#file(name), Buffer.from(text));
    for (const old of (await this.#names()).slice(0, -MOST_KEPT)) await this.forget(old);
    return name;
  }

  /**
   * Removes and returns the discard with that name, or the last one in that folder; undefined if it no longer exists.
   */
  async take(
    root: string,
    name?: string,
  ): Promise<{ readonly name: string; readonly discard: Discard } | undefined> {
    const names = name === undefined ? (await this.#names()).reverse() : [name];
    for (const each of names) {
      const discard = await this.#read(each);
      if (discard?.root === root) return { name: each, discard };
    }
    return undefined;
  }

  async forget(name: string): Promise<void> {
    await vscode.workspace.fs.delete(this.#file(name)).then(undefined, () => undefined); // another window was faster
  }

  #file(name: string): vscode.Uri {
    return vscode.Uri.joinPath(this.#folder, name);
  }

  /** Oldest first. */
  async #names(): Promise<string[]> {
    const entries = await vscode.workspace.fs.readDirectory(this.#folder).then(
      found => found,
      () => [], // nothing was ever discarded
    );
    return entries
      .map(([name]) => name)
      .filter(name => name.endsWith('.json'))
      .sort();
  }

  async #read(name: string): Promise<Discard | undefined> {
    try {
      const value: unknown = JSON.parse(
        Buffer.from(await vscode.workspace.fs.readFile(this.#file(name))).toString('utf8'),
      );
      return isDiscard(value) ? value : undefined;
    } catch {
      return undefined; // half written, or gone: there is nothing to undo
    }
  }
}

function isDiscard(value: unknown): value is Discard {
  const { root, files } = (value ?? {}) as { root?: unknown; files?: unknown };
  return (
    typeof root === 'string' &&
    Array.isArray(files) &&
    files.every(
      ({ prompt, text, left, base, renamedFrom }) =>
        typeof prompt === 'string' &&
        isPromptName(prompt) &&
        typeof text === 'string' &&
        (left === null || typeof left === 'string') &&
        (base === undefined || (isVersionNumber(base.version) && isDigest(base.digest))) &&
        (renamedFrom === undefined ||
          (isPromptName(renamedFrom.prompt) && typeof renamedFrom.left === 'string')),
    )
  );
}
