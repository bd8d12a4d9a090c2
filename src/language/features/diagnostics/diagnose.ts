/** Finds all errors and possible errors in a prompt. */
import type { CompilePattern } from '../../../core/schema/patterns.ts';
import type { Library, LibraryPrompt } from '../../analysis/library.ts';
import { joinUnknownKeys } from '../../front-matter/check-keys.ts';
import type { Finding } from '../../results/finding.ts';
import { foreignText } from './foreign-text.ts';
import { misplacedFrontMatter } from './misplaced-front-matter.ts';
import { pathsWithoutValue } from './no-value.ts';
import { objectsAsText } from './object-as-text.ts';
import { unknownOptions } from './options.ts';
import { checkPartials } from './partials.ts';
import { schemaFaults } from './schema-patterns.ts';
import { isTold, templateErrors } from './template.ts';
import { invalidText, secrets } from './text.ts';
import { undeclaredVariables, unknownProperties, unusedVariables } from './variables.ts';

export interface DiagnoseOptions {
  /** Keys of front matter that the project allows besides Dotprompt's. */
  readonly frontMatterKeys?: Iterable<string> | undefined;
  /** Without it, a schema's patterns are not checked. */
  readonly compilePattern?: CompilePattern | undefined;
}

/** The findings of a prompt's text, sorted by position. Never throws. @param library the other prompts */
export function diagnose(
  prompt: LibraryPrompt,
  library: Library,
  { frontMatterKeys = [], compilePattern }: DiagnoseOptions = {},
): Finding[] {
  const { analysis } = prompt;
  const errors = templateErrors(analysis);
  const inBody = [
    ...undeclaredVariables(prompt, library),
    ...unknownProperties(analysis),
    ...unusedVariables(prompt, library),
    ...objectsAsText(analysis),
    ...unknownOptions(analysis),
    ...pathsWithoutValue(analysis),
    ...foreignText(analysis),
    // Only a text that can be read shows which partials it uses.
    ...(analysis.body.unreadable.length === 0 ? checkPartials(prompt, library) : []),
  ];
  return [
    ...joinUnknownKeys(analysis.frontMatter.findings, new Set(frontMatterKeys)),
    ...schemaFaults(analysis.frontMatter, compilePattern),
    // Invalid text is reported once, for the whole text.
    ...errors.filter(({ code }) => code !== 'invalid-text'),
    ...invalidText(analysis.text),
    ...secrets(analysis.text),
    ...misplacedFrontMatter(analysis),
    ...inBody.filter(isTold(analysis, errors)),
  ].sort((one, other) => one.span.start - other.span.start);
}
