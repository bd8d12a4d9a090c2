/** Writes pulled texts to prompt files that are unchanged; they are on disk only after a flush. */
import { basename, dirname } from 'node:path';
import { type Digest, digestOf } from '../core/digest.ts';
import type { PromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import type { FileSystem, NewFile } from './file-system.ts';
import type { LocalFolder } from './local-folder.ts';
import type { LockEntry } from './lock-file.ts';
import { checkOwn } from './own-path.ts';
import type { PromptsFolder } from './prompts-folder.ts';
import { changedMeanwhile, type LeftFile, type PullOptions, type PullWork, unsaved } from './pull-plan.ts';
import { checkNotReadOnly } from './source-file.ts';
import { systemMessage, WorkspaceError } from './workspace-error.ts';

/** A file and its new contents. */
export interface PulledFile {
  readonly work: PullWork;
  readonly text: string;
  /** The digest of `text`. */
  readonly digest: Digest;
  /** The lock file's entry afterwards. */
  readonly after: LockEntry;
}

/** Undefined if it was written. */
type Outcome = readonly [pulled: PulledFile, left: LeftFile | WorkspaceError | undefined];

/** The number of files in existing folders that are created between two checks for cancellation. */
const CREATED_AT_ONCE = 32;

interface Parts {
  readonly files: FileSystem;
  readonly folder: PromptsFolder;
  readonly local: LocalFolder;
}

export class PulledFiles {
  readonly #parts: Parts;
  readonly #isDirty: PullOptions['isDirty'];
  readonly #folders = new Map<string, Promise<void>>();
  /** Folders that did not exist. */
  readonly #missing = new Set<string>();

  constructor(parts: Parts, { isDirty }: Pick<PullOptions, 'isDirty'>) {
    this.#parts = parts;
    this.#isDirty = isDirty;
  }

  /**
   * Creates the folders of new files. `createAll` creates a missing one together with its files. If a folder cannot be
   * created, its files report why.
   */
  async makeFolders(names: readonly PromptName[]): Promise<void> {
    const { files, folder: prompts } = this.#parts;
    const first = new Map(names.map(name => [dirname(prompts.pathOf(name)), name]));
    const make = async ([folder, name]: readonly [string, PromptName]): Promise<void> => {
      const isMissing = folder !== prompts.path && (await files.stat(folder)) === undefined;
      const trouble = await this.#troubleOfFolder(isMissing ? folder : prompts.pathOf(name), name);
      // If parent folders do not belong to the project, each file reports it.
      if (isMissing && trouble === undefined) this.#missing.add(folder);
    };
    await Promise.all([...first].map(make));
  }

  /**
   * Creates new files: a missing folder with all its contents, and other files in groups.
   * @returns outcomes, for some files at a time: the reason why a file was not written, undefined for a created one
   */
  async *createAll(pulled: readonly PulledFile[]): AsyncGenerator<readonly Outcome[], void, undefined> {
    const others: PulledFile[] = [];
    const inFolders = Map.groupBy(pulled, ({ work }) => dirname(this.#parts.folder.pathOf(work.name)));
    for (const [folder, inside] of inFolders)
      if (await this.#createFolder(folder, inside)) yield inside.map(each => [each, undefined] as const);
      else others.push(...inside);
    for (let start = 0; start < others.length; start += CREATED_AT_ONCE) {
      const some = others.slice(start, start + CREATED_AT_ONCE);
      const left = await this.#createFiles(some);
      yield some.map((each, at) => [each, left[at]] as const);
    }
  }

  /** @returns false if the files must be created one by one, which reports their errors */
  async #createFolder(path: string, inside: readonly PulledFile[]): Promise<boolean> {
    const { files, folder: prompts, local } = this.#parts;
    if (!this.#missing.delete(path)) return false;
    const texts = new Map(inside.map(({ work, text }) => [basename(prompts.pathOf(work.name)), text]));
    const isUnsaved = () => inside.some(({ work }) => this.#isDirty(work.name));
    return (await files.createFolder({ path, staged: local.staged(), texts }, () => !isUnsaved())) === true;
  }

  async #createFiles(
    pulled: readonly PulledFile[],
  ): Promise<readonly (LeftFile | WorkspaceError | undefined)[]> {
    const { files, folder, local } = this.#parts;
    const outcomes: (LeftFile | WorkspaceError | undefined)[] = [];
    const wanted: (NewFile & { readonly at: number })[] = [];
    for (const [at, { work, text }] of pulled.entries()) {
      const { name, was } = work;
      const path = folder.pathOf(name);
      const trouble = await this.#troubleOfFolder(path, name);
      if (trouble !== undefined) outcomes[at] = trouble;
      else if (this.#isDirty(name)) outcomes[at] = unsaved(this.#label(name), was.base);
      else wanted.push({ at, path, staged: local.staged(), text });
    }
    const created = await files.createAll(wanted);
    for (const [index, { at, path }] of wanted.entries()) {
      const outcome = created[index];
      if (outcome === true) continue;
      const { name } = (pulled[at] as PulledFile).work;
      const cause = outcome === false ? await this.#whyNoFile(path) : outcome;
      outcomes[at] =
        cause === undefined ? changedMeanwhile(this.#label(name)) : this.#notWritable(path, name, cause);
    }
    return pulled.map((_, at) => outcomes[at]);
  }

  /** @returns the reason why the file was not written; otherwise undefined @throws WorkspaceError, Problem */
  async overwrite({ work: { name, was, step }, text }: PulledFile): Promise<LeftFile | undefined> {
    const { files, folder, local } = this.#parts;
    const path = folder.pathOf(name);
    const label = this.#label(name);
    await this.#checkFolder(dirname(path), path, name);
    await this.#checkOwn(path);
    await checkNotReadOnly(path, label, files);
    const target = (await files.realpath(path)) ?? path;
    const staged = local.staged();
    try {
      await files.stage(staged, Buffer.from(text, 'utf8'), target);
      // A merged text exists nowhere else: flush it before it replaces the edits.
      if (step.kind === 'merge') await files.flush([staged]);
      const left =
        (await this.#digestOf(name)) !== was.bytes
          ? changedMeanwhile(label)
          : this.#isDirty(name)
            ? unsaved(label, was.base)
            : undefined;
      if (left === undefined) await files.rename(staged, target);
      else await files.delete(staged);
      return left;
    } catch (cause) {
      await files.delete(staged).catch(() => {}); // the first error counts
      if (WorkspaceError.is(cause) || Problem.is(cause)) throw cause;
      throw this.#notWritable(path, name, cause);
    }
  }

  async #troubleOfFolder(path: string, name: PromptName): Promise<WorkspaceError | undefined> {
    try {
      await this.#checkFolder(dirname(path), path, name);
      return undefined;
    } catch (error) {
      if (!WorkspaceError.is(error)) throw error;
      return error;
    }
  }

  /** Creates a folder and checks that it is inside the project, once for all its files. */
  #checkFolder(folder: string, path: string, name: PromptName): Promise<void> {
    const known = this.#folders.get(folder);
    if (known !== undefined) return known;
    const { files } = this.#parts;
    const checked = (async () => {
      await this.#checkOwn(path);
      try {
        await files.makeFolder(folder);
      } catch (cause) {
        throw this.#notWritable(path, name, cause);
      }
    })();
    this.#folders.set(folder, checked);
    return checked;
  }

  #checkOwn(path: string): Promise<void> {
    const { files, folder } = this.#parts;
    return checkOwn(path, folder.path, each => folder.shown(each), files);
  }

  /** Why no file could be created: a folder is in its place, or a file was created there meanwhile. */
  async #whyNoFile(path: string): Promise<Error | undefined> {
    if ((await this.#parts.files.stat(path))?.kind !== 'folder') return undefined;
    return Object.assign(new Error('There is a folder in its place'), { code: 'EISDIR' });
  }

  async #digestOf(name: PromptName): Promise<Digest | undefined> {
    const source = await this.#parts.folder.read(name);
    return source === undefined ? undefined : digestOf(source);
  }

  #notWritable(path: string, name: PromptName, cause: unknown): WorkspaceError {
    return new WorkspaceError('not_writable', path, `The file cannot be written: ${systemMessage(cause)}`, {
      cause,
      shownAs: this.#label(name),
    });
  }

  #label(name: PromptName): string {
    const { folder } = this.#parts;
    return folder.shown(folder.pathOf(name));
  }
}
