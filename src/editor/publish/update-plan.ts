/** Plans which prompts get a new version when partials are updated, in order: users of a partial come after it. */
import type { PromptSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';

type Summary = Pick<PromptSummary, 'name' | 'archived' | 'newest' | 'outdatedPartials'>;

/** A partial of which some prompts use an older version. */
export interface OlderUse {
  readonly partial: PromptName;
  readonly newest: VersionNumber;
  /** Prompts that use an older version of it directly. */
  readonly users: readonly PromptName[];
}

/** In order of name. */
export function olderUses(summaries: readonly Summary[]): OlderUse[] {
  const uses = new Map<PromptName, { newest: VersionNumber; users: PromptName[] }>();
  for (const { name, archived, outdatedPartials } of summaries) {
    if (archived) continue;
    for (const { prompt, newest } of outdatedPartials) {
      const use = uses.get(prompt) ?? { newest, users: [] };
      use.users.push(name);
      uses.set(prompt, use);
    }
  }
  return [...uses]
    .map(([partial, use]) => ({ partial, ...use }))
    .sort((a, b) => (a.partial < b.partial ? -1 : 1));
}

/**
 * The prompts that use an older version of one of `partials`, and those that use one of these prompts, whose text only
 * changes when they adopt its new version.
 */
export function updatePlan(
  summaries: readonly Summary[],
  partials: ReadonlySet<PromptName>,
): readonly PromptName[] {
  const open = new Map(summaries.filter(({ archived }) => !archived).map(each => [each.name, each]));
  const direct = [...open.values()].filter(({ outdatedPartials }) =>
    outdatedPartials.some(({ prompt }) => partials.has(prompt)),
  );
  const usersOf = Map.groupBy(
    [...open.values()].flatMap(({ name, newest }) =>
      [...new Set(Object.values(newest.partials).map(({ prompt }) => prompt))].map(used => ({ used, name })),
    ),
    ({ used }) => used,
  );
  const planned = new Set(direct.map(({ name }) => name));
  for (const name of planned) for (const user of usersOf.get(name) ?? []) planned.add(user.name);

  const ordered = new Set<PromptName>();
  const visiting = new Set<PromptName>();
  const visit = (name: PromptName): void => {
    // The registry refuses circular partials, but partials that used each other at different times may look circular.
    if (!planned.has(name) || ordered.has(name) || visiting.has(name)) return;
    visiting.add(name);
    for (const { prompt } of Object.values(open.get(name)?.newest.partials ?? {})) visit(prompt);
    visiting.delete(name);
    ordered.add(name);
  };
  for (const name of [...planned].sort()) visit(name);
  return [...ordered];
}
