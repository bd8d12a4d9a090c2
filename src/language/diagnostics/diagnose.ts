/** All that is wrong with a prompt, or might be. */
import { joinUnknownKeys } from '../check-keys.ts';
import type { Finding } from '../finding.ts';
import type { Library, LibraryPrompt } from '../library.ts';
import { checkHelpers } from './helpers.ts';
import { objectsAsText } from './object-as-text.ts';
import { checkPartials } from './partials.ts';
import { invalidText, secrets } from './text.ts';
import { undeclaredVariables, unknownProperties, unusedVariables } from './variables.ts';

/**
 * The findings of a prompt's text, in the order of their places. Never throws.
 * @param library holds the prompts around it
 * @param frontMatterKeys keys of front matter that the project allows besides Dotprompt's
 */
export function diagnose(
  prompt: LibraryPrompt,
  library: Library,
  frontMatterKeys: Iterable<string> = [],
): Finding[] {
  const { analysis } = prompt;
  return [
    ...joinUnknownKeys(analysis.frontMatter.findings, new Set(frontMatterKeys)),
    ...analysis.body.findings,
    ...invalidText(analysis.text),
    ...secrets(analysis.text),
    ...undeclaredVariables(prompt, library),
    ...unknownProperties(analysis),
    ...unusedVariables(prompt, library),
    ...objectsAsText(analysis),
    ...checkHelpers(analysis),
    ...checkPartials(prompt, library),
  ].sort((one, other) => one.span.start - other.span.start);
}
