/** Publishes a source as the next version of a prompt, with the current versions of its partials. */
import type { CompiledQuery } from 'kysely';
import type { PublishRequest, Version } from '../../contract/prompts.ts';
import { canonicalJson } from '../../core/canonical.ts';
import type { Digest } from '../../core/digest.ts';
import { checkPublishes } from '../../core/environment.ts';
import type { RegistryEvent } from '../../core/event.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Caller } from '../access/caller.ts';
import { environmentsAhead, readEnvironment } from '../environments.ts';
import { appendEvent } from '../store/log.ts';
import { notedIn } from '../store/noted.ts';
import { originText } from '../store/origin-text.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import { promptSubject, type ReadAhead } from '../store/read-ahead.ts';
import type { ReadSnapshot, Store, WriteTransaction } from '../store/store.ts';
import type { PromptsTable, VersionsTable } from '../store/tables.ts';
import { checkArchivedAsRecorded, isArchivingToCheck, lastArchiving } from './archived.ts';
import { isStillNewest, type LinkedSource, type RecordedPartials } from './link-newest.ts';
import { checkBase, checkNotArchived } from './may-publish.ts';
import type { PreparedSource } from './prepare-source.ts';
import { checkNameFree } from './similar-names.ts';
import { SUMMARY_COLUMNS, wholeVersion } from './version-rows.ts';

export interface Published {
  readonly version: Version;
  /** False if the newest version already has the same source and partials. */
  readonly created: boolean;
}

/** A checked source, with its partials linked. */
export interface PublishableSource extends PreparedSource {
  readonly linked?: LinkedSource;
}

/** A partial has a newer version than the one that the source was linked with. */
class PartialsMoved extends Error {}

/** The number of times a source is linked again. */
const MAX_TRIES = 5;

/**
 * Publishes a source that was linked before the transaction, and links it again if a partial was published meanwhile.
 * @throws Problem `unavailable` if that keeps happening; errors of `work`
 */
export async function withPartials<T>(
  link: () => Promise<LinkedSource>,
  prepared: PreparedSource,
  work: (ready: PublishableSource) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    const isLinked = prepared.usesPartials && prepared.flaw === undefined;
    try {
      return await work(isLinked ? { ...prepared, linked: await link() } : prepared);
    } catch (error) {
      if (!(error instanceof PartialsMoved)) throw error;
      if (tries === MAX_TRIES)
        throw new Problem(
          'unavailable',
          'The partials that this prompt uses are being published all the time. Nothing was changed; try again soon.',
        );
    }
  }
}

/** @throws Problem `invalid_source`, PartialsMoved */
async function recordedPartials(
  snapshot: ReadSnapshot,
  { linked }: PublishableSource,
): Promise<RecordedPartials> {
  if (linked === undefined || !(await isStillNewest(snapshot, linked))) throw new PartialsMoved();
  if (linked.flaw !== undefined) throw linked.flaw;
  return linked.recorded;
}

type Request = Pick<PublishRequest, 'message' | 'base' | 'origin'>;

/** The result of publishing: the newest version if it is identical, otherwise the next one. */
type Publication =
  | { readonly unchanged: Version }
  | {
      readonly unchanged: undefined;
      readonly version: VersionNumber;
      readonly partials: RecordedPartials;
      readonly rowAt: (at: string) => Omit<VersionsTable, 'seq'>;
    };

/** All checks of a publication, in order. @throws as `publish` */
async function checkPublication(
  snapshot: ReadSnapshot,
  caller: Caller,
  name: PromptName,
  prepared: PublishableSource,
  { message, base, origin }: Request,
): Promise<Publication> {
  const { source, digest, bytes } = prepared;
  checkPublishes(await readEnvironment(snapshot, caller.environment));
  const newest = await newestVersion(snapshot, name);
  if (newest !== undefined && isArchivingToCheck(newest))
    await checkArchivedAsRecorded(snapshot, name, newest.archived);
  checkNotArchived(name, newest);
  if (newest === undefined) await checkNameFree(snapshot, name);
  if (newest?.digest !== digest) checkBase(name, base, newest);
  if (prepared.flaw !== undefined) throw prepared.flaw;
  const partials = prepared.usesPartials ? await recordedPartials(snapshot, prepared) : {};
  if (newest !== undefined && isSame(newest, digest, partials))
    return { unchanged: wholeVersion({ ...newest, source }) };
  checkBase(name, base, newest);
  if (prepared.schemaFlaw !== undefined) throw prepared.schemaFlaw;
  if (prepared.linked?.flatFlaw !== undefined) throw prepared.linked.flatFlaw;
  const version = ((newest?.version ?? 0) + 1) as VersionNumber;
  const rowAt = (at: string) => ({
    prompt: name,
    version,
    digest,
    source,
    base,
    message,
    author: caller.actor,
    published_at: at,
    bytes,
    partials: JSON.stringify(partials),
    origin: originText(origin),
  });
  return { unchanged: undefined, version, partials, rowAt };
}

