/** All that is wrong with a prompt, or might be. */
import { joinUnknownKeys } from '../check-keys.ts';
import type { Finding } from '../finding.ts';
import type { Library, LibraryPrompt } from '../library.ts';
import { foreignText } from './foreign-text.ts';
import { objectsAsText } from './object-as-text.ts';
import { unknownOptions } from './options.ts';
import { checkPartials } from './partials.ts';
import { isTold, templateErrors } from './template.ts';
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
  const errors = templateErrors(analysis);
  const inBody = [
    ...undeclaredVariables(prompt, library),
    ...unknownProperties(analysis),
    ...unusedVariables(prompt, library),
    ...objectsAsText(analysis),
    ...unknownOptions(analysis),
    ...foreignText(analysis),
    // Which partials a text uses, only one that can be read tells.
    ...(analysis.body.unreadable.length === 0 ? checkPartials(prompt, library) : []),
  ];
  return [
    ...joinUnknownKeys(analysis.frontMatter.findings, new Set(frontMatterKeys)),
    // Of the text as a whole, once.
    ...errors.filter(({ code }) => code !== 'invalid-text'),
    ...invalidText(analysis.text),
    ...secrets(analysis.text),
    ...inBody.filter(isTold(analysis, errors)),
  ].sort((one, other) => one.span.start - other.span.start);
}
