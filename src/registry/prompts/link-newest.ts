/** The partials of a source about to be published: each reference becomes the newest version of a prompt, for ever. */
import { setImmediate } from 'node:timers/promises';
import type { EventData } from '../../core/event.ts';
import { flatten, type LinkedPartial } from '../../core/flatten.ts';
import { linkPartials } from '../../core/link.ts';
import { type PromptName, partialCandidates } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { parseSource } from '../../core/source.ts';
import { checkNoIssues, partialUses, sourceIssues } from '../../core/template.ts';
import { parseVersionReference, type VersionNumber, versionReference } from '../../core/version.ts';
import type { Snapshot, Store } from '../store/store.ts';

export type RecordedPartials = EventData['version.published']['partials'];

/** The newest version of a prompt; null where there is no such prompt. */
export type Newest = {
  readonly version: VersionNumber;
  readonly archived: boolean;
  readonly source: string;
} | null;

export interface LinkRequest {
  readonly name: PromptName;
  readonly source: string;
  /** The prompts that were looked for so far. */
  readonly found: ReadonlyMap<PromptName, Newest>;
}

export type LinkOutcome =
  /** Prompts that have to be looked for first. */
  | { readonly lacking: readonly PromptName[] }
  | {
      readonly recorded: RecordedPartials;
      /** What is wrong with a reference, at its place. */
      readonly flaw: Problem | undefined;
      /** What is wrong with the whole, with its partials in place. */
      readonly flatFlaw: Problem | undefined;
    };

/** Which version each partial means, and all that was looked for. */
export type LinkedSource = Exclude<LinkOutcome, { lacking: unknown }> & Pick<LinkRequest, 'found'>;

/**
 * Which version each partial of `source` means. Archived prompts are not found, but where a partial that was published
 * before uses one, it still does. Never rejects with a Problem: what is wrong is told when its turn comes.
 */
export async function linkNewest({ name, source, found }: LinkRequest): Promise<LinkOutcome> {
  const lacking = new Set<PromptName>();
  let linked: ReadonlyMap<string, LinkedPartial> = new Map();
  let flaw: Problem | undefined;
  try {
    linked = await link({ name, source, found }, lacking);
  } catch (error) {
    flaw = asProblem(error);
  }
  if (lacking.size > 0) return { lacking: [...lacking] };
  return {
    recorded: recorded(linked),
    flaw,
    flatFlaw: flaw === undefined ? flatFlaw(source, linked) : undefined,
  };
}

function link(
  { name, source, found }: LinkRequest,
  lacking: Set<PromptName>,
): Promise<ReadonlyMap<string, LinkedPartial>> {
  const parsed = parseSource(source);
  checkNoIssues(sourceIssues(source, parsed), name);
  const direct = new Set(partialUses(parsed.template).flatMap(use => partialCandidates(name, use.reference)));
  return linkPartials(name, source, async candidate => {
    const newest = found.get(candidate);
    if (newest === undefined) lacking.add(candidate);
    if (newest === undefined || newest === null || (newest.archived && direct.has(candidate)))
      return undefined;
    return { name: candidate, source: newest.source, id: versionReference(candidate, newest.version) };
  });
}

function flatFlaw(source: string, partials: ReadonlyMap<string, LinkedPartial>): Problem | undefined {
  try {
    flatten({ template: parseSource(source).template, partials });
    return undefined;
  } catch (error) {
    return asProblem(error);
  }
}

function recorded(linked: ReadonlyMap<string, LinkedPartial>): RecordedPartials {
  const references = [...linked].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(references.map(([reference, { id }]) => [reference, parseVersionReference(id)]));
}

function asProblem(error: unknown): Problem {
  if (Problem.is(error)) return error;
  throw error;
}

/**
 * Links a source to what is newest now: level by level, since a partial's own partials are known when it is read.
 * @param link does `linkNewest`
 */
export async function linkedToNewest(
  store: Store,
  { name, source }: Pick<LinkRequest, 'name' | 'source'>,
  link: (request: LinkRequest) => Promise<LinkOutcome>,
): Promise<LinkedSource> {
  const found = new Map<PromptName, Newest>();
  for (;;) {
    const outcome = await link({ name, source, found });
    if (!('lacking' in outcome)) return { ...outcome, found };
    await store.read(snapshot => readNewest(snapshot, outcome.lacking, found));
  }
}

/** Names in one query: of such as may bring a source of 1 MiB, and of others. */
const SOURCES_AT_ONCE = 8;
const AT_ONCE = 200;

async function readNewest(
  snapshot: Snapshot,
  names: readonly PromptName[],
  found: Map<PromptName, Newest>,
): Promise<void> {
  for (const some of batches(names, SOURCES_AT_ONCE)) {
    const rows = await snapshot
      .selectFrom('prompts')
      .innerJoin('versions', join =>
        join.onRef('versions.prompt', '=', 'prompts.name').onRef('versions.version', '=', 'prompts.newest'),
      )
      .select(['prompts.name', 'prompts.archived', 'versions.version', 'versions.source'])
      .where('prompts.name', 'in', some)
      .execute();
    for (const name of some) found.set(name, null);
    for (const { name, archived, version, source } of rows)
      found.set(name, { version, archived: archived === 1, source });
    // A data folder answers in the same turn of the event loop: other requests come in between.
    await setImmediate();
  }
}

/** Whether all that a source was linked with is still the newest. */
export async function isStillNewest(
  snapshot: Snapshot,
  { found }: Pick<LinkedSource, 'found'>,
): Promise<boolean> {
  for (const some of batches([...found.keys()], AT_ONCE)) {
    const rows = await snapshot
      .selectFrom('prompts')
      .select(['name', 'newest', 'archived'])
      .where('name', 'in', some)
      .execute();
    const now = new Map(rows.map(row => [row.name, row]));
    for (const name of some) {
      const before = found.get(name) ?? undefined;
      const row = now.get(name);
      if (row?.newest !== before?.version || (row?.archived === 1) !== (before?.archived ?? false))
        return false;
    }
  }
  return true;
}

function* batches(names: readonly PromptName[], size: number): Generator<readonly PromptName[]> {
  for (let start = 0; start < names.length; start += size) yield names.slice(start, start + size);
}
