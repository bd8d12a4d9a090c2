/** What a version delivers: its template with the recorded partials in place. It never changes, so it is kept. */
import type { Digest } from '../../core/digest.ts';
import { digestOf } from '../../core/digest.ts';
import { flatten, type LinkedPartial } from '../../core/flatten.ts';
import type { PromptName } from '../../core/name.ts';
import { type PromptMetadata, readMetadata } from '../../core/render.ts';
import { parsePublished, sourceKindOf } from '../../core/source.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import type { RecordedPartials } from '../prompts/link-newest.ts';
import { readVersion } from '../prompts/version-rows.ts';
import type { Snapshot } from '../store/store.ts';
import { boundedCache } from './bounded-cache.ts';

export interface Content {
  readonly source: string;
  readonly digest: Digest;
  readonly publishedAt: string;
  /** By the reference as written. */
  readonly partials: ReadonlyMap<string, LinkedPartial>;
  /** Front matter taken off, partials resolved, variables as they stand. */
  readonly template: string;
  readonly metadata: PromptMetadata;
}

/** 64 Mi characters of sources and templates. */
const KEPT = 64 * 1024 * 1024;

export type Contents = (snapshot: Snapshot, prompt: PromptName, version: VersionNumber) => Promise<Content>;

/** Reads contents, keeping those read last. Each call throws Problem `prompt_not_found` or `version_not_found`. */
export function keptContents(): Contents {
  const kept = boundedCache<string, Content>(KEPT, ({ source, template }) => source.length + template.length);
  return async (snapshot, prompt, version) => {
    const reference = versionReference(prompt, version);
    const known = kept.get(reference);
    if (known !== undefined) return known;
    const content = await readContent(snapshot, prompt, version);
    kept.set(reference, content);
    return content;
  };
}

async function readContent(snapshot: Snapshot, prompt: PromptName, version: VersionNumber): Promise<Content> {
  const row = await readVersion(snapshot, prompt, version);
  const reference = versionReference(prompt, version);
  checkDigest(reference, row.source, row.digest);
  const kind = sourceKindOf(prompt);
  const { template } = parsePublished(row.source, kind);
  const partials = await linkRecorded(snapshot, row.partials as RecordedPartials);
  return {
    source: row.source,
    digest: row.digest,
    publishedAt: row.publishedAt,
    partials,
    template: flatten({ template, partials }),
    metadata: await readMetadata(row.source, reference, { kind, isPublished: true }),
  };
}

/**
 * The partials that publishing recorded, and theirs, each read once however often it is used.
 * @throws Error when a stored source does not have the digest it was published with
 */
export async function linkRecorded(
  snapshot: Snapshot,
  recorded: RecordedPartials,
  read: Map<string, Promise<LinkedPartial>> = new Map(),
): Promise<ReadonlyMap<string, LinkedPartial>> {
  const linked = new Map<string, LinkedPartial>();
  for (const [reference, { prompt, version }] of Object.entries(recorded)) {
    const id = versionReference(prompt, version);
    const partial = read.get(id) ?? readPartial(id, prompt, version);
    read.set(id, partial);
    linked.set(reference, await partial);
  }
  return linked;

  async function readPartial(id: string, prompt: PromptName, version: VersionNumber): Promise<LinkedPartial> {
    const row = await readVersion(snapshot, prompt, version);
    checkDigest(id, row.source, row.digest);
    const partials = await linkRecorded(snapshot, row.partials as RecordedPartials, read);
    const { template, templateOffset } = parsePublished(row.source, sourceKindOf(prompt));
    return { id, template, templateOffset, source: row.source, partials };
  }
}

/** A source that was changed in the database is not delivered. */
function checkDigest(reference: string, source: string, digest: Digest): void {
  if (digestOf(source) !== digest)
    throw new Error(`The stored source of ${reference} does not have the digest it was published with.`);
}
