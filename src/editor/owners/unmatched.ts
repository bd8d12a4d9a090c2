/** Finds lines of owners that match no prompt: a typo, or a future folder. */
import { type OwnersNote, parseOwners, promptsOfRules } from '../../core/owners.ts';
import type { Workbench } from '../workbench.ts';

/** The maximum number of prompts to match against patterns. */
const MAX_PROMPTS = 10_000;

/** Among the prompts that the window knows; none for an invalid text. */
export function unmatchedLines({ prompts, session }: Workbench, text: string): OwnersNote[] {
  const names = [...prompts.listed.keys()];
  if (session.state.kind !== 'connected' || names.length === 0 || names.length > MAX_PROMPTS) return [];
  const parsed = parseOwners(text);
  if ('errors' in parsed) return [];
  const of = promptsOfRules(parsed.rules, names);
  return parsed.rules
    .filter(rule => !of.has(rule))
    .map(({ line, pattern }) => ({ line, message: `"${pattern}" matches no prompt now.` }));
}
