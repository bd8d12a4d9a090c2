/**
 * Versions once fetched, in memory and in a folder on disk, so that they can be read offline and are fetched once.
 * Sources lie under their digest and are checked against it on every read: a file that does not fit is dropped.
 */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import type * as z from 'zod';
import { type Version, versionSummary } from '../contract/prompts.ts';
import { type Digest, digestOf, isDigest } from '../core/digest.ts';
import { MAX_SOURCE_BYTES } from '../core/source.ts';
import { type VersionReference, versionReference } from '../core/version.ts';
import { makeFolder } from '../disk/make-folder.ts';
import type { VersionCache } from './version-cache.ts';

/** In UTF-16 code units, of the sources in memory. */
const MAX_MEMORY = 16 * 1024 * 1024;

export class DiskVersionCache implements VersionCache {
  readonly #folder: string;
  /** In the order of their last use. */
  readonly #sources = new Map<Digest, string>();
  #inMemory = 0;
  readonly #onTrouble: (message: string) => void;

  /** `folder` is made when first written to. `onTrouble` is told of what could not be read or written, for a log. */
  constructor(folder: string, onTrouble: (message: string) => void = () => {}) {
    this.#folder = folder;
    this.#onTrouble = onTrouble;
  }

  async getSource(digest: Digest): Promise<string | undefined> {
    const known = this.#sources.get(digest);
    if (known !== undefined) {
      this.#remember(digest, known);
      return known;
    }
    if (!isDigest(digest)) return undefined;
    const file = this.#sourceFile(digest);
    const bytes = await this.#read(file);
    if (bytes === undefined) return undefined;
    if (digestOf(bytes) !== digest) {
      await this.#drop(file, 'does not have its digest');
      return undefined;
    }
    const source = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
    this.#remember(digest, source);
    return source;
  }

  async getVersion(registryUrl: string, reference: VersionReference): Promise<Version | undefined> {
    const file = this.#versionFile(registryUrl, reference);
    const bytes = await this.#read(file);
    if (bytes === undefined) return undefined;
    const summary = parseSummary(bytes);
    if (summary === undefined || versionReference(summary.prompt, summary.version) !== reference) {
      await this.#drop(file, 'is not the version it should be');
      return undefined;
    }
    const source = await this.getSource(summary.digest);
    return source === undefined ? undefined : { ...summary, source };
  }

  async putVersion(registryUrl: string, version: Version): Promise<void> {
    const { source, ...summary } = version;
    if (!this.#sources.has(version.digest)) await this.#write(this.#sourceFile(version.digest), source);
    this.#remember(version.digest, source);
    const reference = versionReference(version.prompt, version.version);
    await this.#write(this.#versionFile(registryUrl, reference), JSON.stringify(summary));
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

  #sourceFile(digest: Digest): string {
    const hex = digest.slice('sha256:'.length);
    return join(this.#folder, 'sources', hex.slice(0, 2), hex.slice(2));
  }

  /** By a hash: a URL and a name may hold what a file name cannot. */
  #versionFile(registryUrl: string, reference: VersionReference): string {
    const hex = createHash('sha256').update(`${registryUrl}\n${reference}`).digest('hex');
    return join(this.#folder, 'versions', hex.slice(0, 2), hex.slice(2));
  }

  async #read(file: string): Promise<Uint8Array | undefined> {
    try {
      const bytes = await readFile(file);
      return bytes.byteLength > MAX_SOURCE_BYTES ? undefined : bytes;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') this.#tell(file, 'cannot be read', error);
      return undefined; // what the cache does not have is fetched
    }
  }

  async #write(file: string, text: string): Promise<void> {
    try {
      await makeFolder(dirname(file));
      // Without fsync: what a crash leaves half-written does not have its digest, and is dropped.
      await writeFileAtomic(file, text, { fsync: false, mode: 0o600 });
    } catch (error) {
      this.#tell(file, 'cannot be written', error);
    }
  }

  async #drop(file: string, why: string): Promise<void> {
    this.#onTrouble(`The cached file ${file} ${why}; it is dropped and fetched again.`);
    await rm(file, { force: true }).catch((error: unknown) => this.#tell(file, 'cannot be deleted', error));
  }

  #tell(file: string, what: string, error: unknown): void {
    this.#onTrouble(
      `The cached file ${file} ${what}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function parseSummary(bytes: Uint8Array): z.infer<typeof versionSummary> | undefined {
  try {
    return versionSummary.safeParse(JSON.parse(Buffer.from(bytes).toString('utf8'))).data;
  } catch {
    return undefined; // not JSON: told and dropped by the caller
  }
}
