/** A prompt's versions, newest first. */
import type { VersionSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { readPrompt, SUMMARY_COLUMNS, versionSummary } from './version-rows.ts';

/** The versions before `before`. @throws Problem `prompt_not_found` */
export async function listVersions(
  snapshot: ReadSnapshot,
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
