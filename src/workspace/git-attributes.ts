/**
 * A `.gitattributes` for prompts: without one, git on Windows checks them out with "\r\n". That does not count as an
 * edit here, but it does in other tools. Offered once per working copy.
 */
import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { FileSystem } from './file-system.ts';
import { LocalFolder } from './local-folder.ts';
import { LOCK_FILE } from './lock-file.ts';
import { systemMessage, WorkspaceError } from './workspace-error.ts';

const FILE = '.gitattributes';
/** A file in `.promptforge` with the answer, or with a note that a command has shown the hint. */
const NOTE = 'gitattributes';
const LINES = [
  '# The same line endings on every machine, as PromptForge publishes them.',
  '*.prompt text eol=lf',
  `${LOCK_FILE} text eol=lf`,
];
/** The timeout for reading git's configuration, in ms. */
const GIT_PATIENCE = 5_000;

export type AttributesNote = 'added' | 'not_now' | 'hinted';

export class GitAttributes {
  readonly #root: string;
  readonly #files: FileSystem;
  readonly #local: LocalFolder;

  constructor(root: string, files: FileSystem) {
    this.#root = root;
    this.#files = files;
    this.#local = new LocalFolder(root, files);
  }

  /**
   * True if the folder is in a git repository without a rule for prompts, and the offer was not answered yet. Never
   * rejects.
   * @param isHint true for a command's hint, which is also shown only once
   */
  async isToOffer({ isHint = false }: { readonly isHint?: boolean } = {}): Promise<boolean> {
    try {
      const noted = Buffer.from((await this.#files.readFile(this.#local.path(NOTE))) ?? []).toString('utf8');
      if (noted !== '' && (isHint || noted !== 'hinted')) return false;
      return await this.#isMissing();
    } catch {
      return false;
    }
  }

  /** Appends the lines to the file. @throws WorkspaceError `not_writable` */
  async add(): Promise<void> {
    const file = join(this.#root, FILE);
    try {
      const real = await this.#files.realpath(file);
      if (real !== undefined && dirname(real) !== (await this.#files.realpath(this.#root)))
        throw new Error('This is a link that leads elsewhere');
      const before = Buffer.from((await this.#files.readFile(file)) ?? []).toString('utf8');
      const end = before.includes('\r\n') ? '\r\n' : '\n';
      const gap = before === '' || before.endsWith('\n') ? '' : end;
      await this.#files.writeFile(file, Buffer.from(`${before}${gap}${LINES.join(end)}${end}`));
    } catch (cause) {
      throw new WorkspaceError('not_writable', file, `The file cannot be written: ${systemMessage(cause)}`, {
        cause,
        shownAs: FILE,
      });
    }
    await this.note('added');
  }

  /** If the note cannot be written, the offer is repeated. */
  async note(note: AttributesNote): Promise<void> {
    await this.#local.replace(this.#local.path(NOTE), Buffer.from(note)).catch(() => {});
  }

  async #isMissing(): Promise<boolean> {
    for (let folder = this.#root; ; folder = dirname(folder)) {
      const bytes = await this.#files.readFile(join(folder, FILE));
      if (bytes !== undefined && speaksOfPrompts(Buffer.from(bytes).toString('utf8'))) return false;
      if ((await this.#files.stat(join(folder, '.git'))) !== undefined) return true;
      if (dirname(folder) === folder) return false;
    }
  }
}

/** gitattributes(5): a pattern, then attributes. */
function speaksOfPrompts(text: string): boolean {
  return text.split(/\r?\n/).some(line => {
    const [pattern = '', ...attributes] = line.trim().split(/\s+/);
    if (pattern.startsWith('#')) return false;
    const isDecided = attributes.some(each => /^(?:-text|binary|eol=\w+)$/.test(each));
    return pattern.includes('.prompt') || (pattern === '*' && isDecided);
  });
}

/** True if git converts line endings at checkout (core.autocrlf). False if there is no git. */
export async function convertsLineEndings(root: string): Promise<boolean> {
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', root, 'config', '--get', 'core.autocrlf'], {
      // Windows looks for a program in the working directory first, and a repository may contain one of that name.
      cwd: homedir(),
      timeout: GIT_PATIENCE,
    });
    return stdout.trim() === 'true';
  } catch {
    return false; // it is not set, or there is no git
  }
}
