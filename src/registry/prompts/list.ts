/** Lists prompts with their newest versions, pointers, and outdated partials. */
import type { Pointer, PromptSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { readPrompt, SUMMARY_COLUMNS, versionSummary } from './version-rows.ts';

export interface PromptListing {
  readonly prefix: string;
  readonly archived: boolean;
  /** Only names after this one. */
  readonly after: string;
  readonly limit: number;
}

/** Prompts by name, in byte order. */
export async function listPrompts(
  snapshot: ReadSnapshot,
  { prefix, archived, after, limit }: PromptListing,
): Promise<PromptSummary[]> {
  let query = snapshot
    .selectFrom('prompts')
    .select('name')
    .where('name', '>', after as PromptName)
    .where('name', '>=', prefix as PromptName)
    .orderBy('name')
    .limit(limit);
  // U+10FFFF sorts after every character a name can hold.
  if (prefix !== '') query = query.where('name', '<', `${prefix}\u{10ffff}` as PromptName);
  if (!archived) query = query.where('archived', '=', 0);
  const names = (await query.execute()).map(row => row.name);
  return summaries(snapshot, names);
}

/** @throws Problem `prompt_not_found` */
export async function promptSummary(snapshot: ReadSnapshot, name: PromptName): Promise<PromptSummary> {
  await readPrompt(snapshot, name);
  const [summary] = await summaries(snapshot, [name]);
  return summary as PromptSummary;
}

async function summaries(snapshot: ReadSnapshot, names: readonly PromptName[]): Promise<PromptSummary[]> {
  if (names.length === 0) return [];
  const rows = await snapshot
    .selectFrom('prompts')
    .innerJoin('versions', join =>
      join.onRef('versions.prompt', '=', 'prompts.name').onRef('versions.version', '=', 'prompts.newest'),
    )
    .select(['archived', ...SUMMARY_COLUMNS])
    .where('name', 'in', names)
    .orderBy('name')
    .execute();
  const newest = rows.map(row => ({ archived: row.archived === 1, newest: versionSummary(row) }));
  const pointers = await pointersOf(snapshot, names);
  const partials = new Set(
    newest.flatMap(row => Object.values(row.newest.partials).map(used => used.prompt)),
  );
  const newestPartials = await newestOf(snapshot, [...partials]);
  return newest.map(row => ({
    name: row.newest.prompt,
    ...row,
    pointers: pointers.get(row.newest.prompt) ?? [],
    outdatedPartials: outdated(row.newest.partials, newestPartials),
  }));
}

async function pointersOf(
  snapshot: ReadSnapshot,
  names: readonly PromptName[],
): Promise<Map<PromptName, Pointer[]>> {
  const rows = await snapshot
    .selectFrom('pointers')
    .innerJoin('environments', 'environments.name', 'pointers.environment')
    .selectAll('pointers')
    .where('prompt', 'in', names)
    .orderBy('position')
    .orderBy('channel')
    .execute();
  const pointers = new Map<PromptName, Pointer[]>();
  for (const row of rows) {
    const pointer: Pointer = {
      environment: row.environment,
      channel: row.channel,
      version: row.version,
      promotedAt: row.promoted_at,
      promotedBy: row.promoted_by,
      promotion: String(row.promotion),
    };
    pointers.set(row.prompt, [...(pointers.get(row.prompt) ?? []), pointer]);
  }
  return pointers;
}

/** The newest versions of partials that are not archived, because archived ones are not offered. */
async function newestOf(
  snapshot: ReadSnapshot,
  names: readonly PromptName[],
): Promise<Map<PromptName, VersionNumber>> {
  if (names.length === 0) return new Map();
  const rows = await snapshot
    .selectFrom('prompts')
    .select(['name', 'newest'])
    .where('name', 'in', names)
    .where('archived', '=', 0)
    .execute();
  return new Map(rows.map(row => [row.name, row.newest]));
}

function outdated(
  partials: PromptSummary['newest']['partials'],
  newest: ReadonlyMap<PromptName, VersionNumber>,
): PromptSummary['outdatedPartials'] {
  const found = new Map<PromptName, PromptSummary['outdatedPartials'][number]>();
  for (const { prompt, version } of Object.values(partials)) {
    const present = newest.get(prompt);
    if (present !== undefined && present > version)
      found.set(prompt, { prompt, used: version, newest: present });
  }
  return [...found.values()];
}
