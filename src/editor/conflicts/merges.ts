/**
 * Merges in progress: the file before the merge, and the version it is merged with. Stored on disk to survive reloads.
 */
import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { type Digest, isDigest } from '../../core/digest.ts';
import { isPromptName, type PromptName } from '../../core/name.ts';
import { isVersionNumber, type VersionNumber } from '../../core/version.ts';

interface VersionAt {
  readonly version: VersionNumber;
  readonly digest: Digest;
}

export interface Merge {
  /** The project's folder, absolute. */
  readonly root: string;
  readonly prompt: PromptName;
  /** The version that the file was based on; null if none. */
  readonly base: VersionAt | null;
  readonly baseText: string;
  /** The registry's version that is merged into the file. */
  readonly theirs: VersionAt;
  readonly theirsText: string;
  /** The content of the file when the merge started. */
  readonly mine: string;
}

export class Merges {
  readonly #folder: vscode.Uri;
  #loaded: Promise<Map<string, Merge>> | undefined;
  /** Called after a merge begins or ends. */
  readonly #changed: () => Promise<void>;

  /** @param folder created when the first merge begins */
  constructor(folder: vscode.Uri, changed: () => Promise<void>) {
    this.#folder = folder;
    this.#changed = changed;
  }

  /** The merges of a project. */
  async of(root: string): Promise<readonly Merge[]> {
    return [...(await this.#all()).values()].filter(merge => merge.root === root);
  }

  async get(root: string, prompt: PromptName): Promise<Merge | undefined> {
    return (await this.#all()).get(idOf(root, prompt));
  }

  /** On disk when it resolves, so that the file may then be written. */
  async keep(merge: Merge): Promise<void> {
    const all = await this.#all();
    const id = idOf(merge.root, merge.prompt);
    await vscode.workspace.fs.createDirectory(this.#folder);
    await vscode.workspace.fs.writeFile(this.#file(id), Buffer.from(JSON.stringify(merge)));
    all.set(id, merge);
    await this.#changed();
  }

  async forget({ root, prompt }: Pick<Merge, 'root' | 'prompt'>): Promise<void> {
    const id = idOf(root, prompt);
    (await this.#all()).delete(id);
    await vscode.workspace.fs.delete(this.#file(id)).then(undefined, () => undefined); // another window was faster
    await this.#changed();
  }

  #file(id: string): vscode.Uri {
    return vscode.Uri.joinPath(this.#folder, `${id}.json`);
  }

  #all(): Promise<Map<string, Merge>> {
    this.#loaded ??= this.#load();
    return this.#loaded;
  }

  async #load(): Promise<Map<string, Merge>> {
    const entries = await vscode.workspace.fs.readDirectory(this.#folder).then(
      found => found,
      () => [], // no merge was ever begun
    );
    const merges = new Map<string, Merge>();
    for (const [name] of entries) {
      try {
        const bytes = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(this.#folder, name));
        const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
        if (isMerge(value)) merges.set(idOf(value.root, value.prompt), value);
      } catch {
        // half written: this is written first, so the prompt's file was not changed yet
      }
    }
    return merges;
  }
}

function idOf(root: string, prompt: string): string {
  return createHash('sha256')
    .update(JSON.stringify([root, prompt]))
    .digest('hex')
    .slice(0, 32);
}

function isMerge(value: unknown): value is Merge {
  const { root, prompt, base, baseText, theirs, theirsText, mine } = (value ?? {}) as Record<string, unknown>;
  return (
    typeof root === 'string' &&
    typeof prompt === 'string' &&
    isPromptName(prompt) &&
    (base === null || isVersionAt(base)) &&
    typeof baseText === 'string' &&
    isVersionAt(theirs) &&
    typeof theirsText === 'string' &&
    typeof mine === 'string'
  );
}

function isVersionAt(value: unknown): value is VersionAt {
  const { version, digest } = (value ?? {}) as Record<string, unknown>;
  return isVersionNumber(version) && typeof digest === 'string' && isDigest(digest);
}
