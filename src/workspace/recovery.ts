/** Completes the work of processes that were killed. */
import type { RegistryClient } from '../client/registry-client.ts';
import { type Digest, digestOf } from '../core/digest.ts';
import { isSameText, publishedText, textDigests } from '../core/line-endings.ts';
import type { PromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import type { VersionNumber } from '../core/version.ts';
import type { FileSystem } from './file-system.ts';
import type { Journals, SentVersion, WrittenFile } from './journal.ts';
import type { LocalFolder } from './local-folder.ts';
import type { LockChanges } from './lock-changes.ts';
import type { Lock, LockEntry } from './lock-file.ts';
import type { PromptsFolder } from './prompts-folder.ts';
import { WorkspaceError } from './workspace-error.ts';

export interface RecoveryParts {
  readonly files: FileSystem;
  readonly folder: PromptsFolder;
  readonly local: LocalFolder;
  readonly lock: LockChanges;
  readonly journals: Journals;
}

/**
 * Sets the base of files that have the text recorded in a journal. For sent versions, asks the registry; their journals
 * are kept while it is not available. Deletes the other journals, and staged files.
 * @throws WorkspaceError `invalid_lock_file`, `unreadable`, `not_writable`
 */
export async function recover(
  parts: RecoveryParts,
  registry: Pick<RegistryClient, 'getVersion'> | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const { files, local, lock, journals } = parts;
  for (const [id, { written, sent }] of await journals.abandoned()) {
    const { arrived, unknown } = await arrivedOf(sent, registry, signal);
    if (written.length + arrived.length > 0)
      await lock.change(async now => {
        const bases = await writtenOf(written, now, parts);
        for (const each of arrived)
          if (await isStillPublished(each, now, parts.folder)) bases.set(each.name, each.after);
        return bases;
      });
    else if (unknown.length > 0 && unknown.length === sent.length) continue; // nothing new is known
    if (unknown.length > 0) await journals.replace(id, { written: [], sent: unknown });
    else await journals.end(id).catch(() => {}); // recovering it twice is harmless
  }
  // A leftover that cannot be deleted does no harm.
  for (const name of await local.abandoned('staged'))
    await files.deleteFolder(local.path('staged', name)).catch(() => {});
}

/** The new bases of written files whose entry in the lock file is unchanged: another branch may be checked out now. */
async function writtenOf(
  written: readonly WrittenFile[],
  lock: Lock,
  { folder }: RecoveryParts,
): Promise<Map<PromptName, LockEntry>> {
  const bases = new Map<PromptName, LockEntry>();
  for (const { name, before, after, bytes } of written) {
    const now = lock.get(name);
    if (now?.version !== before?.version || now?.digest !== before?.digest) continue;
    const source = await sourceOf(name, folder);
    if (source === undefined || digestOf(source) !== bytes) continue;
    // The text to be written may not have been fetched.
    const published = bytes === after.digest ? publishedText(source, bytes) : after;
    bases.set(name, { ...published, version: after.version });
  }
  return bases;
}

/** The digest of a prompt's file; undefined if it does not exist, cannot be read or is not a prompt. */
export async function digestOfFile(name: PromptName, folder: PromptsFolder): Promise<Digest | undefined> {
  const source = await sourceOf(name, folder);
  return source === undefined ? undefined : digestOf(source);
}

/**
 * Returns true if a file is based on the version that was published from it: it has that text, or was edited since.
 * Another branch may have been checked out meanwhile; based on the newer version, publishing it would revert that
 * version.
 */
export async function isStillPublished(
  { name, base, after }: SentVersion,
  lock: Lock,
  folder: PromptsFolder,
): Promise<boolean> {
  const now = lock.get(name);
  if ((now?.version ?? null) !== base) return false;
  const source = await sourceOf(name, folder);
  if (source === undefined) return false;
  const digests = textDigests(source);
  return isSameText(digests, after) || now === undefined || !isSameText(digests, now);
}

export async function sourceOf(name: PromptName, folder: PromptsFolder): Promise<string | undefined> {
  try {
    return await folder.read(name);
  } catch (error) {
    if (!WorkspaceError.is(error) && !Problem.is(error)) throw error;
    return undefined;
  }
}

async function arrivedOf(
  sent: readonly SentVersion[],
  registry: Pick<RegistryClient, 'getVersion'> | undefined,
  signal: AbortSignal | undefined,
): Promise<{ readonly arrived: readonly SentVersion[]; readonly unknown: readonly SentVersion[] }> {
  const arrived: SentVersion[] = [];
  const unknown: SentVersion[] = [];
  for (const each of sent) {
    const { name, base, after } = each;
    const next = ((base ?? 0) + 1) as VersionNumber;
    try {
      const found = await registry?.getVersion(name, next, signal);
      if (found === undefined) unknown.push(each);
      else if (found.digest === after.digest)
        arrived.push({ ...each, after: { version: next, ...publishedText(found.source) } });
    } catch (error) {
      signal?.throwIfAborted();
      // Unreachable or closed: try again later. Otherwise there is no such version, so nothing was published.
      if (!Problem.is(error, 'version_not_found', 'prompt_not_found')) unknown.push(each);
    }
  }
  return { arrived, unknown };
}
