/** The changes of a promotion and their authors, if authors may not approve; read in the deciding transaction. */
import type { ChangedVersion, Ingredients, VersionRange } from '../../core/change-authors.ts';
import { changedRanges } from '../../core/change-authors.ts';
import type { Policy } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import type { PromotionRecord } from '../../core/promotion.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import type { RecordedPartials } from '../prompts/link-newest.ts';
import type { ReadSnapshot } from '../store/store.ts';

export type VersionStep = Pick<PromotionRecord, 'prompt' | 'version' | 'from'>;

/** The versions between the live and the requested one, of the prompt and its partials. */
export async function readChanged(snapshot: ReadSnapshot, move: VersionStep): Promise<VersionRange[]> {
  const { prompt, version, from } = move;
  const before: Ingredients = from === null ? new Map() : await readIngredients(snapshot, prompt, from);
  return changedRanges(before, await readIngredients(snapshot, prompt, version));
}

/** The first version of each author in each of the prompts; none if authors may approve. */
export async function readBarred(
  snapshot: ReadSnapshot,
  policy: Policy,
  changed: readonly VersionRange[],
): Promise<ChangedVersion[]> {
  if (policy.authorsMayApprove) return [];
  const versions: ChangedVersion[] = [];
  for (const range of changed) versions.push(...(await readAuthors(snapshot, range)));
  return versions;
}

/** A version with its recorded partials and their own partials, each read only once. */
async function readIngredients(
  snapshot: ReadSnapshot,
  prompt: PromptName,
  version: VersionNumber,
): Promise<Ingredients> {
  const found = new Map<PromptName, Set<VersionNumber>>();
  const read = new Set<string>();
  const left = [{ prompt, version }];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const reference = versionReference(next.prompt, next.version);
    if (read.has(reference)) continue;
    read.add(reference);
    const versions = found.get(next.prompt) ?? new Set();
    found.set(next.prompt, versions.add(next.version));
    const { partials } = await snapshot
      .selectFrom('versions')
      .select('partials')
      .where('prompt', '=', next.prompt)
      .where('version', '=', next.version)
      .executeTakeFirstOrThrow();
    left.push(...Object.values(JSON.parse(partials) as RecordedPartials));
  }
  return found;
}

async function readAuthors(
  snapshot: ReadSnapshot,
  { prompt, first, last }: VersionRange,
): Promise<ChangedVersion[]> {
  const rows = await snapshot
    .selectFrom('versions')
    .select(({ fn }) => ['author', fn.min('version').as('version')])
    .where('prompt', '=', prompt)
    .where('version', '>=', first as VersionNumber)
    .where('version', '<=', last as VersionNumber)
    .groupBy('author')
    .orderBy('version')
    .execute();
  return rows.map(({ author, version }) => ({ author, prompt, version: Number(version) as VersionNumber }));
}
