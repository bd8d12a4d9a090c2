/** The requirements of a publication beside its source: read before the source is parsed, and again in the transaction. */
import type { PublishRequest } from '../../contract/prompts.ts';
import { type Digest, digestOf } from '../../core/digest.ts';
import { checkPublishes, type EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import type { VersionNumber } from '../../core/version.ts';
import { readEnvironment } from '../environments.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { checkArchivedAsRecorded } from './archived.ts';

/** The newest version, without its source. */
export interface NewestVersion {
  readonly version: VersionNumber;
  readonly digest: Digest;
  readonly archived: number;
}

/** Checks the path alone, before the body arrives. @throws Problem `publishing_not_allowed`, `prompt_archived` */
export async function checkMayPublish(
  snapshot: ReadSnapshot,
  environment: EnvironmentName,
  name: PromptName,
): Promise<NewestVersion | undefined> {
  checkPublishes(await readEnvironment(snapshot, environment));
  const [newest] = await selectNewest(snapshot, { name });
  // A source published meanwhile is checked in its transaction.
  if (newest?.archived === 1) await checkArchivedAsRecorded(snapshot, name, newest.archived);
  checkNotArchived(name, newest);
  return newest;
}

/**
 * Checks a request before its source is parsed.
 * @throws Problem as `checkMayPublish`, `base_outdated` with the newest version
 */
export async function checkMayPublishThis(
  snapshot: ReadSnapshot,
  environment: EnvironmentName,
  name: PromptName,
  { source, base }: Pick<PublishRequest, 'source' | 'base'>,
): Promise<void> {
  const newest = await checkMayPublish(snapshot, environment, name);
  if (base === (newest?.version ?? null)) return;
  // The newest version's own source may be sent with any base.
  if (!source.isWellFormed() || digestOf(source) !== newest?.digest) checkBase(name, base, newest);
}

const selectNewest = preparedQuery((database: ReadSnapshot, { name }: { readonly name: PromptName }) =>
  database
    .selectFrom('prompts')
    .innerJoin('versions', join =>
      join.onRef('versions.prompt', '=', 'prompts.name').onRef('versions.version', '=', 'prompts.newest'),
    )
    .select(['versions.version', 'versions.digest', 'prompts.archived'])
    .where('prompts.name', '=', name),
);

/** @throws Problem `prompt_archived` */
export function checkNotArchived(
  name: PromptName,
  newest: Pick<NewestVersion, 'archived'> | undefined,
): void {
  if (newest?.archived === 1)
    throw new Problem('prompt_archived', `"${name}" is archived. Restore it to publish a new version.`);
}

/** @throws Problem `base_outdated` with the newest version */
export function checkBase(
  name: PromptName,
  base: number | null,
  newest: Pick<NewestVersion, 'version' | 'digest'> | undefined,
): void {
  if (base === (newest?.version ?? null)) return;
  if (newest === undefined)
    throw new Problem(
      'base_outdated',
      `"${name}" has no version yet, so nothing can be based on version ${base}. Publish it with "base": null.`,
      { newest: null },
    );
  const started = base === null ? 'It was to be new' : `The edit started from version ${base}`;
  throw new Problem(
    'base_outdated',
    `${started}, but "${name}" is at version ${newest.version} now. Compare with that version, bring the edit onto it, and publish with "base": ${newest.version}.`,
    { newest: { version: newest.version, digest: newest.digest } },
  );
}
