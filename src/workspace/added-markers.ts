/** Markers of a merge conflict that an edit has added to a prompt. */
import type { RegistryClient } from '../client/registry-client.ts';
import { addsConflictMarkers, hasConflictMarkers } from '../core/conflict-markers.ts';
import type { PromptName } from '../core/name.ts';
import type { VersionNumber } from '../core/version.ts';

/**
 * Returns true if a text has markers that the version it is based on does not have. Fetches that version only if the
 * text has markers.
 * @param base undefined for a new prompt
 */
export async function addsMarkers(
  client: Pick<RegistryClient, 'getVersion'>,
  name: PromptName,
  base: VersionNumber | undefined,
  text: string,
): Promise<boolean> {
  if (!hasConflictMarkers(text)) return false;
  return base === undefined || addsConflictMarkers((await client.getVersion(name, base)).source, text);
}

/** The refusal of such a file. @param file as in messages */
export function withMarkers(file: string): string {
  return `${file} has the markers of a merge conflict (<<<<<<<, =======, >>>>>>>). Merge both sides and remove the markers, or indent them if they are part of the prompt.`;
}
