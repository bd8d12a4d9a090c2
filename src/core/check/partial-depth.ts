/** Limits how deeply partials nest. Checked before any is put in place, and reported at the call that begins the chain. */
import type { TemplateError } from './finding.ts';
import type { SizedTemplates, SizedUse } from './resolved-size.ts';

export const MAX_PARTIAL_DEPTH = 32;

/** Returns the first use in `root` from which partials nest too deeply; undefined if none does. Partials that use themselves count once. */
export function nestedTooDeep<T extends object>(
  root: T,
  templates: Pick<SizedTemplates<T>, 'uses'>,
): TemplateError | undefined {
  const depths = new Map<T, number>([[root, 0]]);
  const depthOf = (template: T): number => {
    const known = depths.get(template);
    if (known !== undefined) return known;
    depths.set(template, 0);
    let depth = 0;
    for (const { partial } of templates.uses(template)) depth = Math.max(depth, depthOf(partial));
    depths.set(template, depth + 1);
    return depth + 1;
  };
  let first: SizedUse<T> | undefined;
  for (const use of templates.uses(root)) if (depthOf(use.partial) > MAX_PARTIAL_DEPTH) first ??= use;
  return first && { code: 'partial-cycle', start: first.start, end: first.end, message: TOO_DEEP };
}

const TOO_DEEP = `Partials hold partials more than ${MAX_PARTIAL_DEPTH} deep from here. Put some of them into those that use them.`;
