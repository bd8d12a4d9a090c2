/** What a client keeps of versions, which never change: sources by their digest, and what each version says of itself. */
import type { Version } from '../contract/prompts.ts';
import type { Digest } from '../core/digest.ts';
import type { VersionReference } from '../core/version.ts';

export interface VersionCache {
  /** Undefined when it is not kept, or what is kept does not have that digest any more. */
  getSource(digest: Digest): Promise<string | undefined>;
  /** The version as the registry at `registryUrl` gave it last. */
  getVersion(registryUrl: string, reference: VersionReference): Promise<Version | undefined>;
  /** Never throws: a cache that cannot be written is one that keeps nothing. */
  putVersion(registryUrl: string, version: Version): Promise<void>;
}
