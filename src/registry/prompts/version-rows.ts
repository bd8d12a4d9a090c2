/** Converts rows to versions and prompts as in the API. */
import type { Version, VersionSummary } from '../../contract/prompts.ts';
import { canonicalJson } from '../../core/canonical.ts';
import type { RegistryEvent } from '../../core/event.ts';
import { didYouMean } from '../../core/missing-partial.ts';
import type { PromptName } from '../../core/name.ts';
import { namedAsFile } from '../../core/named-as-file.ts';
import type { VersionOrigin } from '../../core/origin.ts';
import { Problem } from '../../core/problem.ts';
import { type VersionNumber, versionReference } from '../../core/version.ts';
import { dataOf, EVENT_BESIDE, eventBeside } from '../store/authentic.ts';
import { broken } from '../store/broken.ts';
import { originText } from '../store/origin-text.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { ReadSnapshot } from '../store/store.ts';
import type { PromptsTable, VersionsTable } from '../store/tables.ts';
import type { RecordedPartials } from './link-newest.ts';
import { similarPrompts } from './similar-names.ts';

/** All columns but the source, which may be large. */
export const SUMMARY_COLUMNS = [
  'prompt',
  'version',
  'digest',
  'base',
  'message',
  'author',
  'published_at',
  'bytes',
  'partials',
  'origin',
] as const satisfies readonly (keyof VersionsTable)[];

const VERSION_COLUMNS = [...SUMMARY_COLUMNS, 'source'].map(
  column => `versions.${column}` as `versions.${(typeof SUMMARY_COLUMNS)[number] | 'source'}`,
);

type SummaryRow = Pick<VersionsTable, (typeof SUMMARY_COLUMNS)[number]>;

export function versionSummary(row: SummaryRow): VersionSummary {
  return {
    prompt: row.prompt,
    version: row.version,
    digest: row.digest,
    base: row.base,
    message: row.message,
    author: row.author,
    publishedAt: row.published_at,
    bytes: row.bytes,
    partials: JSON.parse(row.partials) as VersionSummary['partials'],
    ...(row.origin !== null && { origin: JSON.parse(row.origin) as VersionOrigin }),
  };
}

export function wholeVersion(row: SummaryRow & Pick<VersionsTable, 'source'>): Version {
  return { ...versionSummary(row), source: row.source };
}

/** @throws Problem `prompt_not_found`, with suggestions: for callers who may list prompts */
export async function readPrompt(snapshot: ReadSnapshot, name: PromptName): Promise<PromptsTable> {
  const row = await findPrompt(snapshot, name);
  if (row !== undefined) return row;
  const [existing] = await similarPrompts(snapshot, [name], name, { archived: true });
  throw promptNotFound(name, existing);
}

export async function findPrompt(
  snapshot: ReadSnapshot,
  name: PromptName,
): Promise<PromptsTable | undefined> {
  const [row] = await selectPrompt(snapshot, { name });
  if (row === undefined) return undefined;
  const { last, ...prompt } = row;
  if (last !== prompt.newest)
    throw broken(
      `The table prompts says that version ${prompt.newest} of "${name}" is the newest, not ${last}.`,
    );
  return prompt;
}

const selectPrompt = preparedQuery((database, { name }: { readonly name: PromptName }) =>
  database
    .selectFrom('prompts')
    // Named, because such statements are read faster (columns.ts).
    .select(['name', 'newest', 'archived'])
    .select(eb =>
      eb
        .selectFrom('versions')
        .select(({ fn }) => fn.max('version').as('last'))
        .whereRef('versions.prompt', '=', 'prompts.name')
        .as('last'),
    )
    .where('name', '=', name),
);

export function promptNotFound(name: PromptName, existing?: PromptName): Problem {
  if (existing === undefined)
    return new Problem(
      'prompt_not_found',
      `There is no prompt "${name}".${namedAsFile(name) || ' Check the name, or publish it first.'}`,
    );
  return new Problem('prompt_not_found', `There is no prompt "${name}".${didYouMean(name, existing)}`, {
    existing,
  });
}

/**
 * @throws Problem `prompt_not_found`, `version_not_found`; DataFolderProblem `chain_broken` if no event published it in
 * this form
 */
export async function readVersion(
  snapshot: ReadSnapshot,
  name: PromptName,
  version: VersionNumber,
): Promise<Version> {
  const [row] = await selectVersion(snapshot, { name, version });
  if (row !== undefined) {
    checkPublished(row, eventBeside(snapshot, row));
    return wholeVersion(row);
  }
  throw versionNotFound(await readPrompt(snapshot, name), version);
}

const selectVersion = preparedQuery(
  (database, given: { readonly name: PromptName; readonly version: VersionNumber }) =>
    database
      .selectFrom('versions')
      .leftJoin('events', 'events.seq', 'versions.seq')
      .select(VERSION_COLUMNS)
      .select(EVENT_BESIDE)
      .where('versions.prompt', '=', given.name)
      .where('versions.version', '=', given.version),
);

function samePartials(stored: string, published: RecordedPartials): boolean {
  const isNone = stored === '{}' && Object.keys(published).length === 0;
  return isNone || canonicalJson(published) === canonicalJson(JSON.parse(stored));
}

/** @throws DataFolderProblem `chain_broken` */
function checkPublished(row: SummaryRow, event: RegistryEvent | undefined): void {
  const published = dataOf(event, 'version.published');
  const isPublished =
    event?.prompt === row.prompt &&
    event.version === row.version &&
    event.actor === row.author &&
    event.at === row.published_at &&
    published?.digest === row.digest &&
    samePartials(row.partials, published.partials) &&
    row.origin === originText(published.origin);
  if (!isPublished)
    throw broken(
      `The version ${versionReference(row.prompt, row.version)} is not one that an event published.`,
    );
}

export function versionNotFound({ name, newest }: PromptsTable, version: number): Problem {
  return new Problem(
    'version_not_found',
    `There is no version ${version} of "${name}". Its newest is ${newest}.`,
  );
}
