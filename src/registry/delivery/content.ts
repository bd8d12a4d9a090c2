/** The delivered form of a version: its template with the recorded partials in place. It never changes, so it is cached. */
import { setImmediate } from 'node:timers/promises';
import { LRUCache } from 'lru-cache';
import type { Digest } from '../../core/digest.ts';
import { digestOf } from '../../core/digest.ts';
import { flatten, type LinkedPartial } from '../../core/flatten.ts';
import type { PromptName } from '../../core/name.ts';
import type { VersionOrigin } from '../../core/origin.ts';
import { type PromptMetadata, readMetadata } from '../../core/render.ts';
import { parsePublished, type SourceKind, sourceKindOf } from '../../core/source.ts';
import { parseVersionReference, type VersionNumber, versionReference } from '../../core/version.ts';
import type { RecordedPartials } from '../prompts/link-newest.ts';
import { readVersion } from '../prompts/version-rows.ts';
import { broken } from '../store/broken.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { retainedBytes } from './retained-bytes.ts';

/** A version's row in the database. */
export interface StoredVersion {
  readonly reference: string;
  readonly source: string;
  readonly digest: Digest;
  readonly publishedAt: string;
  readonly origin?: VersionOrigin | undefined;
  readonly partials: StoredPartials;
}

/** By the reference as written. */
export type StoredPartials = ReadonlyMap<string, StoredPartial>;

export interface StoredPartial {
  readonly id: string;
  readonly source: string;
  readonly partials: StoredPartials;
}

/** The declarations of its source and of its partials. */
export interface PreparedContent {
  /** By the reference as written. */
  readonly partials: ReadonlyMap<string, LinkedPartial>;
  /** Front matter taken off, partials resolved, variables unchanged. */
  readonly template: string;
  readonly metadata: PromptMetadata;
}

export interface DeliveredContent
  extends PreparedContent,
    Pick<StoredVersion, 'source' | 'digest' | 'publishedAt' | 'origin'> {}

/** The size of the cache, 64 MiB, of which one version may use a quarter. */
const KEPT = 64 * 1024 * 1024;

/** Prepares what was read, on behalf of a key. */
export type Prepare = (key: string) => Promise<DeliveredContent>;

/**
 * Reads a version; its delivery is prepared later, after the snapshot is closed, and cached.
 * @throws Problem `prompt_not_found` or `version_not_found`
 */
export type Contents = (
  snapshot: ReadSnapshot,
  prompt: PromptName,
  version: VersionNumber,
) => Promise<Prepare>;

/** @param prepare runs `prepareContent` on behalf of a key */
export function keptContents(
  prepare: (version: StoredVersion, key: string) => Promise<PreparedContent>,
): Contents {
  const kept = new LRUCache<string, DeliveredContent>({
    maxSize: KEPT,
    maxEntrySize: KEPT / 4,
    sizeCalculation: content => Math.min(retainedBytes(content), Number.MAX_SAFE_INTEGER),
  });
  /** Preparations in progress, shared by concurrent requests. */
  const preparing = new Map<string, Promise<DeliveredContent>>();

  async function prepared(stored: StoredVersion, key: string): Promise<DeliveredContent> {
    const { source, digest, publishedAt, origin } = stored;
    const content = { source, digest, publishedAt, origin, ...(await prepare(stored, key)) };
    kept.set(stored.reference, content);
    return content;
  }

  return async (snapshot, prompt, version) => {
    const reference = versionReference(prompt, version);
    const known = kept.get(reference);
    if (known !== undefined) return async () => known;
    const stored = await readStored(snapshot, prompt, version);
    return key => {
      const begun = preparing.get(reference) ?? prepared(stored, key);
      preparing.set(reference, begun);
      return begun.finally(() => preparing.delete(reference));
    };
  };
}

/** Builds the delivered form of a version from the store. @throws Problem `invalid_source` */
export async function prepareContent({
  reference,
  source,
  partials,
}: Pick<StoredVersion, 'reference' | 'source' | 'partials'>): Promise<PreparedContent> {
  const linked = linkStored(partials, new Map());
  const kind = kindOf(reference);
  const { template } = parsePublished(source, kind);
  return {
    partials: linked,
    template: flatten({ template, partials: linked }),
    metadata: await readMetadata(source, reference, { kind, isPublished: true }),
  };
}

/** @param reference such as `support/triage@3` */
function kindOf(reference: string): SourceKind {
  return sourceKindOf(parseVersionReference(reference).prompt);
}

function linkStored(
  stored: StoredPartials,
  done: Map<string, LinkedPartial>,
): ReadonlyMap<string, LinkedPartial> {
  return new Map(
    [...stored].map(([reference, partial]) => [reference, linkPartial(reference, partial, done)]),
  );
}

/** Callers who may render a prompt need not know the versions of its partials: problems name a partial as written. */
function linkPartial(
  reference: string,
  { id, source, partials }: StoredPartial,
  done: Map<string, LinkedPartial>,
): LinkedPartial {
  const label = `{{> ${reference}}}`;
  const known = done.get(`${label} ${id}`);
  if (known !== undefined) return known;
  const { template, templateOffset } = parsePublished(source, kindOf(id));
  const linked = linkStored(partials, done);
  const partial = { id, label, template, templateOffset, source, partials: linked };
  done.set(`${label} ${id}`, partial);
  return partial;
}

async function readStored(
  snapshot: ReadSnapshot,
  prompt: PromptName,
  version: VersionNumber,
): Promise<StoredVersion> {
  const { source, digest, publishedAt, origin, partials } = await readVersion(snapshot, prompt, version);
  const reference = versionReference(prompt, version);
  checkDigest(reference, source, digest);
  return {
    reference,
    source,
    digest,
    publishedAt,
    origin,
    partials: await readPartials(snapshot, partials as RecordedPartials, new Map()),
  };
}

/** The recorded partials and their own partials, each read only once. */
async function readPartials(
  snapshot: ReadSnapshot,
  recorded: RecordedPartials,
  read: Map<string, StoredPartial>,
): Promise<StoredPartials> {
  const partials = new Map<string, StoredPartial>();
  for (const [reference, { prompt, version }] of Object.entries(recorded)) {
    const id = versionReference(prompt, version);
    const partial = read.get(id) ?? (await readPartial(snapshot, id, prompt, version, read));
    read.set(id, partial);
    partials.set(reference, partial);
  }
  return partials;
}

async function readPartial(
  snapshot: ReadSnapshot,
  id: string,
  prompt: PromptName,
  version: VersionNumber,
  read: Map<string, StoredPartial>,
): Promise<StoredPartial> {
  // A data folder answers in the same turn of the event loop, so let other requests run in between.
  await setImmediate();
  const row = await readVersion(snapshot, prompt, version);
  checkDigest(id, row.source, row.digest);
  const partials = await readPartials(snapshot, row.partials as RecordedPartials, read);
  return { id, source: row.source, partials };
}

/** Refuses to deliver a source that was changed in the database. @throws DataFolderProblem `chain_broken` */
export function checkDigest(reference: string, source: string, digest: Digest): void {
  if (digestOf(source) !== digest)
    throw broken(`The stored source of ${reference} does not have the digest it was published with.`);
}
