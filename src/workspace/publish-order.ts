/** Orders prompts for publishing: a partial before those that use it, so that they include its new version. */
import { type PromptName, partialCandidates } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import { parseSource, sourceKindOf } from '../core/source.ts';
import { partialUses, sourceIssues } from '../core/template.ts';

export interface Ordered {
  readonly name: PromptName;
  /** Prompts of the same publication that it may use as partials, directly or indirectly. */
  readonly after: ReadonlySet<PromptName>;
}

/** Orders the rest by name. Circular partials, which the registry rejects, come in any order. */
export function publishOrder(sources: ReadonlyMap<PromptName, string>): Ordered[] {
  const ordered = new Map<PromptName, Ordered>();
  const visiting = new Set<PromptName>();
  const visit = (name: PromptName): void => {
    if (ordered.has(name) || visiting.has(name)) return;
    visiting.add(name);
    const after = new Set<PromptName>();
    for (const used of usedBy(name, sources.get(name) ?? '')) {
      if (!sources.has(used) || used === name) continue;
      visit(used);
      after.add(used);
      for (const further of ordered.get(used)?.after ?? []) after.add(further);
    }
    visiting.delete(name);
    ordered.set(name, { name, after });
  };
  for (const name of [...sources.keys()].sort()) visit(name);
  return [...ordered.values()];
}

/** The partials that a source may use; none if it is invalid, which publishing it reports. */
function usedBy(name: PromptName, source: string): readonly PromptName[] {
  try {
    const parsed = parseSource(source, sourceKindOf(name));
    if (sourceIssues(source, parsed).length > 0) return [];
    return partialUses(parsed.template).flatMap(({ reference }) => partialCandidates(name, reference));
  } catch (error) {
    if (!Problem.is(error)) throw error;
    return [];
  }
}
