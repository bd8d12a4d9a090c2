/** All that is wrong with a prompt, or might be. */
import type { Finding } from '../finding.ts';
import type { Library, LibraryPrompt } from '../library.ts';
import { checkHelpers } from './helpers.ts';
import { checkPartials } from './partials.ts';
import { invalidText, secrets } from './text.ts';
import { undeclaredVariables, unknownProperties, unusedVariables } from './variables.ts';

/** The findings of a prompt's text, in the order of their places. Never throws. `library` holds the prompts around it. */
export function diagnose(prompt: LibraryPrompt, library: Library): Finding[] {
  const { analysis } = prompt;
  return [
    ...analysis.frontMatter.findings,
    ...analysis.body.findings,
    ...invalidText(analysis.text),
    ...secrets(analysis.text),
    ...undeclaredVariables(prompt, library),
    ...unknownProperties(analysis),
    ...unusedVariables(prompt, library),
    ...checkHelpers(analysis),
    ...checkPartials(prompt, library),
  ].sort((one, other) => one.span.start - other.span.start);
}
