/** Prepares the versions that an update of partials would create, before anything is published. */
import type { VersionSummary } from '../../contract/prompts.ts';
import { flatten, type LinkedPartial } from '../../core/flatten.ts';
import type { PromptName } from '../../core/name.ts';
import { linkRecorded, type PartialVersions } from '../../core/recorded-partials.ts';
import { parseSource, sourceKindOf } from '../../core/source.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import { changeBetween, type PromptChange } from '../compare/change.ts';
import { newestPartials, versionReader } from '../compare/linked-side.ts';
import type { Workbench } from '../workbench.ts';

/** One prompt's next version: the source of its newest version, with the newest partials at that time. */
export interface Draft {
  readonly prompt: PromptName;
  readonly newest: VersionSummary & { readonly version: VersionNumber };
  readonly source: string;
  readonly change: PromptChange;
  /** Its text with the new partials resolved; undefined if that is not possible, which publishing refuses. */
  readonly resolved: string | undefined;
}

/** @param plan with partials before their users */
export async function updateDrafts(
  workbench: Workbench,
  plan: readonly PromptName[],
  signal: AbortSignal,
): Promise<Draft[]> {
  const read = versionReader(workbench);
  const drafts: Draft[] = [];
  const next = new Map<PromptName, LinkedPartial>();
  const linked = new Map<string, Promise<LinkedPartial>>();
  for (const prompt of plan) {
    signal.throwIfAborted();
    const newest = workbench.prompts.listed.get(prompt)?.summary?.newest as Draft['newest'] | undefined;
    if (newest === undefined) continue;
    const { source, partials } = await read(prompt, newest.version);
    const { template, templateOffset } = parseSource(source, sourceKindOf(prompt));
    const recorded = newestPartials(workbench, prompt, source);
    const present = await linkRecorded(recorded, read, linked);
    const from = { source, template, partials: await linkRecorded(partials, read, linked) };
    const to = { source, template, partials: withNext(recorded, present, next) };
    const id = versionReference(prompt, (newest.version + 1) as VersionNumber);
    next.set(prompt, { id, template, templateOffset, source, partials: to.partials });
    const change = await changeBetween(prompt, from, to);
    drafts.push({ prompt, newest, source, change, resolved: flattened(to) });
  }
  return drafts;
}

/** Partials that get a new version themselves are used in that version. */
function withNext(
  recorded: PartialVersions,
  present: ReadonlyMap<string, LinkedPartial>,
  next: ReadonlyMap<PromptName, LinkedPartial>,
): ReadonlyMap<string, LinkedPartial> {
  return new Map(
    [...present].map(([reference, partial]) => {
      const used = recorded[reference]?.prompt;
      return [reference, (used && next.get(used)) ?? partial];
    }),
  );
}

function flattened(linked: Parameters<typeof flatten>[0]): string | undefined {
  try {
    return flatten(linked);
  } catch {
    return undefined; // publishing reports the error
  }
}

/** The versions of partials that the drafts adopt and replace, without those that they create themselves. */
export function partialsTakenIn(
  drafts: readonly Draft[],
): ReadonlyMap<string, { readonly from: LinkedPartial | undefined; readonly to: LinkedPartial }> {
  const made = new Set(
    drafts.map(({ prompt, newest }) => versionReference(prompt, (newest.version + 1) as VersionNumber)),
  );
  const taken = new Map<string, { from: LinkedPartial | undefined; to: LinkedPartial }>();
  for (const { change } of drafts)
    for (const { from, to } of change.partials)
      if (to !== undefined && !made.has(to.id as never) && !taken.has(`${from?.id} ${to.id}`))
        taken.set(`${from?.id} ${to.id}`, { from, to });
  return taken;
}
