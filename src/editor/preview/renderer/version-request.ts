/**
 * What a published version renders from: its source, and of each partial the version that publishing recorded. It is
 * rendered here and not by the registry, so that a version and a file that is being written are shown alike: marked,
 * within limits, also where an input is missing, and from the cache where the registry is away.
 */
import type { Version } from '../../../contract/prompts.ts';
import type { PromptName } from '../../../core/name.ts';
import { linkRecorded } from '../../../core/recorded-partials.ts';
import { sourceKindOf } from '../../../core/source.ts';
import { type VersionNumber, versionReference } from '../../../core/version.ts';
import type { PreviewRequest } from './outcome.ts';

export type VersionContent = Pick<Version, 'prompt' | 'version' | 'source' | 'partials'>;
type ReadVersion = (prompt: PromptName, version: VersionNumber) => Promise<VersionContent>;

/** @param read a version's content, such as `RegistryClient.getVersion`; what it throws is thrown */
export async function versionRequest(
  of: VersionContent,
  read: ReadVersion,
): Promise<Pick<PreviewRequest, 'source' | 'kind' | 'isPublished' | 'partials' | 'label'>> {
  const label = versionReference(of.prompt, of.version);
  return {
    source: of.source,
    kind: sourceKindOf(of.prompt as PromptName),
    isPublished: true,
    label,
    partials: await linkRecorded(of.partials, read),
  };
}
