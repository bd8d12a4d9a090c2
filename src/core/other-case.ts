/** Names that differ only by case, of which a registry has at most one. */
import { didYouMean } from './missing-partial.ts';
import type { PromptName } from './name.ts';
import { foldCase } from './name-case.ts';

/** "Did you mean …?" after a space, for an unknown name; empty if none differs only by case. */
export function inOtherCase(name: string, listed: Iterable<PromptName>): string {
  const folded = foldCase(name);
  const found = [...listed].find(each => foldCase(each) === folded);
  return found === undefined ? '' : didYouMean(name, found);
}
