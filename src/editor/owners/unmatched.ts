/** Lines of a text of owners that decide for no prompt: a slip, or a folder that is still to come. */
import { type OwnersNote, parseOwners, promptsOfRules } from '../../core/owners.ts';
import type { Workbench } from '../workbench.ts';

/** Most prompts that patterns are tried on. */
const MAX_PROMPTS = 10_000;

/** As far as the window knows the prompts; none for an invalid text. */
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
