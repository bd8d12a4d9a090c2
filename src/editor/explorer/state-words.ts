/** The badge letter, theme color and sentence for each file state, the same everywhere. */
import type { FileState } from '../../core/file-state.ts';
import type { ListedPrompt } from './listed-prompt.ts';

export interface StateWords {
  /** At most two characters, beside the name. */
  readonly badge: string;
  /** The id of a theme color, which light, dark and high-contrast themes all define. */
  readonly color: string;
  /** One word, after the name. */
  readonly word: string;
  /** For the tooltip and the screen reader: what it means and what to do. */
  readonly meaning: string;
}

/** The parts of a prompt that determine its file's state. */
export type Stated = Pick<
  ListedPrompt,
  'state' | 'summary' | 'base' | 'isAbsent' | 'renamedFrom' | 'renamedTo'
>;

const WORDS: Readonly<Record<Exclude<FileState, 'clean'>, StateWords>> = {
  modified: {
    badge: 'M',
    color: 'gitDecoration.modifiedResourceForeground',
    word: 'modified',
    meaning: 'The file has changes that are not published.',
  },
  behind: {
    badge: '↓',
    color: 'charts.blue',
    word: 'behind',
    meaning: 'The registry has a newer version than the file. Pull to get it.',
  },
  conflict: {
    badge: '!',
    color: 'gitDecoration.conflictingResourceForeground',
    word: 'conflict',
    meaning: 'The file has changes, and the registry has a newer version. Compare them before you publish.',
  },
  new: {
    badge: 'N',
    color: 'gitDecoration.untrackedResourceForeground',
    word: 'new',
    meaning: 'The prompt was never published.',
  },
  deleted: {
    badge: 'D',
    color: 'gitDecoration.deletedResourceForeground',
    word: 'deleted',
    meaning: 'The file is missing; its versions are still in the registry. Pull to get it back.',
  },
  archived: {
    badge: 'A',
    color: 'disabledForeground',
    word: 'archived',
    meaning: 'The prompt is archived and cannot be published. Live versions stay live.',
  },
};

const DELETED_AND_CHANGED: StateWords = {
  ...WORDS.deleted,
  color: WORDS.conflict.color,
  meaning:
    'The file was deleted here, and the registry has a newer version. Restore the file or keep it deleted.',
};

/** The state of a file that was renamed here, which shows as two entries. */
const RENAMED = {
  badge: 'R',
  color: 'gitDecoration.renamedResourceForeground',
  word: 'renamed',
} as const;

function renamedWords({ renamedFrom, renamedTo }: Stated): StateWords | undefined {
  if (renamedFrom !== undefined)
    return {
      ...RENAMED,
      word: `renamed from ${renamedFrom.prompt}`,
      meaning: `The file of ${renamedFrom.prompt} was renamed. Publishing it makes the first version of this name; ${renamedFrom.prompt} keeps its versions.`,
    };
  if (renamedTo === undefined) return undefined;
  return {
    ...RENAMED,
    word: `renamed to ${renamedTo}`,
    meaning: `The file was renamed to ${renamedTo} here. Its versions are still in the registry: publish ${renamedTo}, then archive this prompt.`,
  };
}

/** The description of a prompt whose newest version includes partials with newer versions. */
export const OLDER_PARTIALS = 'older partials';

const OUTDATED: StateWords = {
  badge: 'P',
  color: 'charts.blue',
  word: OLDER_PARTIALS,
  meaning: 'Its newest version uses older versions of partials. Publish again or run Update Partials….',
};

const NOT_HERE: StateWords = {
  badge: '↓',
  color: 'charts.blue',
  word: 'not here',
  meaning: 'The registry has this prompt, but this folder has no file for it. Pull to get it.',
};

const ABSENT: StateWords = {
  badge: '?',
  color: 'list.warningForeground',
  word: 'not in the registry',
  meaning: 'promptforge.lock.json names a version of it, but the registry does not have this prompt.',
};

/** @param why begins with the file */
export function invalidWords(why: string): StateWords {
  return { badge: 'X', color: 'list.errorForeground', word: 'invalid', meaning: why };
}

/** Undefined if no mark is needed: for an unchanged file, or a prompt that is only in the registry. */
export function wordsOf(listed: Stated): StateWords | undefined {
  const { state } = listed;
  if (listed.isAbsent) return ABSENT;
  if (state === undefined || state === 'clean') return undefined;
  if (isDeletedAndChanged(listed)) return DELETED_AND_CHANGED;
  return renamedWords(listed) ?? WORDS[state];
}

/** Deleted here and changed there: somebody must decide. */
export function isDeletedAndChanged({ state, summary, base }: Stated): boolean {
  return state === 'deleted' && summary?.archived === false && summary.newest.version !== base;
}

/** The most urgent mark of a prompt: beside the prompt in the tree, on its file and on its tab. */
export function markOf(listed: Stated & Pick<ListedPrompt, 'trouble'>): StateWords | undefined {
  const { state, summary, trouble } = listed;
  if (trouble !== undefined) return invalidWords(trouble);
  const isOutdated = state !== undefined && (summary?.outdatedPartials.length ?? 0) > 0;
  return wordsOf(listed) ?? (isOutdated ? OUTDATED : undefined);
}

/** Like `markOf`, for files; a prompt that is only in the registry has a mark where its file would be. */
export function fileMarkOf(listed: ListedPrompt): StateWords | undefined {
  const isMissing = listed.state === undefined && listed.summary?.archived === false;
  return markOf(listed) ?? (isMissing ? NOT_HERE : undefined);
}
