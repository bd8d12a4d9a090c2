/** How a file's state is shown: one badge letter, one theme colour and one sentence, everywhere the same. */
import type { FileState } from '../../core/file-state.ts';

export interface StateWords {
  /** At most two characters, beside the name. */
  readonly badge: string;
  /** The id of a theme colour, which light, dark and high-contrast themes all define. */
  readonly colour: string;
  /** One word, after the name. */
  readonly word: string;
  /** For the tooltip and the screen reader: what it means and what to do. */
  readonly meaning: string;
}

const WORDS: Readonly<Record<Exclude<FileState, 'clean'>, StateWords>> = {
  modified: {
    badge: 'M',
    colour: 'gitDecoration.modifiedResourceForeground',
    word: 'modified',
    meaning: 'The file has changes that are not published.',
  },
  behind: {
    badge: '↓',
    colour: 'charts.blue',
    word: 'behind',
    meaning: 'The registry has a newer version than the file. Pull to get it.',
  },
  conflict: {
    badge: '!',
    colour: 'gitDecoration.conflictingResourceForeground',
    word: 'conflict',
    meaning: 'The file has changes, and the registry has a newer version. Compare them before you publish.',
  },
  new: {
    badge: 'N',
    colour: 'gitDecoration.untrackedResourceForeground',
    word: 'new',
    meaning: 'The prompt was never published.',
  },
  deleted: {
    badge: 'D',
    colour: 'gitDecoration.deletedResourceForeground',
    word: 'deleted',
    meaning: 'The file is gone; its versions are still in the registry. Pull to get it back.',
  },
  archived: {
    badge: 'A',
    colour: 'disabledForeground',
    word: 'archived',
    meaning: 'The prompt is archived: it cannot be published. What is live stays live.',
  },
};

/** What is said of a prompt whose newest version includes partials that have newer ones. */
export const OLDER_PARTIALS = 'older partials';

/** Undefined for what needs no mark: a clean file, or a prompt that stands in the registry alone. */
export function wordsOf(state: FileState | undefined): StateWords | undefined {
  return state === undefined || state === 'clean' ? undefined : WORDS[state];
}
