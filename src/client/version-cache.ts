/** The client's cache of versions, which never change: sources by digest, and the description of each version. */
import type { Version, VersionSummary } from '../contract/prompts.ts';
import type { Digest } from '../core/digest.ts';
import type { PromptName } from '../core/name.ts';
import type { VersionReference } from '../core/version.ts';

/** Nothing here rejects: a cache that cannot be written is one that keeps nothing. */
export interface VersionCache {
  /** Undefined when it is not kept, or what is kept does not have that digest any more. */
  getSource(digest: Digest): Promise<string | undefined>;
  /** The version as the registry at `registryUrl` gave it last. */
  getVersion(registryUrl: string, reference: VersionReference): Promise<Version | undefined>;
  putVersion(registryUrl: string, version: Version): Promise<void>;
  /** The cached history of a prompt, newest first; empty if there is none. */
  getHistory(registryUrl: string, prompt: PromptName): Promise<readonly VersionSummary[]>;
  /**
   * Keeps a page of a prompt's history with those before.
   * @param isNewest whether it is the first page, before which there is none
   */
  putHistory(
    registryUrl: string,
    prompt: PromptName,
    page: readonly VersionSummary[],
    isNewest: boolean,
  ): Promise<void>;
}
