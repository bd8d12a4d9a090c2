/** The explorer's filter: matches parts of names and the words that the tree shows, such as `modified`, `older partials` or `production`. */
import { isPartial } from '../../core/name.ts';
import { foldCase } from '../../core/name-case.ts';
import type { ListedPrompt } from './listed-prompt.ts';
import { OLDER_PARTIALS, wordsOf } from './state-words.ts';

/** The minimum number of letters to match a word of the tree: fewer are more likely the beginning of a name. */
const LETTERS = 4;

/**
 * Returns true if every word of `filter` matches, ignoring case. `@` before a word means that it is not part of a name,
 * and matches prefixes. An empty filter matches everything.
 */
export function filterOf(filter: string): (listed: ListedPrompt) => boolean {
  const words = wordsIn(filter);
  if (words.length === 0) return () => true;
  return listed => {
    const own = ownWords(listed);
    const name = foldCase(listed.name);
    return words.every(word => (!word.startsWith('@') && name.includes(word)) || isOneOf(word, own));
  };
}

/** Returns true if the filter asks for archived prompts, which are otherwise hidden. */
export function asksForArchived(filter: string): boolean {
  return wordsIn(filter).some(word => isOneOf(word, ['archived']));
}

function wordsIn(filter: string): string[] {
  return filter.toLowerCase().split(/\s+/).filter(Boolean);
}

function isOneOf(word: string, own: readonly string[]): boolean {
  if (own.includes(word)) return true;
  const beginning = word.startsWith('@') ? word.slice(1) : word;
  const isEnough = word.startsWith('@') ? beginning !== '' : beginning.length >= LETTERS;
  return isEnough && own.some(each => each.startsWith(beginning));
}

/** The words the tree uses for a prompt. */
function ownWords(listed: ListedPrompt): readonly string[] {
  const { name, summary } = listed;
  const words = wordsOf(listed);
  return [
    ...(words === undefined ? [] : [words.word]),
    ...(summary?.archived === true ? ['archived'] : []),
    ...(isPartial(name) ? ['partial'] : []),
    ...((summary?.outdatedPartials.length ?? 0) > 0 ? [...OLDER_PARTIALS.split(' '), 'outdated'] : []),
    ...(summary === undefined ? [] : [`@${summary.newest.version}`]),
    ...(summary?.pointers ?? []).flatMap(({ environment, channel, version }) => [
      environment,
      channel,
      `@${version}`,
    ]),
  ];
}
