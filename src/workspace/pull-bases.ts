/** Determines the new bases in the lock file after a pull, only for files with the expected text. */
import type { PromptName } from '../core/name.ts';
import type { FileSystem } from './file-system.ts';
import type { WrittenFile } from './journal.ts';
import type { Lock, LockEntry } from './lock-file.ts';
import type { PromptsFolder } from './prompts-folder.ts';
import type { PullPlan, PullReport } from './pull-plan.ts';
import { digestOfFile } from './recovery.ts';

export interface PulledEntry extends WrittenFile {
  readonly isNew: boolean;
}

export interface Settled extends Pick<PullReport, 'adopted' | 'kept'> {
  readonly bases: ReadonlyMap<PromptName, LockEntry>;
}

/** @param now the current contents of the lock file */
export async function settledBases(
  now: Lock,
  { adopt, keep }: Pick<PullPlan, 'adopt' | 'keep'>,
  written: readonly PulledEntry[],
  { files, folder }: { readonly files: FileSystem; readonly folder: PromptsFolder },
): Promise<Settled> {
  const bases = new Map<PromptName, LockEntry>();
  for (const { name, newest, was } of adopt) {
    const text = was.base?.digest === newest.digest ? was.base.text : was.text;
    const { version, digest } = newest;
    if (isAsBefore(now.get(name), was.base))
      bases.set(name, { version, digest, ...(text !== undefined && { text }) });
  }
  for (const { name, before, after, bytes, isNew } of written) {
    // Another branch may have been checked out meanwhile, with its own file and base. Git does not touch untracked
    // files, so a new one need not be read again.
    const isStill = isNew && isAsBefore(now.get(name), before);
    if (isStill || (await digestOfFile(name, folder)) === bytes) bases.set(name, after);
  }
  // A file that exists again may have the old version's text. If it were based on the newer version, publishing it
  // would revert that version.
  for (const { name, newest, base } of keep)
    if (isAsBefore(now.get(name), base) && (await files.stat(folder.pathOf(name))) === undefined)
      bases.set(name, { version: newest.version, digest: newest.digest });
  return {
    bases,
    adopted: adopt
      .filter(({ name }) => bases.has(name))
      .map(({ name, newest }) => ({ name, version: newest.version })),
    kept: keep
      .filter(({ name }) => bases.has(name))
      .map(({ name, newest, base }) => ({ name, from: base.version, to: newest.version })),
  };
}

function isAsBefore(now: LockEntry | undefined, before: LockEntry | null): boolean {
  return now?.version === before?.version && now?.digest === before?.digest;
}
