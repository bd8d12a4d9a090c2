/** What a client keeps of versions, which never change: sources by their digest, and what each version says of itself. */
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
  /** What is kept of a prompt's history, newest first; empty when nothing is. */
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