/** Dry run of `publish`: returns its response, including `created`; writes nothing. @throws as `publish` */
export async function tryPublish(
  snapshot: ReadSnapshot,
  now: Store['now'],
  caller: Caller,
  name: PromptName,
  prepared: PublishableSource,
  request: Request,
): Promise<Published> {
  const publication = await checkPublication(snapshot, caller, name, prepared, request);
  if (publication.unchanged !== undefined) return { version: publication.unchanged, created: false };
  return { version: wholeVersion(publication.rowAt(now().toISOString())), created: true };
}

/** The queries that a publication begins with. */
export function publishAhead(name: PromptName): ReadAhead {
  return {
    queries: transaction => [...environmentsAhead(transaction), selectNewest.compiled(transaction, { name })],
    subjects: [promptSubject(name)],
  };
}

/**
 * @param beside further writes after publishing, for `together`
 * @throws PartialsMoved, Problem `publishing_not_allowed`, `too_large`, `invalid_source` with the places,
 * `prompt_archived`, `name_taken` with the conflicting name, or `base_outdated` with the newest version
 */
export async function publish(
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  name: PromptName,
  prepared: PublishableSource,
  request: Request,
  beside: (published: Published) => readonly CompiledQuery[] = () => [],
): Promise<Published> {
  const publication = await checkPublication(transaction, caller, name, prepared, request);
  if (publication.unchanged !== undefined) return { version: publication.unchanged, created: false };
  const { version, partials, rowAt } = publication;
  const { digest, bytes } = prepared;
  const { message, base, origin } = request;
  const rowOf = ({ at, seq }: Pick<RegistryEvent, 'seq' | 'at'>): VersionsTable => ({ ...rowAt(at), seq });
  const publishedBy = (event: RegistryEvent): Published => ({
    version: wholeVersion(rowOf(event)),
    created: true,
  });
  const event = await appendEvent(
    transaction,
    now,
    () => ({
      actor: caller.actor,
      key: caller.key,
      kind: 'version.published',
      prompt: name,
      version,
      environment: caller.environment,
      data: { digest, base, message, bytes, partials, ...(origin !== undefined && { origin }) },
    }),
    event => [
      insertVersion.compiled(transaction, rowOf(event)),
      setNewest.compiled(transaction, { name, version }),
      ...beside(publishedBy(event)),
    ],
  );
  const published = publishedBy(event);
  notedIn(transaction).versions.set(event.seq, published.version);
  return published;
}

const insertVersion = preparedQuery((database, given: VersionsTable) =>
  database.insertInto('versions').values({
    prompt: given.prompt,
    version: given.version,
    digest: given.digest,
    source: given.source,
    base: given.base,
    message: given.message,
    author: given.author,
    published_at: given.published_at,
    bytes: given.bytes,
    partials: given.partials,
    origin: given.origin,
    seq: given.seq,
  }),
);

const setNewest = preparedQuery(
  (database, { name, version }: { readonly name: PromptName; readonly version: VersionNumber }) =>
    database
      .insertInto('prompts')
      .values({ name, newest: version, archived: 0 })
      .onConflict(conflict => conflict.column('name').doUpdateSet({ newest: version })),
);

type NewestRow = Omit<VersionsTable, 'seq' | 'source'> &
  Pick<PromptsTable, 'archived'> & { last_archiving: number | null };

/** Undefined for a prompt that is new. */
async function newestVersion(snapshot: ReadSnapshot, name: PromptName): Promise<NewestRow | undefined> {
  const [newest] = await selectNewest(snapshot, { name });
  return newest;
}

const selectNewest = preparedQuery((database, { name }: { readonly name: PromptName }) =>
  database
    .selectFrom('prompts')
    .innerJoin('versions', join =>
      join.onRef('versions.prompt', '=', 'prompts.name').onRef('versions.version', '=', 'prompts.newest'),
    )
    .select([...SUMMARY_COLUMNS, 'prompts.archived', lastArchiving().as('last_archiving')])
    .where('prompts.name', '=', name),
);

/** The same source with a newer partial is a new version, because its delivery differs. */
function isSame(newest: NewestRow, digest: Digest, partials: RecordedPartials): boolean {
  return newest.digest === digest && canonicalJson(JSON.parse(newest.partials)) === canonicalJson(partials);
}
