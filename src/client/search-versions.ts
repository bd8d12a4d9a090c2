/** Searches the versions cached on this machine, without the registry. */
import type { VersionSummary } from '../contract/prompts.ts';
import type { Digest } from '../core/digest.ts';
import type { PromptName } from '../core/name.ts';
import { countIn, foldText, linesOf, placeIn } from '../core/search-text.ts';
import { type VersionNumber, versionReference } from '../core/version.ts';
import type { DiskVersionCache } from './disk-version-cache.ts';

export interface MatchPosition {
  /** From 0. */
  readonly line: number;
  /** In UTF-16 code units from the beginning of its line. */
  readonly column: number;
  readonly length: number;
  /** The whole line. */
  readonly text: string;
}

export interface Hit {
  readonly version: VersionSummary;
  readonly first: MatchPosition;
  /** The number of occurrences in the version. */
  readonly count: number;
  /** True for the first version, and if the version before it is on this machine and does not have the text. */
  readonly isAdded: boolean;
  /** The next version, if it is on this machine and no longer has the text. */
  readonly removedIn: VersionNumber | undefined;
}

type Found = Pick<Hit, 'first' | 'count'>;

export interface LocalSearchResult {
  /** Newest first. */
  readonly hits: readonly Hit[];
  /** The number of versions that were searched, and of those that are cached. */
  readonly searched: number;
  readonly kept: number;
}

export interface SearchLimits {
  readonly hits: number;
  /** The limit of sources, in UTF-16 code units. */
  readonly characters: number;
  readonly milliseconds: number;
}

const DEFAULT_LIMITS: SearchLimits = { hits: 500, characters: 256 * 1024 * 1024, milliseconds: 10_000 };
/** The number of sources read at a time. */
const AT_A_TIME = 16;

/**
 * Searches the newest versions first, up to a limit: then `searched` is less than `kept`. Case is ignored, as in
 * `foldText`.
 * @param prompt whose versions to search; default: all
 * @throws the reason of `signal` once that is aborted
 */
export async function searchVersions(
  cache: Pick<DiskVersionCache, 'versions' | 'peekSource'>,
  registryUrl: string,
  query: string,
  signal?: AbortSignal,
  limits: SearchLimits = DEFAULT_LIMITS,
  prompt?: PromptName,
): Promise<LocalSearchResult> {
  const end = performance.now() + limits.milliseconds;
  const goOn = () => {
    signal?.throwIfAborted();
    return performance.now() < end;
  };
  const kept: VersionSummary[] = [];
  for await (const version of cache.versions(registryUrl)) {
    if (prompt === undefined || version.prompt === prompt) kept.push(version);
    if (!goOn()) break;
  }
  kept.sort(newestFirst);
  const known = new Map<Digest, Found | undefined>();
  const unreadable = new Set<Digest>();
  const hits: (Found & Pick<Hit, 'version'>)[] = [];
  let characters = 0;
  let searched = 0;
  while (searched < kept.length && hits.length < limits.hits && characters < limits.characters && goOn()) {
    const part = kept.slice(searched, searched + AT_A_TIME);
    const wanted = [...new Set(part.map(({ digest }) => digest))].filter(digest => !known.has(digest));
    // Versions with the same text are searched once.
    await Promise.all(
      wanted.map(async digest => {
        const source = await cache.peekSource(digest);
        if (source === undefined) unreadable.add(digest);
        known.set(digest, source === undefined ? undefined : placesIn(source, query));
        characters += source?.length ?? 0;
      }),
    );
    for (const version of part) {
      const found = known.get(version.digest);
      if (found !== undefined && hits.length < limits.hits) hits.push({ version, ...found });
    }
    searched += part.length;
  }
  const digests = new Map(kept.map(each => [versionReference(each.prompt, each.version), each.digest]));
  const isWithout = (prompt: PromptName, version: VersionNumber) => {
    const digest = digests.get(versionReference(prompt, version));
    if (digest === undefined || !known.has(digest) || unreadable.has(digest)) return false;
    return known.get(digest) === undefined;
  };
  return {
    hits: hits.map(hit => {
      const { prompt, version } = hit.version;
      const [before, after] = [(version - 1) as VersionNumber, (version + 1) as VersionNumber];
      return {
        ...hit,
        isAdded: version === 1 || isWithout(prompt, before),
        removedIn: isWithout(prompt, after) ? after : undefined,
      };
    }),
    searched,
    kept: kept.length,
  };
}

function newestFirst(one: VersionSummary, other: VersionSummary): number {
  if (one.publishedAt !== other.publishedAt) return one.publishedAt < other.publishedAt ? 1 : -1;
  return other.version - one.version;
}

function placesIn(source: string, text: string): Found | undefined {
  const folded = foldText(text);
  if (!foldText(source).includes(folded)) return undefined;
  let first: MatchPosition | undefined;
  let count = 0;
  for (const [number, line] of linesOf(source).entries()) {
    const found = countIn(foldText(line), folded);
    if (found === 0) continue;
    count += found;
    first ??= { line: number, ...(placeIn(line, text) ?? { column: 0, length: 0 }), text: line };
  }
  return first && { first, count };
}
