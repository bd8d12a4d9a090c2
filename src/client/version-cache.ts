/** The client's cache of versions, which never change: sources by digest, and the description of each version. */
import type { Version, VersionSummary } from '../contract/prompts.ts';
import type { Digest } from '../core/digest.ts';
import type { PromptName } from '../core/name.ts';
import type { VersionReference } from '../core/version.ts';

/** No method rejects: a cache that cannot be read or written is treated as empty. */
export interface VersionCache {
  /** Returns a source; undefined if it is not cached, or if the cached source no longer has that digest. */
  getSource(digest: Digest): Promise<string | undefined>;
  /** The version as the registry at `registryUrl` last returned it. */
  getVersion(registryUrl: string, reference: VersionReference): Promise<Version | undefined>;
  putVersion(registryUrl: string, version: Version): Promise<void>;
  /** The cached history of a prompt, newest first; empty if there is none. */
  getHistory(registryUrl: string, prompt: PromptName): Promise<readonly VersionSummary[]>;
  /** Adds a page to a prompt's cached history. @param isNewest true for the first page */
  putHistory(
    registryUrl: string,
    prompt: PromptName,
    page: readonly VersionSummary[],
    isNewest: boolean,
  ): Promise<void>;
}
