/**
 * The partials of a source about to be published: each reference permanently becomes the newest version of a prompt.
 */
import { setImmediate } from 'node:timers/promises';
import { shownBytes } from '../../contract/body-limits.ts';
import type { EventData } from '../../core/event.ts';
import { flatten, type LinkedPartial } from '../../core/flatten.ts';
import { linkPartials, type SimilarPartials } from '../../core/link.ts';
import { type PromptName, partialCandidates } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { parseSource, sourceKindOf } from '../../core/source.ts';
import { checkNoIssues, partialUses, sourceIssues } from '../../core/template.ts';
import { parseVersionReference, type VersionNumber, versionReference } from '../../core/version.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';
import { similarPrompts } from './similar-names.ts';

export type RecordedPartials = EventData['version.published']['partials'];

/** The newest version of a prompt; null if there is no such prompt. */
export type Newest = {
  readonly version: VersionNumber;
  readonly archived: boolean;
  readonly source: string;
} | null;

export interface LinkRequest {
  readonly name: PromptName;
  readonly source: string;
  /** The prompts that were looked up so far. */
  readonly found: ReadonlyMap<PromptName, Newest>;
  /** Suggestions for unknown references, as far as they were looked up. */
  readonly similar: ReadonlyMap<string, readonly PromptName[]>;
}

/** An unresolved reference, and the names that were tried. */
export interface UnknownReference {
  readonly reference: string;
  readonly candidates: readonly PromptName[];
}

export type LinkOutcome =
  /** The partials to look up first. */
  | { readonly lacking: readonly PromptName[]; readonly unknown: readonly UnknownReference[] }
  | {
      readonly recorded: RecordedPartials;
      /** An error in a reference, with its position. */
      readonly flaw: Problem | undefined;
      /** An error in the whole, with its partials resolved. */
      readonly flatFlaw: Problem | undefined;
    };

/** The version of each partial, and all names that were looked up. */
export type LinkedSource = Exclude<LinkOutcome, { lacking: unknown }> & Pick<LinkRequest, 'found'>;

/**
 * Resolves the partials of `source` to their newest versions. Archived prompts are not found, except by a partial that
 * was published with one. Never rejects with a Problem: errors are reported when their turn comes.
 */
export async function linkNewest(request: LinkRequest): Promise<LinkOutcome> {
  const { name, source } = request;
  const lacking = new Set<PromptName>();
  const unknown = new Map<string, UnknownReference>();
  let linked: ReadonlyMap<string, LinkedPartial> = new Map();
  let flaw: Problem | undefined;
  try {
    linked = await link(request, lacking, unknown);
  } catch (error) {
    flaw = asProblem(error);
  }
  if (lacking.size > 0 || (flaw !== undefined && unknown.size > 0))
    return { lacking: [...lacking], unknown: lacking.size > 0 ? [] : [...unknown.values()] };
  return {
    recorded: recorded(linked),
    flaw,
    flatFlaw: flaw === undefined ? flatFlaw(name, source, linked) : undefined,
  };
}

function link(
  { name, source, found, similar }: LinkRequest,
  lacking: Set<PromptName>,
  unknown: Map<string, UnknownReference>,
): Promise<ReadonlyMap<string, LinkedPartial>> {
  const parsed = parseSource(source, sourceKindOf(name));
  checkNoIssues(sourceIssues(source, parsed), name);
  const direct = new Set(partialUses(parsed.template).flatMap(use => partialCandidates(name, use.reference)));
  const find = async (candidate: PromptName) => {
    const newest = found.get(candidate);
    if (newest === undefined) lacking.add(candidate);
    if (newest === undefined || newest === null || (newest.archived && direct.has(candidate)))
      return undefined;
    return { name: candidate, source: newest.source, id: versionReference(candidate, newest.version) };
  };
  const meant: SimilarPartials = async (candidates, reference) => {
    const known = similar.get(reference);
    if (known === undefined) unknown.set(reference, { reference, candidates });
    return known ?? [];
  };
  return linkPartials(name, source, find, name, meant);
}

