/** All that is wrong with a prompt, or might be. */
import type { Finding } from '../finding.ts';
import type { Library, LibraryPrompt } from '../library.ts';
import { foreignText } from './foreign-text.ts';
import { unknownOptions } from './options.ts';
import { checkPartials } from './partials.ts';
import { isTold, templateErrors } from './template.ts';
import { invalidText, secrets } from './text.ts';
import { undeclaredVariables, unknownProperties, unusedVariables } from './variables.ts';

/** The findings of a prompt's text, in the order of their places. Never throws. `library` holds the prompts around it. */
export function diagnose(prompt: LibraryPrompt, library: Library): Finding[] {
  const { analysis } = prompt;
  const errors = templateErrors(analysis);
  const inBody = [
    ...undeclaredVariables(prompt, library),
    ...unknownProperties(analysis),
    ...unusedVariables(prompt, library),
    ...unknownOptions(analysis),
    ...foreignText(analysis),
    // Which partials a text uses, only one that can be read tells.
    ...(analysis.body.unreadable.length === 0 ? checkPartials(prompt, library) : []),
  ];
  return [
    ...analysis.frontMatter.findings,
    // Of the text as a whole, once.
    ...errors.filter(({ code }) => code !== 'invalid-text'),
    ...invalidText(analysis.text),
    ...secrets(analysis.text),
    ...inBody.filter(isTold(analysis, errors)),
  ].sort((one, other) => one.span.start - other.span.start);
}
