/**
 * Updates files to the newest versions. A journal records all writes first, so that a process that is killed at any
 * point leaves each file old or new. The lock file is written once, at the end.
 */
import type { RegistryClient } from '../client/registry-client.ts';
import { type Digest, digestOf } from '../core/digest.ts';
import { plainText, publishedText } from '../core/line-endings.ts';
import type { PromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import { type VersionReference, versionReference } from '../core/version.ts';
import type { BegunMerges } from './begun-merges.ts';
import type { FileIndex } from './file-index.ts';
import { ahead, inTurns } from './in-turns.ts';
import type { WrittenFile } from './journal.ts';
import type { LockEntry } from './lock-file.ts';
import { mergedSource } from './merged-source.ts';
import type { RegistryPrompt, WorkingCopyState } from './prompt-state.ts';
import { type PulledEntry, type Settled, settledBases } from './pull-bases.ts';
import {
  changedMeanwhile,
  type LeftFile,
  leftMessage,
  type PullOptions,
  type PullReport,
  type PullWork,
  planPull,
} from './pull-plan.ts';
import { type PulledFile, PulledFiles } from './pulled-files.ts';
import { type RecoveryParts, recover } from './recovery.ts';
import { WorkspaceError } from './workspace-error.ts';

export type PullRegistry = Pick<RegistryClient, 'getVersion' | 'getSources' | 'batch'>;

/** The number of versions that are fetched before their files are written. */
const FETCHED_AT_ONCE = 500;
/** The number of batches that are fetched while one is written, to hide the registry's response time. */
const FETCHED_AHEAD = 2;
/** The maximum number of new files in one journal, which takes about a megabyte. */
const JOURNALED_AT_ONCE = 5000;
const OVERWRITTEN_AT_ONCE = 24;

/** @throws as `WorkingCopy.pull` */
export async function pullPrompts(
  parts: RecoveryParts & { readonly merges: BegunMerges; readonly index: FileIndex },
  stateOf: (prompts: readonly RegistryPrompt[], signal?: AbortSignal) => Promise<WorkingCopyState>,
  registry: PullRegistry,
  prompts: readonly RegistryPrompt[],
  options: PullOptions,
): Promise<PullReport> {
  const { signal } = options;
  await recover(parts, registry, signal);
  const merging = await parts.merges.names();
  const plan = planPull(parts.folder, await stateOf(prompts, signal), prompts, merging, options);
  if (plan.work.length + plan.adopt.length + plan.keep.length > 0) await parts.lock.checkWritable();
  const report = await new Pull(parts, registry, options, plan.work.length).all(plan);
  // The index may have wrong digests of these files, so they are read again.
  const changed = report.left.filter(({ why }) => why === 'changed_meanwhile');
  await parts.index.forget(changed.map(({ name }) => name));
  return report;
}

class Pull {
  readonly #parts: RecoveryParts;
  readonly #registry: PullRegistry;
  readonly #options: PullOptions;
  readonly #total: number;
  readonly #report: { -readonly [Key in keyof PullReport]: PullReport[Key][number][] } = {
    updated: [],
    merged: [],
    created: [],
    adopted: [],
    kept: [],
    left: [],
  };
  readonly #files: PulledFiles;
  readonly #journals: string[] = [];
  readonly #written: PulledEntry[] = [];
  #done = 0;

  constructor(parts: RecoveryParts, registry: PullRegistry, options: PullOptions, total: number) {
    this.#parts = parts;
    this.#registry = registry;
    this.#options = options;
    this.#files = new PulledFiles(parts, options);
    this.#total = total;
  }

  async all(plan: ReturnType<typeof planPull>): Promise<PullReport> {
    this.#report.left.push(...plan.left);
    const begun = this.#journalNew(plan.work.filter(isNew));
    begun.catch(() => {}); // reported before the first file is created
    const parts: PullWork[][] = [];
    for (let start = 0; start < plan.work.length; start += FETCHED_AT_ONCE)
      parts.push(plan.work.slice(start, start + FETCHED_AT_ONCE));
    try {
      for await (const writes of ahead(parts, part => this.#prepare(part), FETCHED_AHEAD)) {
        await begun;
        await this.#create(writes.filter(({ work }) => isNew(work)));
        const others = writes.filter(({ work }) => !isNew(work));
        await inTurns(others, OVERWRITTEN_AT_ONCE, write => this.#overwrite(write));
      }
    } finally {
      await Promise.allSettled([begun]);
      await this.#settle(plan);
    }
    const byName = (a: { name: PromptName }, b: { name: PromptName }) => (a.name < b.name ? -1 : 1);
    for (const each of Object.values(this.#report)) each.sort(byName);
    return this.#report;
  }

  /** The digests of new files are known before their text is fetched, so all are journaled at once. */
  async #journalNew(works: readonly PullWork[]): Promise<void> {
    const written = works.map(({ name, newest: { version, digest }, was }): WrittenFile => {
      return { name, before: was.base, after: { version, digest }, bytes: digest };
    });
    for (let start = 0; start < written.length; start += JOURNALED_AT_ONCE)
      await this.#journal(written.slice(start, start + JOURNALED_AT_ONCE));
  }

  async #journal(written: readonly WrittenFile[]): Promise<void> {
    if (written.length > 0) this.#journals.push(await this.#parts.journals.begin({ written }));
  }

  /** Flushes the files to disk, then writes the lock file, and then deletes the journals. */
  async #settle(plan: ReturnType<typeof planPull>): Promise<void> {
    const { files, folder, lock, journals: all } = this.#parts;
    try {
      await files.flush(this.#written.map(({ name }) => folder.pathOf(name)));
      let settled: Settled | undefined;
      if (this.#written.length + plan.adopt.length + plan.keep.length > 0)
        await lock.change(async now => {
          settled = await settledBases(now, plan, this.#written, this.#parts);
          return settled.bases;
        });
      this.#report.adopted.push(...(settled?.adopted ?? []));
      this.#report.kept.push(...(settled?.kept ?? []));
    } catch (error) {
      for (const journal of this.#journals) all.leave(journal);
      throw error;
    }
    for (const journal of this.#journals) await all.end(journal);
  }

  /** Fetches the versions that some files need, and determines the files' new contents. */
  async #prepare(part: readonly PullWork[]): Promise<PulledFile[]> {
    const { signal, onProgress } = this.#options;
    const seen = await this.#seen(part);
    const sources = await this.#registry.getSources(
      part.map(({ newest }) => newest).filter(({ digest }) => !seen.has(digest)),
      signal,
      fetched => onProgress?.(this.#done + Math.min(fetched, part.length), this.#total),
    );
    await this.#files.makeFolders(part.filter(isNew).map(({ name }) => name));
    const writes: PulledFile[] = [];
    for (const work of part) {
      const { digest } = work.newest;
      const write = await this.#prepareOne(work, seen.get(digest) ?? sources.get(digest), seen);
      if ('why' in write) this.#leave(work, write);
      else writes.push(write);
    }
    await this.#journal(writes.filter(({ work }) => !isNew(work)).map(journaled));
    return writes;
  }

  /**
   * The sources of the files' bases, by digest: read from the registry, not the cache, because the registry may have
   * lost them. The same request fetches those of the newest versions.
   */
  async #seen(part: readonly PullWork[]): Promise<ReadonlyMap<Digest, string>> {
    const wanted: VersionReference[] = [];
    const digests = new Map<string, Digest>();
    const want = (prompt: PromptName, { version, digest }: Pick<LockEntry, 'version' | 'digest'>) => {
      const reference = versionReference(prompt, version);
      wanted.push(reference);
      digests.set(reference, digest);
    };
    for (const { name, newest, was, step } of part) {
      if (was.base === null || (step.kind === 'write' && step.over === null)) continue;
      want(name, was.base);
      want(name, newest);
    }
    const seen = new Map<Digest, string>();
    for (let start = 0; start < wanted.length; start += FETCHED_AT_ONCE) {
      const refs = wanted.slice(start, start + FETCHED_AT_ONCE);
      const { data } = await this.#registry.batch(refs, this.#options.signal);
      for (const { prompt, version, digest, source } of data)
        if (digests.get(versionReference(prompt, version)) === digest) seen.set(digest, source);
    }
    return seen;
  }

  async #prepareOne(
    work: PullWork,
    newest: string | undefined,
    seen: ReadonlyMap<Digest, string>,
  ): Promise<PulledFile | LeftFile> {
    const { name, step, was } = work;
    if (newest === undefined)
      return {
        why: 'gone',
        message: `${this.#label(name)}: The registry did not give its newest version. It may be a draft, which your key may not read: pull with a key of an environment whose authors read drafts. Otherwise refresh and pull again.`,
      };
    const base = was.base === null ? undefined : seen.get(was.base.digest);
    const left = (why: 'rewound' | 'conflict') => ({
      why,
      message: leftMessage(why, this.#label(name), was.base, work.newest.version),
    });
    const published = publishedText(newest, work.newest.digest);
    const after = { version: work.newest.version, ...published };
    const asPublished = { work, text: newest, digest: published.digest, after };
    if (step.kind === 'write' && step.over === null) return asPublished;
    if (base === undefined) return left(was.base === null ? 'conflict' : 'rewound');
    if (step.kind === 'write' && was.bytes === was.base?.digest) return asPublished;
    const mine = await this.#parts.folder.read(name);
    if (mine === undefined || digestOf(mine) !== was.bytes) return changedMeanwhile(this.#label(name));
    // According to the lock file and the index, this is the base's text. They may be wrong, and this may be the only
    // copy.
    if (step.kind === 'write') return plainText(mine) === plainText(base) ? asPublished : left('conflict');
    const merged = mergedSource(name, base, mine, newest);
    if (merged === undefined) return left('conflict');
    return { work, text: merged, digest: digestOf(merged), after };
  }

  /** Creates files that did not exist. */
  async #create(writes: readonly PulledFile[]): Promise<void> {
    this.#options.signal?.throwIfAborted();
    for await (const outcomes of this.#files.createAll(writes)) {
      for (const [write, left] of outcomes) this.#note(write, left);
      // Later files would not fit either.
      const full = outcomes.find(([, left]) => isDiskFull(left));
      if (full !== undefined) throw full[1];
      this.#options.signal?.throwIfAborted();
    }
  }

  /** Writes one file if it has not changed meanwhile. */
  async #overwrite(write: PulledFile): Promise<void> {
    this.#options.signal?.throwIfAborted();
    try {
      this.#note(write, await this.#files.overwrite(write));
    } catch (error) {
      if ((!WorkspaceError.is(error) && !Problem.is(error)) || isDiskFull(error)) throw error;
      this.#note(write, error);
    }
  }

  /** Reports the outcome for a file. A file that cannot be written must not prevent updates of others. */
  #note({ work, digest, after }: PulledFile, outcome: LeftFile | Error | undefined): void {
    if (outcome !== undefined) {
      this.#leave(
        work,
        outcome instanceof Error ? { why: 'not_writable', message: outcome.message } : outcome,
      );
      return;
    }
    const { name, newest, was, step } = work;
    this.#written.push({ name, before: was.base, after, bytes: digest, isNew: was.bytes === null });
    const change = { name, from: was.base?.version ?? newest.version, to: newest.version };
    if (was.file === null) this.#report.created.push({ name, version: newest.version });
    else this.#report[step.kind === 'merge' ? 'merged' : 'updated'].push(change);
    this.#progress();
  }

  #leave({ name }: PullWork, { why, message }: LeftFile): void {
    this.#report.left.push({ name, why, message });
    this.#progress();
  }

  #progress(): void {
    this.#done += 1;
    this.#options.onProgress?.(this.#done, this.#total);
  }

  #label(name: PromptName): string {
    const { folder } = this.#parts;
    return folder.shown(folder.pathOf(name));
  }
}

function isDiskFull(outcome: unknown): outcome is Error {
  const cause = outcome instanceof Error ? outcome.cause : undefined;
  const { code } = { code: undefined, ...(cause as { code?: unknown } | undefined) };
  return code === 'ENOSPC' || code === 'EDQUOT';
}

/** True if there is no file yet: it gets the newest version's exact text. */
function isNew({ was }: PullWork): boolean {
  return was.bytes === null;
}

function journaled({ work, after, digest }: PulledFile): WrittenFile {
  return { name: work.name, before: work.was.base, after, bytes: digest };
}
