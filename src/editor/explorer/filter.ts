/** What the filter of the explorer admits: words of the name, and states written as `@modified`. */
import type { FileState } from '../../core/file-state.ts';
import type { Listed } from './listed.ts';

const STATES: readonly FileState[] = ['modified', 'behind', 'conflict', 'new', 'deleted', 'archived'];

/** Words that mean something else than a part of a name, for the input box to show. */
export const FILTER_WORDS: readonly string[] = [...STATES.map(state => `@${state}`), '@outdated'];

/** Whether every word of `filter` fits; names are compared without case. An empty filter admits all. */
export function filterOf(filter: string): (listed: Listed) => boolean {
  const words = filter.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return () => true;
  return listed => words.every(word => fits(word, listed));
}

function fits(word: string, { name, state, summary }: Listed): boolean {
  if (!word.startsWith('@')) return name.includes(word);
  if (word === '@outdated') return (summary?.outdatedPartials.length ?? 0) > 0;
  return word.length > 1 && state !== undefined && `@${state}`.startsWith(word);
}
