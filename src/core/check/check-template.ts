/**
 * The checker: finds everything that keeps a template from being published. Editor, command and registry all use it, so
 * that they report the same errors at the same places; a template that passes can be evaluated, whichever branch runs.
 */
import { readTemplate } from '../read-template.ts';
import type { JsonObject } from '../schema/schema-fault.ts';
import type { SourceKind } from '../source.ts';
import type { Program } from '../syntax-tree.ts';
import { checkTree } from './check-tree.ts';
import { contextErrors } from './context-errors.ts';
import { contradictions } from './contradictions.ts';
import type { TemplateError } from './finding.ts';
import { inlineCycles } from './inline-cycles.ts';
import { inspectTemplate } from './inspect-template.ts';
import { nestedInlines } from './nesting.ts';
import { explainSyntaxError } from './syntax-error.ts';
import { findTooDeep } from './too-deep.ts';

/** Error for a NUL character, which Handlebars' lexer does not accept. */
export const NUL = 'This is a NUL character, which a prompt cannot contain. Remove it.';

const checked = new WeakMap<Program, readonly TemplateError[]>();

/**
 * Errors sorted by position; empty for a template that can be published. A template that cannot be parsed has one
 * error, since all others would only follow from it. Never throws.
 * @param prompt returns the value of `@metadata.prompt`, undefined if the front matter cannot be read; only called for
 * a template that may read it
 * @param linesBefore the lines of the file before the template, for messages that name a line
 */
export function checkTemplate(
  template: string,
  kind: SourceKind = 'prompt',
  prompt?: () => JsonObject | undefined,
  linesBefore = 0,
): readonly TemplateError[] {
  const unreadable = whyUnreadable(template, linesBefore);
  if (unreadable !== undefined) return [unreadable];
  const tree = readTemplate(template) as unknown as Program;
  const errors = checkReadTemplate(tree, template);
  // Handlebars does not see the blocks of another language, so the meaning of paths inside them is unknown.
  if (errors.some(({ code }) => code === 'foreign-syntax')) return errors;
  const isPrompt = kind === 'prompt';
  const known = isPrompt && mayReadMetadata(template) ? prompt?.() : undefined;
  const ofContext = contextErrors({ tree, text: template }, { isPrompt, prompt: known });
  const found = [...errors, ...ofContext];
  // A tag with a wrong context also contradicts other tags: report it once.
  const told = new Set(found.map(({ start }) => start));
  const contrary = contradictions({ tree, text: template, linesBefore }, isPrompt).filter(
    ({ start }) => !told.has(start),
  );
  return found.length === errors.length && contrary.length === 0 ? errors : inOrder([...found, ...contrary]);
}

/** False for a template that cannot read `@metadata` in any notation. */
export function mayReadMetadata(template: string): boolean {
  return template.includes('metadata');
}

function inOrder(errors: readonly TemplateError[]): readonly TemplateError[] {
  return errors.toSorted((one, other) => one.start - other.start);
}

/** The error that keeps a template from being parsed; undefined if there is none. Never throws. `linesBefore` as in `checkTemplate`. */
export function whyUnreadable(template: string, linesBefore = 0): TemplateError | undefined {
  const nul = template.indexOf('\0');
  if (nul >= 0) return { code: 'invalid-text', start: nul, end: nul + 1, message: NUL };
  const deep = findTooDeep(template);
  if (deep !== undefined) return deep;
  try {
    readTemplate(template);
    return undefined;
  } catch (error) {
    return explainSyntaxError(error, template, linesBefore);
  }
}

/** Like `checkTemplate`, without errors of context and contradictions. Checks each tree only once. */
export function checkReadTemplate(tree: Program, template: string): readonly TemplateError[] {
  const known = checked.get(tree);
  if (known !== undefined) return known;
  const deep =
    inspectTemplate(tree).inlineNames.size > 0 ? nestedInlines({ tree, text: template }) : undefined;
  const errors = inOrder([
    ...checkTree(tree, template),
    ...inlineCycles(tree, template),
    ...(deep === undefined ? [] : [deep]),
  ]);
  checked.set(tree, errors);
  return errors;
}