function flatFlaw(
  name: PromptName,
  source: string,
  partials: ReadonlyMap<string, LinkedPartial>,
): Problem | undefined {
  try {
    flatten({ template: parseSource(source, sourceKindOf(name)).template, partials });
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
 * Links a source to the newest versions, level by level, because a partial's own partials are only known when it is
 * read.
 * @param link runs `linkNewest`
 */
export async function linkedToNewest(
  store: Pick<Store, 'read'>,
  { name, source }: Pick<LinkRequest, 'name' | 'source'>,
  link: (request: LinkRequest) => Promise<LinkOutcome>,
): Promise<LinkedSource> {
  const found = new Map<PromptName, Newest>();
  const similar = new Map<string, readonly PromptName[]>();
  for (;;) {
    const outcome = await link({ name, source, found, similar });
    if (!('lacking' in outcome)) return { ...outcome, found };
    await store.read(async snapshot => {
      await readNewest(snapshot, outcome.lacking, found);
      await readSimilar(snapshot, outcome.unknown, similar);
    });
  }
}

/** Names per query: for queries that return sources, of up to 1 MiB each, and for others. */
const SOURCES_AT_ONCE = 8;
const AT_ONCE = 200;
/** The limit for all partials of one prompt, in bytes: a prompt that can be published has a fraction of it. */
const MAX_PARTIALS_BYTES = 16 * 1024 * 1024;

/** @throws Problem `invalid_source` if the partials are far too large, before they are read */
async function readNewest(
  snapshot: ReadSnapshot,
  names: readonly PromptName[],
  found: Map<PromptName, Newest>,
): Promise<void> {
  const there: PromptName[] = [];
  let bytes = [...found.values()].reduce((sum, newest) => sum + (newest?.source.length ?? 0), 0);
  for (const some of batches(names, AT_ONCE)) {
    for (const name of some) found.set(name, null);
    for (const row of await selectNewest(snapshot, some).select('versions.bytes').execute()) {
      there.push(row.name);
      bytes += row.bytes;
    }
    if (bytes > MAX_PARTIALS_BYTES) throw tooManyPartials();
    // A data folder answers in the same turn of the event loop, so let other requests run in between.
    await setImmediate();
  }
  for (const some of batches(there, SOURCES_AT_ONCE)) {
    const rows = await selectNewest(snapshot, some)
      .select(['prompts.archived', 'versions.version', 'versions.source'])
      .execute();
    for (const { name, archived, version, source } of rows)
      found.set(name, { version, archived: archived === 1, source });
    await setImmediate();
  }
}

function selectNewest(snapshot: ReadSnapshot, names: readonly PromptName[]) {
  return snapshot
    .selectFrom('prompts')
    .innerJoin('versions', join =>
      join.onRef('versions.prompt', '=', 'prompts.name').onRef('versions.version', '=', 'prompts.newest'),
    )
    .select('prompts.name')
    .where('prompts.name', 'in', names);
}

function tooManyPartials(): Problem {
  return new Problem(
    'invalid_source',
    `The partials of this prompt have more than ${shownBytes(MAX_PARTIALS_BYTES)} together. Use fewer or smaller ones.`,
  );
}

/** The maximum number of references with suggestions; a source may have thousands. */
const MOST_UNKNOWN = 20;

/** Authors may list every prompt, so each may be suggested. */
async function readSimilar(
  snapshot: ReadSnapshot,
  unknown: readonly UnknownReference[],
  similar: Map<string, readonly PromptName[]>,
): Promise<void> {
  for (const [index, { reference, candidates }] of unknown.entries())
    similar.set(
      reference,
      index < MOST_UNKNOWN ? await similarPrompts(snapshot, candidates, reference, { archived: false }) : [],
    );
}

/** Returns true if everything that a source was linked with is still the newest. */
export async function isStillNewest(
  snapshot: ReadSnapshot,
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
