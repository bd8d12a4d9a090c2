/** The marks on the files of prompts: by path, so that the Explorer, tabs and the Source Control view show the same. */
import { fileOfPrompt } from '../../core/name.ts';
import type { FileTrouble } from '../../workspace/prompts-folder.ts';
import type { ListedPrompt } from './listed-prompt.ts';
import { fileMarkOf, invalidWords, type StateWords } from './state-words.ts';

export interface FileMark extends StateWords {
  /** True if the folders above show the color too. */
  readonly reachesFolders: boolean;
}

/**
 * @param pathOf makes a key of a path below the prompts folder, with forward slashes
 * @param keyOf makes a key of an absolute path
 * @returns only files that need a mark
 */
export function fileMarks(
  listed: Iterable<ListedPrompt>,
  troubles: readonly Pick<FileTrouble, 'path' | 'message'>[],
  pathOf: (relative: string) => string,
  keyOf: (absolute: string) => string,
): Map<string, FileMark> {
  const marks = new Map<string, FileMark>();
  for (const prompt of listed) {
    const words = fileMarkOf(prompt);
    if (words === undefined) continue;
    marks.set(pathOf(fileOfPrompt(prompt.name)), { ...words, reachesFolders: isWork(prompt) });
  }
  for (const { path, message } of troubles)
    marks.set(keyOf(path), { ...invalidWords(message), reachesFolders: true });
  return marks;
}

/** Changes made here. Changes in the registry would color most folders and hide git's colors. */
function isWork({ state, hasFile, trouble }: ListedPrompt): boolean {
  const isEdit = state === 'modified' || state === 'new' || state === 'conflict';
  return trouble !== undefined || (hasFile && isEdit);
}

/** Items that changed, appeared or disappeared. */
export function changedMarks(
  before: ReadonlyMap<string, FileMark>,
  after: ReadonlyMap<string, FileMark>,
): string[] {
  const isSame = (one: FileMark | undefined, other: FileMark | undefined) =>
    one?.badge === other?.badge && one?.meaning === other?.meaning;
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter(key => !isSame(before.get(key), after.get(key)));
}
