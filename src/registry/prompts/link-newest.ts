/** The partials of a source about to be published: each reference becomes the newest version of a prompt, for ever. */
import type { EventData } from '../../core/event.ts';
import type { LinkedPartial } from '../../core/flatten.ts';
import { linkPartials, type SimilarPartials } from '../../core/link.ts';
import { type PromptName, partialCandidates } from '../../core/name.ts';
import { parseSource, sourceKindOf } from '../../core/source.ts';
import { checkNoIssues, partialUses, sourceIssues } from '../../core/template.ts';
import { parseVersionReference, versionReference } from '../../core/version.ts';
import type { Snapshot } from '../store/store.ts';
import { similarPrompts } from './similar-names.ts';

export type RecordedPartials = EventData['version.published']['partials'];

/**
 * Which version each partial of `source` means now. Archived prompts are not found, but where a partial that
 * was published before uses one, it still does.
 * @throws Problem `invalid_source` with the place of what is wrong in the source, or of a partial that is not there
 */
export async function linkToNewest(
  snapshot: Snapshot,
  name: PromptName,
  source: string,
): Promise<RecordedPartials> {
  const parsed = parseSource(source, sourceKindOf(name));
  checkNoIssues(sourceIssues(source, parsed), name);
  const direct = new Set(partialUses(parsed.template).flatMap(use => partialCandidates(name, use.reference)));
  const find = async (candidate: PromptName) => {
    const row = await snapshot
      .selectFrom('prompts')
      .innerJoin('versions', join =>
        join.onRef('versions.prompt', '=', 'prompts.name').onRef('versions.version', '=', 'prompts.newest'),
      )
      .select(['prompts.archived', 'versions.version', 'versions.source'])
      .where('prompts.name', '=', candidate)
      .executeTakeFirst();
    if (row === undefined || (row.archived === 1 && direct.has(candidate))) return undefined;
    return { name: candidate, source: row.source, id: versionReference(candidate, row.version) };
  };
  // Whoever publishes may list every prompt, so each may be named.
  const similar: SimilarPartials = (candidates, reference) =>
    similarPrompts(snapshot, candidates, reference, { archived: false });
  const linked = await linkPartials(name, source, find, name, similar);
  return recorded(linked);
}

function recorded(linked: ReadonlyMap<string, LinkedPartial>): RecordedPartials {
  const references = [...linked].sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(references.map(([reference, { id }]) => [reference, parseVersionReference(id)]));
}
