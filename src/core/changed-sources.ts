/**
 * Everything that differs between two versions of a prompt: its own source, and the partials that they were published
 * with, including partials of partials. A version's text can change even if its source did not.
 */
import type { LinkedPartial, LinkedTemplate } from './flatten.ts';
import { parseVersionReference } from './version.ts';

/** A source and what its partials represent. */
export interface SourceWithPartials extends LinkedTemplate {
  readonly source: string;
}

/** A partial that differs in version; undefined on the side that does not use it. */
export interface ChangedPartial {
  readonly from: LinkedPartial | undefined;
  readonly to: LinkedPartial | undefined;
}

/**
 * Sorted by name. Ids must be version references (`support/_header@3`). If a side uses several versions of a partial,
 * those that only one side has are paired, oldest first.
 */
export function changedPartials(from: LinkedTemplate, to: LinkedTemplate): ChangedPartial[] {
  const before = partialsOf(from);
  const after = partialsOf(to);
  const gone = byPrompt([...before.values()].filter(({ id }) => !after.has(id)));
  const come = byPrompt([...after.values()].filter(({ id }) => !before.has(id)));
  const prompts = [...new Set([...gone.keys(), ...come.keys()])].sort();
  return prompts.flatMap(prompt => {
    const olds = gone.get(prompt) ?? [];
    const news = come.get(prompt) ?? [];
    return Array.from({ length: Math.max(olds.length, news.length) }, (_, index) => ({
      from: olds[index],
      to: news[index],
    }));
  });
}

/** All partials of a template, by id. */
function partialsOf(
  { partials }: LinkedTemplate,
  found = new Map<string, LinkedPartial>(),
): Map<string, LinkedPartial> {
  for (const partial of partials.values()) {
    if (found.has(partial.id)) continue;
    found.set(partial.id, partial);
    partialsOf(partial, found);
  }
  return found;
}

function byPrompt(partials: readonly LinkedPartial[]): Map<string, LinkedPartial[]> {
  const versionOf = ({ id }: LinkedPartial) => parseVersionReference(id).version;
  return Map.groupBy(
    partials.toSorted((a, b) => versionOf(a) - versionOf(b)),
    ({ id }) => parseVersionReference(id).prompt,
  );
}
