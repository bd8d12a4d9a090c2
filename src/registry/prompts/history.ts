/** A prompt's versions, newest first, and many versions at once. */
import type { Version, VersionSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import { parseVersionReference } from '../../core/version.ts';
import type { Snapshot } from '../store/store.ts';
import { readPrompt, SUMMARY_COLUMNS, versionSummary, wholeVersion } from './version-rows.ts';

/** Those before the version `before`. @throws Problem `prompt_not_found` */
export async function listVersions(
  snapshot: Snapshot,
  name: PromptName,
  before: number,
  limit: number,
): Promise<VersionSummary[]> {
  await readPrompt(snapshot, name);
  const rows = await snapshot
    .selectFrom('versions')
    .select(SUMMARY_COLUMNS)
    .where('prompt', '=', name)
    .where('version', '<', before as VersionSummary['version'])
    .orderBy('version', 'desc')
    .limit(limit)
    .execute();
  return rows.map(versionSummary);
}

/**
 * The versions of `references` that exist, in their order, and the references of those that do not.
 * @throws Problem `invalid_name`, `invalid_request` for what is no reference
 */
export async function readVersions(
  snapshot: Snapshot,
  references: readonly string[],
): Promise<{ data: Version[]; missing: string[] }> {
  const data: Version[] = [];
  const missing: string[] = [];
  for (const reference of new Set(references)) {
    const { prompt, version } = parseVersionReference(reference);
    const row = await snapshot
      .selectFrom('versions')
      .select([...SUMMARY_COLUMNS, 'source'])
      .where('prompt', '=', prompt)
      .where('version', '=', version)
      .executeTakeFirst();
    if (row === undefined) missing.push(reference);
    else data.push(wholeVersion(row));
  }
  return { data, missing };
}
