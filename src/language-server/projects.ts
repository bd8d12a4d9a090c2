/** The projects that open documents belong to, found by their files on disk. */
import { dirname } from 'node:path';
import type { FileSystem } from '../workspace/file-system.ts';
import { nearestProject } from '../workspace/nearest-project.ts';
import { isInside } from '../workspace/source-file.ts';
import { PromptProject } from './project.ts';

export class Projects {
  readonly #files: FileSystem;
  readonly #warn: (message: string) => void;
  /** Of the workspace, absolute. */
  #folders: readonly string[] = [];
  /** By prompts folder. */
  readonly #projects = new Map<string, PromptProject>();

  constructor(files: FileSystem, warn: (message: string) => void) {
    this.#files = files;
    this.#warn = warn;
  }

  setFolders(folders: readonly string[]): void {
    this.#folders = folders;
  }

  /**
   * That of the nearest `promptforge.json` above the file; without one, names are relative to the folder of the
   * workspace, or to the file's own folder.
   */
  async of(path: string | undefined): Promise<PromptProject> {
    const from = path === undefined ? (this.#folders[0] ?? process.cwd()) : dirname(path);
    const found = await nearestProject(from, this.#files).catch((error: unknown) => {
      this.#warn(error instanceof Error ? error.message : String(error));
      return undefined;
    });
    const around = found?.promptsFolder ?? this.#folders.find(each => isInside(each, from));
    const folder = around ?? from;
    const keys = found?.frontMatterKeys ?? [];
    const known = this.#projects.get(folder);
    if (known !== undefined && known.frontMatterKeys.join() === keys.join()) return known;
    const project = new PromptProject(folder, keys, this.#files);
    this.#projects.set(folder, project);
    // Of a file without a workspace, the partials that it names are read, and no other.
    if (around === undefined) return project;
    void project.list().catch((error: unknown) => this.#warn(`${folder} cannot be listed: ${String(error)}`));
    return project;
  }

  /** Looks at the files of all projects again. */
  async listAgain(): Promise<void> {
    await Promise.all([...this.#projects.values()].map(project => project.list()));
  }
}
