/** Resolves a merge conflict in the lock file as far as the merge base and the files decide it. */
import { join } from 'node:path';
import type { RegistryClient } from '../client/registry-client.ts';
import { type TextDigests, textDigests } from '../core/line-endings.ts';
import type { PromptName } from '../core/name.ts';
import { versionReference } from '../core/version.ts';
import type { FileSystem } from './file-system.ts';
import { decodeText } from './json-text.ts';
import type { LockChanges } from './lock-changes.ts';
import { conflictedLock, openIn, repairOf, type Undecided } from './lock-conflict.ts';
import { LOCK_FILE, type LockEntry } from './lock-file.ts';
import type { PromptsFolder } from './prompts-folder.ts';
import { sourceOf } from './recovery.ts';

export interface LockRepair {
  /** Prompts that differed between the sides and are resolved, in order of name. */
  readonly resolved: readonly PromptName[];
  /** A sentence for each prompt that is still in conflict, beginning with the file and line. */
  readonly left: readonly string[];
}

export interface RepairParts {
  readonly files: FileSystem;
  readonly folder: PromptsFolder;
  readonly lock: LockChanges;
}

/** References per batch. */
const ASKED_AT_ONCE = 500;

/**
 * @returns undefined if the file has no conflict, or not one from git: reading it reports the error then
 * @throws Problem, RegistryUnreachable; WorkspaceError `not_writable`
 */
export async function repairLock(
  root: string,
  { files, folder, lock }: RepairParts,
  registry: Pick<RegistryClient, 'batch'>,
  signal?: AbortSignal,
): Promise<LockRepair | undefined> {
  const bytes = await files.readFile(join(root, LOCK_FILE)).catch(() => undefined);
  const text = bytes && decodeText(bytes);
  const conflict = text === undefined ? undefined : conflictedLock(text);
  if (bytes === undefined || conflict === undefined) return undefined;
  const open = openIn(conflict);
  const texts = new Map<PromptName, TextDigests>();
  for (const { name } of open) {
    const source = await sourceOf(name, folder);
    if (source !== undefined) texts.set(name, textDigests(source));
  }
  const known = await knownOf(open, registry, signal);
  const repair = repairOf(conflict, texts, (name, { version, digest }) =>
    known.has(`${versionReference(name, version)} ${digest}`),
  );
  if (repair === undefined || !(await lock.replace(bytes, repair.text))) return undefined;
  const lines = repair.text.split('\n');
  return { resolved: repair.decided, left: repair.left.map(each => leftMessage(each, lines)) };
}

/** Versions that the registry has, with the digests of their texts. */
async function knownOf(
  open: readonly Undecided[],
  registry: Pick<RegistryClient, 'batch'>,
  signal: AbortSignal | undefined,
): Promise<ReadonlySet<string>> {
  const wanted = open.flatMap(({ name, ours, theirs }) =>
    [ours, theirs].flatMap(each => (each === undefined ? [] : [versionReference(name, each.version)])),
  );
  const known = new Set<string>();
  for (let start = 0; start < wanted.length; start += ASKED_AT_ONCE) {
    const { data } = await registry.batch(wanted.slice(start, start + ASKED_AT_ONCE), signal);
    for (const { prompt, version, digest } of data)
      known.add(`${versionReference(prompt, version)} ${digest}`);
  }
  return known;
}

function leftMessage({ name, ours, theirs }: Undecided, lines: readonly string[]): string {
  const first = lines.findIndex(line => line.startsWith(`    ${JSON.stringify(name)}:`)) + 1;
  const says = (side: LockEntry | undefined, whose: string) =>
    side === undefined ? `${whose} does not name it` : `${whose} says version ${side.version}`;
  return `${LOCK_FILE}:${first}:1: ${name} is still in conflict: ${says(ours, 'one side')}, ${says(theirs, 'the other')}, and nothing tells which is right. Keep the line of the version that the file takes into account, and take away the markers.`;
}
