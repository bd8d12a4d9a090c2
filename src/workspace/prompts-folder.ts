/**
 * The prompt files of a working copy: found, read and written by the name of their prompt, and never outside their
 * folder. Anything that cannot be a prompt is reported with the reason, so that nothing is silently missing.
 */
import { dirname, join, relative, sep } from 'node:path';
import {
  fileOfPrompt,
  PROMPT_FILE_EXTENSION,
  type PromptName,
  promptOfFile,
  validatePromptName,
} from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import { isSpelledSo } from '../disk/spelling.ts';
import type { FileSystem } from './file-system.ts';
import { inTheWay, Spellings } from './name-case.ts';
import { checkOwn } from './own-path.ts';
import { PROJECT_FILE } from './project-file.ts';
import { checkNotReadOnly, diskOf, isInside, readSource } from './source-file.ts';
import { type FilePosition, systemMessage, WorkspaceError } from './workspace-error.ts';

export interface PromptFile {
  readonly name: PromptName;
  /** Absolute. */
  readonly path: string;
}

/** Why a file or folder is not a prompt. `message` begins with the file, and the position if there is one. */
export interface FileTrouble {
  /** Absolute. */
  readonly path: string;
  readonly reason:
    | 'bad_name'
    | 'outside'
    | 'linked_folder'
    | 'too_large'
    | 'not_utf8'
    | 'unreadable'
    | 'other_case';
  readonly message: string;
  readonly place?: FilePosition | undefined;
}

export interface PromptSourceFile extends PromptFile {
  readonly source: string;
}

export class PromptsFolder {
  /** Absolute. */
  readonly path: string;
  readonly #root: string;
  readonly #files: FileSystem;

  /** @param root the workspace, which paths in messages are relative to */
  constructor(root: string, path: string, files: FileSystem) {
    this.#root = root;
    this.path = path;
    this.#files = files;
  }

  /** The file of a prompt, absolute; it need not exist. */
  pathOf(name: PromptName): string {
    return join(this.path, ...fileOfPrompt(name).split('/'));
  }

  /** The prompt of a file; undefined if it is outside the folder, not a prompt file, or has an invalid name. */
  promptOf(path: string): PromptName | undefined {
    const inside = relative(this.path, path).split(sep).join('/');
    if (!inside.endsWith(PROMPT_FILE_EXTENSION)) return undefined;
    const text = inside.slice(0, -PROMPT_FILE_EXTENSION.length);
    return validatePromptName(text) === undefined ? (text as PromptName) : undefined;
  }

  #checkOwn(path: string): Promise<void> {
    return checkOwn(path, this.path, each => this.shown(each), this.#files);
  }

