/** Finds calls of partials in other files that no input can make right, because of their context or of other tags. */
import { type Root, wrongContexts } from './context-errors.ts';
import { contraryCalls } from './contradictions.ts';
import type { TemplateError } from './finding.ts';
import { inspectTemplate } from './inspect-template.ts';
import type { ParsedTemplate, Templates } from './partial-blocks.ts';

export function wrongCalls<T extends ParsedTemplate>(
  template: T,
  root: Root,
  templates: Templates<T>,
): readonly TemplateError[] {
  if (inspectTemplate(template.tree).uses.size === 0) return [];
  const errors = wrongContexts(template, root, templates);
  // A call with a wrong context also contradicts other tags: report it once.
  const reported = new Set(errors.map(({ start }) => start));
  const contrary = contraryCalls(template, root.isPrompt, templates).filter(
    ({ start }) => !reported.has(start),
  );
  return [...errors, ...contrary];
}
