/**
 * Caches fetched versions in memory and in a folder on disk, so that they are fetched once and can be read offline.
 * Sources are stored by digest and checked against it on every read; a file that does not match is dropped.
 */
import { join } from 'node:path';
import * as z from 'zod';
import { type Version, type VersionSummary, versionSummary } from '../contract/prompts.ts';
import { type Digest, digestOf, isDigest } from '../core/digest.ts';
import type { PromptName } from '../core/name.ts';
import { MAX_SOURCE_BYTES } from '../core/source.ts';
import { parseVersionReference, type VersionReference, versionReference } from '../core/version.ts';
import type { CacheFolder } from './cache-folder.ts';
import { registryFile, registryFolder } from './registry-files.ts';
import type { VersionCache } from './version-cache.ts';

/**
 * The limit of sources in memory, in UTF-16 code units: enough for recent views. After pulling everything, most are not
 * requested again.
 */
const MAX_MEMORY = 4 * 1024 * 1024;
/** The number of versions to keep of a prompt's history; older ones are read by number. */
const MAX_HISTORY = 500;
/** The limit of a history's file, in bytes. */
const MAX_HISTORY_BYTES = 4 * 1024 * 1024;

const history = z.array(versionSummary);

export class DiskVersionCache implements VersionCache {
  readonly #folder: CacheFolder;
  /** The least recently used first. */
  readonly #sources = new Map<Digest, string>();
  #inMemory = 0;

  constructor(folder: CacheFolder) {
    this.#folder = folder;
  }

  async getSource(digest: Digest): Promise<string | undefined> {
    const source = this.#sources.get(digest) ?? (await this.#readSource(digest));
    if (source !== undefined) this.#remember(digest, source);
    return source;
  }

  async getVersion(registryUrl: string, reference: VersionReference): Promise<Version | undefined> {
    const summary =
      (await this.#readSummary(versionFile(registryUrl, reference), reference)) ??
      (await this.#listedSummary(registryUrl, reference));
    const source = summary && (await this.getSource(summary.digest));
    return summary && source !== undefined ? { ...summary, source } : undefined;
  }

  async putVersion(registryUrl: string, version: Version): Promise<void> {
    const { source, ...summary } = version;
    const file = sourceFile(version.digest);
    // Cached files may have been deleted from the disk since.
    if (!(this.#sources.has(version.digest) && (await this.#folder.touch(file))))
      await this.#folder.write(file, source);
    this.#remember(version.digest, source);
    const reference = versionReference(version.prompt, version.version);
    await this.#folder.write(versionFile(registryUrl, reference), JSON.stringify(summary));
  }

  async getHistory(registryUrl: string, prompt: PromptName): Promise<readonly VersionSummary[]> {
    const file = registryFile(registryUrl, 'histories', prompt);
    const bytes = await this.#folder.read(file, MAX_HISTORY_BYTES);
    if (bytes === undefined) return [];
    const kept = parsed(history, bytes);
    if (kept?.every(each => each.prompt === prompt)) return kept;
    await this.#folder.drop(file, 'is not the history it should be');
    return [];
  }

  async putHistory(
    registryUrl: string,
    prompt: PromptName,
    page: readonly VersionSummary[],
    isNewest: boolean,
  ): Promise<void> {
    const before = await this.getHistory(registryUrl, prompt);
    const after = joined(before, page, isNewest);
    const text = JSON.stringify(after);
    if (text === JSON.stringify(before) || Buffer.byteLength(text) > MAX_HISTORY_BYTES) return;
    await this.#folder.write(registryFile(registryUrl, 'histories', prompt), text);
  }

  /** Every cached version of a registry, in no order; this does not count as a use. */
  async *versions(registryUrl: string): AsyncGenerator<VersionSummary, void, undefined> {
    for (const file of await this.#folder.files(join(registryFolder(registryUrl), 'versions'))) {
      const summary = await this.#readSummary(file, undefined, false);
      if (summary !== undefined) yield summary;
    }
  }

  /** Like `getSource`, but does not count as a use and keeps nothing in memory, for reading many sources. */
  async peekSource(digest: Digest): Promise<string | undefined> {
    return this.#sources.get(digest) ?? this.#readSource(digest, false);
  }

  async #readSource(digest: Digest, isUse = true): Promise<string | undefined> {
    if (!isDigest(digest)) return undefined;
    const file = sourceFile(digest);
    const bytes = await this.#folder.read(file, MAX_SOURCE_BYTES, isUse);
    if (bytes === undefined) return undefined;
    if (digestOf(bytes) !== digest) {
      await this.#folder.drop(file, 'does not have its digest');
      return undefined;
    }
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  }

  /** @param reference the version that the file must describe; undefined for any */
  async #readSummary(
    file: string,
    reference: VersionReference | undefined,
    isUse = true,
  ): Promise<VersionSummary | undefined> {
    const bytes = await this.#folder.read(file, MAX_SOURCE_BYTES, isUse);
    if (bytes === undefined) return undefined;
    const summary = parsed(versionSummary, bytes);
    const isIt = summary && (reference ?? versionReference(summary.prompt, summary.version));
    if (summary !== undefined && isIt === versionReference(summary.prompt, summary.version)) return summary;
    await this.#folder.drop(file, 'is not the version it should be');
    return undefined;
  }

  /** Finds a version in the cached history. Its text may have been cached with another version. */
  async #listedSummary(
    registryUrl: string,
    reference: VersionReference,
  ): Promise<VersionSummary | undefined> {
    const { prompt, version } = parseVersionReference(reference);
    const listed = await this.getHistory(registryUrl, prompt);
    return listed.find(each => each.version === version);
  }

  #remember(digest: Digest, source: string): void {
    if (this.#sources.delete(digest)) this.#inMemory -= source.length;
    this.#sources.set(digest, source);
    this.#inMemory += source.length;
    for (const [oldest, text] of this.#sources) {
      if (this.#inMemory <= MAX_MEMORY) break;
      this.#sources.delete(oldest);
      this.#inMemory -= text.length;
    }
  }
}

function sourceFile(digest: Digest): string {
  const hex = digest.slice('sha256:'.length);
  return join('sources', hex.slice(0, 2), hex.slice(2));
}

function versionFile(registryUrl: string, reference: VersionReference): string {
  return registryFile(registryUrl, 'versions', reference);
}

/**
 * Adds a page to a history. Versions never change, so if one differs, the registry is another one, and the old entries
 * are dropped.
 */
function joined(
  before: readonly VersionSummary[],
  page: readonly VersionSummary[],
  isNewest: boolean,
): VersionSummary[] {
  const versions = new Map(before.map(each => [each.version, each]));
  const isOther = page.some(({ version, digest }) => (versions.get(version)?.digest ?? digest) !== digest);
  if (isOther) versions.clear();
  const newest = page[0]?.version ?? 0;
  if (isNewest) for (const version of versions.keys()) if (version > newest) versions.delete(version);
  for (const each of page) versions.set(each.version, each);
  return [...versions.values()].sort((one, other) => other.version - one.version).slice(0, MAX_HISTORY);
}

function parsed<Schema extends z.ZodType>(schema: Schema, bytes: Uint8Array): z.output<Schema> | undefined {
  try {
    return schema.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data;
  } catch {
    return undefined; // not JSON: the caller reports and drops it
  }
}
