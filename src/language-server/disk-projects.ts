/** Finds the projects of open documents by their files on disk. */
import { dirname } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { FileSystem } from '../workspace/file-system.ts';
import { nearestProject } from '../workspace/nearest-project.ts';
import { isInside } from '../workspace/source-file.ts';
import { DiskProject } from './disk-project.ts';
import type { PromptProjects } from './project.ts';

export class DiskProjects implements PromptProjects {
  readonly #files: FileSystem;
  readonly #warn: (message: string) => void;
  /** Folders of the workspace, absolute. */
  #folders: readonly string[] = [];
  /** By prompts folder. */
  readonly #projects = new Map<string, DiskProject>();

  constructor(files: FileSystem, warn: (message: string) => void) {
    this.#files = files;
    this.#warn = warn;
  }

  setFolders(folders: readonly string[]): void {
    this.#folders = folders;
  }

  /**
   * The project of the nearest `promptforge.json` above the file; without one, names are relative to the workspace
   * folder, or to the file's own folder.
   */
  async of(uri: string): Promise<DiskProject> {
    const path = pathOf(uri);
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
    const project = new DiskProject(folder, keys, this.#files);
    this.#projects.set(folder, project);
    // Without a workspace, only the partials that the file refers to are read.
    if (around === undefined) return project;
    void project.list().catch((error: unknown) => this.#warn(`${folder} cannot be listed: ${String(error)}`));
    return project;
  }

  uriOf(uri: string): string {
    const path = pathOf(uri);
    return path === undefined ? uri : pathToFileURL(path).href;
  }

  /** Lists the files of all projects again. */
  async listAgain(): Promise<void> {
    await Promise.all([...this.#projects.values()].map(project => project.list()));
  }
}

/** Undefined for a document that is not a file. */
function pathOf(uri: string): string | undefined {
  return uri.startsWith('file:') ? fileURLToPath(uri) : undefined;
}
