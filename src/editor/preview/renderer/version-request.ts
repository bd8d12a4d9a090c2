/**
 * Reads a published version and its recorded partials. They are rendered here instead of by the registry, so that
 * versions look like files: with marks, within limits, even if an input is missing, and from the cache while the
 * registry is unreachable.
 */
import type { Version } from '../../../contract/prompts.ts';
import type { PromptName } from '../../../core/name.ts';
import { linkRecorded } from '../../../core/recorded-partials.ts';
import { sourceKindOf } from '../../../core/source.ts';
import { type VersionNumber, versionReference } from '../../../core/version.ts';
import type { PreviewRequest } from './outcome.ts';

export type VersionContent = Pick<Version, 'prompt' | 'version' | 'source' | 'partials'>;
type ReadVersion = (prompt: PromptName, version: VersionNumber) => Promise<VersionContent>;

/** @param read reads a version, such as `RegistryClient.getVersion`; its errors are passed on */
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
