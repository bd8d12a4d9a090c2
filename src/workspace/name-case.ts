/**
 * Prompts whose files or folders differ only by case from others. Many disks can hold only one of them, so none is
 * written beside another, and existing ones are reported.
 */
import { basename, dirname } from 'node:path';
import { fileOfPrompt, foldersAbove, type PromptName } from '../core/name.ts';
import { foldCase } from '../core/name-case.ts';
import type { FileSystem } from './file-system.ts';
import type { FileTrouble, PromptFile } from './prompts-folder.ts';
import { isInside } from './source-file.ts';

/** The spelling of files and folders in a prompts folder, relative to it. */
export class Spellings {
  readonly #paths: string[];
  /** By the path with case folded; built on first use, which is rare. */
  #known: Map<string, string[]> | undefined;

  constructor(paths: Iterable<string> = []) {
    this.#paths = [...paths];
  }

  add(path: string): void {
    this.#paths.push(path);
    if (this.#known !== undefined) addTo(this.#known, path);
  }

  /** All spellings of a path that exist. */
  of(path: string): readonly string[] {
    if (this.#paths.length === 0) return [];
    if (this.#known === undefined) {
      this.#known = new Map();
      for (const each of this.#paths) addTo(this.#known, each);
    }
    return this.#known.get(foldCase(path)) ?? [];
  }

  /** True if no two paths differ only by case, which paths without capital letters cannot. */
  get areUnique(): boolean {
    return this.#paths.every(path => !/[A-Z]/.test(path) || this.of(path).length === 1);
  }
}

function addTo(known: Map<string, string[]>, path: string): void {
  const folded = foldCase(path);
  const spelled = known.get(folded);
  if (spelled === undefined) known.set(folded, [path]);
  else if (!spelled.includes(path)) spelled.push(path);
}

/** The folders of a prompt and its file, relative to the prompts folder. */
function pathsOf(name: PromptName): string[] {
  return [...foldersAbove(name), fileOfPrompt(name)];
}

/** The file or folder that is spelled differently from the prompt's; undefined if there is no conflict. */
export function otherSpelling(
  name: PromptName,
  spellings: Spellings,
): { readonly needed: string; readonly found: string } | undefined {
  for (const needed of pathsOf(name)) {
    const spelled = spellings.of(needed);
    const [found] = spelled;
    if (found !== undefined && !spelled.includes(needed)) return { needed, found };
  }
  return undefined;
}

/** The reason why a prompt that is only in the registry gets no file here; undefined if it can have one. */
export function spellingConflict(
  name: PromptName,
  label: (name: PromptName) => string,
  spellings: Spellings,
): string | undefined {
  const other = otherSpelling(name, spellings);
  if (other === undefined) return undefined;
  const { needed, found } = other;
  const what = needed === fileOfPrompt(name) ? 'file' : 'folder';
  return `${label(name)}: There is a ${what} "${found}" here, which differs only by case. Rename it to "${needed}", then pull again.`;
}

/** The files that cannot all be published, or that conflict with the registry's names. */
export function caseTroubles(
  files: readonly PromptFile[],
  registered: Iterable<PromptName>,
  shown: (path: string) => string,
): FileTrouble[] {
  const registry = new Spellings();
  for (const name of registered) for (const path of pathsOf(name)) registry.add(path);
  const here = new Spellings();
  const troubles: FileTrouble[] = [];
  for (const { name, path } of files) {
    const trouble = (why: string) =>
      troubles.push({ path, reason: 'other_case', message: `${shown(path)}: ${why}` });
    const published = otherSpelling(name, registry);
    const other = otherSpelling(name, here);
    if (published !== undefined)
      trouble(
        `The registry has "${published.found}", which differs from "${published.needed}" only by case. Rename it here to "${published.found}".`,
      );
    else if (other !== undefined)
      trouble(
        `There is "${other.found}" too, which differs from "${other.needed}" only by case. Many disks hold only one of them. Rename one.`,
      );
    else for (const each of pathsOf(name)) here.add(each);
  }
  return troubles;
}

/**
 * Finds a file or folder on the way from `folder` to `path`, or at it, whose name differs only by case, and the path
 * that it blocks; undefined if there is none. Ignores `except`, the file that is renamed.
 */
export async function inTheWay(
  path: string,
  folder: string,
  files: Pick<FileSystem, 'list'>,
  except?: string,
): Promise<{ readonly found: string; readonly needed: string } | undefined> {
  const places: string[] = [];
  for (let place = path; place !== folder && isInside(folder, place); place = dirname(place))
    places.unshift(place);
  for (const place of places) {
    const name = basename(place);
    const entries = (await files.list(dirname(place))) ?? [];
    const others = entries.filter(entry => entry.name !== name && foldCase(entry.name) === foldCase(name));
    const paths = others.map(entry => place.slice(0, -name.length) + entry.name);
    const found = paths.find(each => each !== except);
    if (found !== undefined) return { found, needed: place };
    if (!entries.some(entry => entry.name === name)) return undefined;
  }
  return undefined;
}