  /** A path as messages name it: from the workspace, with forward slashes. */
  shown(path: string): string {
    return relative(this.#root, path).split(sep).join('/');
  }

  /** Every prompt file, in order of name, without reading the files. Folders that begin with "." are skipped. */
  async list(
    signal?: AbortSignal,
  ): Promise<{ files: PromptFile[]; troubles: FileTrouble[]; spellings: Spellings }> {
    const paths: string[] = [];
    const troubles: FileTrouble[] = [];
    const real = await this.#files.realpath(this.path);
    const visit = async (folder: string, prefix: string): Promise<PromptFile[]> => {
      signal?.throwIfAborted();
      const trouble = (path: string, reason: FileTrouble['reason'], why: string) =>
        troubles.push({ path, reason, message: `${this.shown(path)}: ${why}` });
      let entries: Awaited<ReturnType<FileSystem['list']>>;
      try {
        entries = await this.#files.list(folder);
      } catch (error) {
        trouble(folder, 'unreadable', `The folder cannot be read: ${systemMessage(error)}`);
        return [];
      }
      // The folder is a separate project.
      if (prefix !== '' && entries?.some(({ name }) => name === PROJECT_FILE) === true) return [];
      const files: PromptFile[] = [];
      const addFile = (path: string, inside: string): void => {
        const file = this.#fileOrTrouble(path, inside);
        if ('name' in file) files.push(file);
        else troubles.push(file);
      };
      const folders: Promise<readonly PromptFile[]>[] = [];
      for (const { name, kind } of entries ?? []) {
        const path = folder + sep + name;
        const inside = prefix + name;
        const isPrompt = name.endsWith(PROMPT_FILE_EXTENSION);
        paths.push(inside);
        if (kind === 'folder' && (isPrompt || !name.startsWith('.'))) folders.push(visit(path, `${inside}/`));
        if (kind === 'folder') continue;
        if (kind === 'link') {
          const target = await this.#files.realpath(path);
          const isFolder = target !== undefined && (await this.#files.stat(target))?.kind === 'folder';
          if (!isPrompt && !isFolder) continue;
          if (target === undefined) trouble(path, 'unreadable', 'The link leads nowhere.');
          else if (real === undefined || !isInside(real, target))
            trouble(path, 'outside', 'The link leads out of the prompts folder. Put the file itself here.');
          else if (isFolder)
            trouble(
              path,
              'linked_folder',
              'Links to folders are not followed. Put the files themselves here.',
            );
          else addFile(path, inside);
        } else if (isPrompt) {
          if (kind === 'file') addFile(path, inside);
          else trouble(path, 'unreadable', 'This is not a file.');
        }
      }
      files.sort(byName);
      return inOneOrder(files, await Promise.all(folders));
    };
    return { files: await visit(this.path, ''), troubles, spellings: new Spellings(paths) };
  }

  #fileOrTrouble(path: string, inside: string): PromptFile | FileTrouble {
    try {
      return { name: promptOfFile(inside), path };
    } catch (error) {
      if (!Problem.is(error)) throw error;
      const message = `${this.shown(path)}: The file's name is no prompt name. ${error.message}`;
      return { path, reason: 'bad_name', message };
    }
  }

  /**
   * A prompt's exact source; undefined if there is no file.
   * @throws WorkspaceError `outside`, `unreadable`
   * @throws Problem `too_large`, or `invalid_source` if it is not UTF-8; the message names the file and the position
   */
  async read(name: PromptName): Promise<string | undefined> {
    const path = this.pathOf(name);
    await this.#checkOwn(path);
    return readSource(path, this.shown(path), this.#files);
  }

  /** Like `read`, for a file from `list` that is known to be inside; returns errors as a trouble. */
  async tryRead(file: PromptFile): Promise<{ source?: string | undefined; trouble?: FileTrouble }> {
    try {
      return { source: await readSource(file.path, this.shown(file.path), this.#files) };
    } catch (error) {
      return { trouble: troubleOf(error, file.path) };
    }
  }

  /**
   * Checks that a prompt's file can be created or renamed. `from` is the prompt that is renamed; its own file does not
   * conflict if only the case differs.
   * @throws WorkspaceError `file_exists` if it exists, differs from an existing one only by case, or a file is in the
   * place of a folder; `outside`
   */
  async checkFree(name: PromptName, from?: PromptName): Promise<void> {
    const path = this.pathOf(name);
    await this.#checkOwn(path);
    const taken = (place: string, why: string) =>
      new WorkspaceError('file_exists', place, why, { shownAs: this.shown(place) });
    const renamed = from === undefined ? undefined : this.pathOf(from);
    const other = await inTheWay(path, this.path, this.#files, renamed);
    if (other !== undefined)
      throw taken(
        other.found,
        `This differs only by case from "${this.shown(other.needed)}", and many disks hold only one of them. Choose another name.`,
      );
    const isItself = renamed !== undefined && !(await isSpelledSo(path, this.path, diskOf(this.#files)));
    if (!isItself && (await this.#files.stat(path)) !== undefined)
      throw taken(path, 'There is such a file already. Choose another name, or open it.');
    for (
      let above = dirname(path);
      above !== this.path && isInside(this.path, above);
      above = dirname(above)
    ) {
      const found = await this.#files.stat(above);
      if (found !== undefined && found.kind !== 'folder')
        throw taken(above, 'This is a file, so no folder can have its name. Choose another name.');
    }
  }

  /** Writes a prompt's file atomically. @throws WorkspaceError `outside`, `not_writable` */
  async write(name: PromptName, source: string): Promise<void> {
    const path = this.pathOf(name);
    await this.#checkOwn(path);
    await checkNotReadOnly(path, this.shown(path), this.#files);
    try {
      await this.#files.writeFile(path, Buffer.from(source, 'utf8'));
    } catch (cause) {
      throw new WorkspaceError('not_writable', path, `The file cannot be written: ${systemMessage(cause)}`, {
        cause,
        shownAs: this.shown(path),
      });
    }
  }
}

/**
 * The files of a folder and its subfolders, in order. Files of a subfolder are adjacent, because their names begin with
 * its name, so only the subfolders are sorted.
 */
function inOneOrder(own: readonly PromptFile[], folders: readonly (readonly PromptFile[])[]): PromptFile[] {
  const runs = folders.filter(({ length }) => length > 0);
  runs.sort(([a], [b]) => byName(a as PromptFile, b as PromptFile));
  const all: PromptFile[] = [];
  let at = 0;
  for (const run of runs) {
    const [first] = run as readonly [PromptFile];
    for (; at < own.length && (own[at] as PromptFile).name < first.name; at++)
      all.push(own[at] as PromptFile);
    for (const file of run) all.push(file);
  }
  for (; at < own.length; at++) all.push(own[at] as PromptFile);
  return all;
}

function byName(a: PromptFile, b: PromptFile): number {
  return a.name < b.name ? -1 : 1;
}

function troubleOf(error: unknown, path: string): FileTrouble {
  if (WorkspaceError.is(error))
    return { path, reason: error.reason === 'outside' ? 'outside' : 'unreadable', message: error.message };
  if (!Problem.is(error)) throw error;
  const [issue] = error.details.issues ?? [];
  return {
    path,
    reason: error.code === 'too_large' ? 'too_large' : 'not_utf8',
    message: error.message,
    place: issue && { line: issue.line, column: issue.column },
  };
}
