/** Reads a prompt's versions and computes the blame of one of them, in pieces so that the thread can do other work. */
import { setImmediate } from 'node:timers/promises';
import type { VersionSummary } from '../contract/prompts.ts';
import { type Blame, type BlamedVersion, emptyBlame, extendBlame } from '../core/blame/blame.ts';
import type { PromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import { sourceKindOf } from '../core/source.ts';
import { type VersionNumber, versionReference } from '../core/version.ts';
import type { DiskVersionCache } from './disk-version-cache.ts';
import type { RegistryClient } from './registry-client.ts';

/** A source of versions: a registry's client, or the cache on this machine. */
export type HistorySource = Pick<RegistryClient, 'listVersions' | 'getSources'> &
  /** Called for a source that `getSources` left out, to throw the reason. */
  Partial<Pick<RegistryClient, 'getSource'>>;

export interface SentenceHistory {
  readonly blame: Blame;
  readonly version: VersionNumber;
  /** The version itself and those that changed one of its sentences, by number. */
  readonly versions: ReadonlyMap<number, VersionSummary>;
}

export interface HistoryLimits {
  readonly versions: number;
  /** The limit of all sources together, in UTF-16 code units. */
  readonly characters: number;
  /** The limit of one source; a longer one ends the history. */
  readonly length: number;
}

export interface HistoryOptions {
  readonly signal?: AbortSignal | undefined;
  /** The history of an earlier version: if this one follows it, only later versions are read. */
  readonly since?: SentenceHistory | undefined;
  /** Called with the number of versions read so far. */
  readonly onProgress?: (versions: number) => void;
  readonly limits?: HistoryLimits;
}

/** The longest text with a sentence history, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 256 * 1024;
const DEFAULT_LIMITS: HistoryLimits = {
  versions: 2000,
  characters: 32 * 1024 * 1024,
  length: MAX_TEXT_LENGTH,
};
/** Versions per page, and the maximum number of pages to search for the version. */
const PAGE = 500;
const MAX_PAGES = 100;
/** The number of versions that are read at a time, and of characters that are blamed at a time. */
const AT_A_TIME = 50;
const CHARACTERS_AT_A_TIME = 256 * 1024;

/**
 * Reads the newest versions first, until a limit or a missing version.
 * @param version undefined for the newest
 * @throws Problem `version_not_found`; `too_large` for a source above the limit; the reason of `signal`; errors of
 * `source`
 */
export async function sentenceHistory(
  source: HistorySource,
  prompt: PromptName,
  version: VersionNumber | undefined,
  { signal, since, onProgress, limits = DEFAULT_LIMITS }: HistoryOptions = {},
): Promise<SentenceHistory> {
  const read: { summary: VersionSummary; text: string }[] = [];
  let base: SentenceHistory | undefined;
  let characters = 0;
  reading: for await (const part of summariesDown(source, prompt, version, signal)) {
    const known = part.findIndex(summary => follows(summary, since));
    if (known !== -1) base = since;
    const unknown = known === -1 ? part : part.slice(0, known);
    const sources = await source.getSources(unknown, signal);
    for (const summary of unknown) {
      const text = sources.get(summary.digest);
      const isOver = read.length >= limits.versions || characters >= limits.characters;
      const isLong = text !== undefined && text.length > limits.length;
      if (isLong && read.length === 0) throw tooLong(summary, limits.length);
      if (text === undefined && read.length === 0) await source.getSource?.(summary, signal);
      if (text === undefined || isLong || isOver) {
        base = undefined;
        break reading;
      }
      read.push({ summary, text });
      characters += text.length;
    }
    onProgress?.(read.length);
    if (base !== undefined) break;
  }
  if (base !== undefined && read.length === 0) return base;
  const newest = read[0]?.summary.version;
  if (newest === undefined)
    throw new Problem(
      'version_not_found',
      version === undefined
        ? `There is no version of "${prompt}".`
        : `There is no version ${version} of "${prompt}".`,
    );
  let blame = base?.blame ?? emptyBlame(sourceKindOf(prompt));
  for (const part of inParts(read.toReversed())) {
    await setImmediate();
    signal?.throwIfAborted();
    blame = extendBlame(blame, part);
  }
  return { blame, version: newest, versions: changing(blame, newest, read, base) };
}

/** Drops the other versions, because a long history has many. */
function changing(
  { changes }: Blame,
  newest: VersionNumber,
  read: readonly { readonly summary: VersionSummary }[],
  base: SentenceHistory | undefined,
): ReadonlyMap<number, VersionSummary> {
  const all = new Map(base?.versions);
  for (const { summary } of read) all.set(summary.version, summary);
  const used = new Set<number | undefined>(changes.flat().map(({ version }) => version)).add(newest);
  return new Map([...all].filter(([version]) => used.has(version)));
}

/** Returns true if this is the version of `since`. */
function follows({ version, digest }: VersionSummary, since: SentenceHistory | undefined): boolean {
  return since?.version === version && since.versions.get(version)?.digest === digest;
}

/** The cache of a registry's versions for offline use. */
export function keptSource(
  cache: Pick<DiskVersionCache, 'getHistory' | 'peekSource'>,
  registryUrl: string,
): HistorySource {
  return {
    listVersions: async prompt => ({
      data: [...(await cache.getHistory(registryUrl, prompt))],
      nextCursor: null,
    }),
    async getSources(of) {
      const sources = await Promise.all(
        of.map(async ({ digest }) => [digest, await cache.peekSource(digest)] as const),
      );
      return new Map(sources.flatMap(([digest, source]) => (source === undefined ? [] : [[digest, source]])));
    },
  };
}

/** Yields the versions from `version` down. Ends at a gap, which is a version that the key may not read. */
async function* summariesDown(
  source: HistorySource,
  prompt: PromptName,
  version: VersionNumber | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<VersionSummary[], void, undefined> {
  let expected: number | undefined = version;
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { data, nextCursor } = await source.listVersions(prompt, { limit: PAGE, cursor }, signal);
    const wanted: VersionSummary[] = [];
    let isGap = false;
    for (const summary of data) {
      expected ??= summary.version;
      if (summary.version > expected) continue;
      isGap = summary.version < expected;
      if (isGap) break;
      wanted.push(summary);
      expected--;
    }
    for (let from = 0; from < wanted.length; from += AT_A_TIME) yield wanted.slice(from, from + AT_A_TIME);
    if (nextCursor === null || isGap) return;
    cursor = nextCursor;
  }
}

function* inParts(
  read: readonly { readonly summary: VersionSummary; readonly text: string }[],
): Generator<BlamedVersion[], void, undefined> {
  let part: BlamedVersion[] = [];
  let characters = 0;
  for (const { summary, text } of read) {
    part.push({ version: summary.version, text });
    characters += text.length;
    if (characters < CHARACTERS_AT_A_TIME) continue;
    yield part;
    part = [];
    characters = 0;
  }
  if (part.length > 0) yield part;
}

function tooLong({ prompt, version }: VersionSummary, length: number): Problem {
  return new Problem(
    'too_large',
    `${versionReference(prompt, version)} has more than ${Math.floor(length / 1024)} Ki characters, so its sentence history is not available.`,
  );
}
