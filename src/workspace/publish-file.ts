/** Publishes one file on the version that it is based on. */
import type { RegistryClient } from '../client/registry-client.ts';
import { publishedText, withLineEndingsOf } from '../core/line-endings.ts';
import type { PromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import { parseSource, sourceKindOf } from '../core/source.ts';
import { checkNoIssues, sourceIssues } from '../core/template.ts';
import { type VersionNumber, type VersionReference, versionReference } from '../core/version.ts';
import { LOCK_FILE, type LockEntry } from './lock-file.ts';
import { isStillPublished, type RecoveryParts, recover } from './recovery.ts';
import { named } from './source-file.ts';
import { WorkspaceError } from './workspace-error.ts';

type Version = Awaited<ReturnType<RegistryClient['getVersion']>>;
type Bases = Pick<RegistryClient, 'batch'>;

export type PublishOutcome =
  /** `created` is false if the newest version already had this source. */
  | { readonly kind: 'published'; readonly version: Version; readonly created: boolean }
  /**
   * Somebody else published first: the file and the lock are unchanged. `newest` is undefined if it could not be
   * fetched.
   */
  | { readonly kind: 'base_outdated'; readonly problem: Problem; readonly newest: Version | undefined };

export interface Publishable {
  /** Absolute. */
  readonly path: string;
  /** The file in messages. */
  readonly label: string;
  readonly source: string;
  readonly base: VersionNumber | null;
}

/** @throws as `WorkingCopy.publish` */
export async function publishFile(
  parts: RecoveryParts,
  registry: Pick<RegistryClient, 'publish' | 'getVersion' | 'batch'>,
  name: PromptName,
  message: string,
  signal: AbortSignal | undefined,
): Promise<PublishOutcome> {
  await recover(parts, registry, signal);
  const { path, label, source, base } = await publishable(parts, registry, name, signal);
  await parts.lock.checkWritable();
  const text = publishedText(source);
  const after = { version: ((base ?? 0) + 1) as VersionNumber, ...text };
  const journal = await parts.journals.begin({ sent: [{ name, base, after }] });
  let published: Awaited<ReturnType<RegistryClient['publish']>>;
  try {
    published = await registry.publish(name, { source, message, base }, signal);
  } catch (error) {
    // A rejected version was not published. After any other error, recovery asks the registry.
    if (Problem.is(error) && !Problem.is(error, 'unavailable')) await parts.journals.end(journal);
    else parts.journals.leave(journal);
    if (Problem.is(error, 'base_outdated'))
      return { kind: 'base_outdated', problem: error, newest: await newestOf(registry, name, error, signal) };
    throw Problem.is(error, 'invalid_source') ? named(error, label) : error;
  }
  const { version } = published;
  try {
    const written = { version: version.version, ...text };
    await parts.lock.change(async lock =>
      (await isStillPublished({ name, base, after }, lock, parts.folder))
        ? new Map([[name, written]])
        : new Map(),
    );
  } catch (cause) {
    parts.journals.leave(journal);
    throw new WorkspaceError(
      'lock_not_written',
      path,
      `Version ${version.version} was published, but the lock file could not be brought up to date: ${(cause as Error).message} Mend it, then pull: that sets it right.`,
      { cause, shownAs: label },
    );
  }
  await parts.journals.end(journal);
  return { kind: 'published', ...published };
}

/**
 * The source of a file as it would be sent.
 * @throws Problem `invalid_source`, `too_large`; WorkspaceError; RegistryUnreachable
 */
export async function publishable(
  { folder, lock }: RecoveryParts,
  registry: Bases,
  name: PromptName,
  signal: AbortSignal | undefined,
): Promise<Publishable> {
  const path = folder.pathOf(name);
  const label = folder.shown(path);
  const base = (await lock.read()).get(name);
  const text = await folder.read(name);
  if (text === undefined)
    throw new WorkspaceError('file_missing', path, 'There is no such file. Save the prompt first.', {
      shownAs: label,
    });
  checkNoIssues(sourceIssues(text, parseSource(text, sourceKindOf(name))), label);
  const source = await asPublished(registry, name, text, base, signal);
  return { path, label, source, base: base?.version ?? null };
}

/**
 * Converts the source to the line endings of its base, if the registry returns the base.
 * @throws WorkspaceError `invalid_lock_file` if the registry has another text for the base's number
 */
export async function asPublished(
  registry: Bases,
  name: PromptName,
  text: string,
  base: LockEntry | undefined,
  signal: AbortSignal | undefined,
): Promise<string> {
  if (base === undefined) return withLineEndingsOf(text, undefined);
  // From the registry, not a cache, because the registry may have been restored from a backup and have changed since.
  const { data } = await registry.batch([versionReference(name, base.version)], signal);
  const [found] = data;
  if (found !== undefined && found.digest !== base.digest)
    throw new WorkspaceError(
      'invalid_lock_file',
      LOCK_FILE,
      anotherText([versionReference(name, base.version)]),
    );
  return withLineEndingsOf(text, found?.source);
}

/** Error message for versions whose digests in the lock file differ from the registry's. */
export function anotherText(references: readonly VersionReference[]): string {
  return `The registry has another text under ${references.join(', ')} than the one that the file is based on. It may have been restored from a backup, or this file is of another registry. Compare the file with the newest version, put both together, and say that it takes that version into account.`;
}

async function newestOf(
  registry: Pick<RegistryClient, 'getVersion'>,
  name: PromptName,
  problem: Problem,
  signal: AbortSignal | undefined,
): Promise<Version | undefined> {
  const { newest } = problem.details;
  if (newest === undefined || newest === null) return undefined;
  try {
    return await registry.getVersion(name, newest.version as VersionNumber, signal);
  } catch {
    return undefined; // not required: the problem has its number and digest
  }
}
