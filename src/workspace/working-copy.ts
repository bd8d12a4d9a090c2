/**
 * The working copy: what stands between the prompt files and the registry. It says how they differ, publishes a
 * file, and brings clean files up to date. It never overwrites an unsaved or unpublished edit; the lock file is
 * written after what it speaks of, so that a crash between the two leaves a state that the next pull mends.
 */
import type { RegistryClient } from '../client/registry-client.ts';
import { type Digest, digestOf } from '../core/digest.ts';
import { type PromptName, parsePromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import { checkSourceText, parseSource, sourceKindOf } from '../core/source.ts';
import { checkNoIssues, sourceIssues } from '../core/template.ts';
import type { VersionNumber } from '../core/version.ts';
import type { FileSystem } from './file-system.ts';
import { type Lock, type LockEntry, readLock, writeLock } from './lock-file.ts';
import { caseTroubles } from './name-case.ts';
import type { Project } from './project-file.ts';
import { type PromptState, promptState, type RegistryPrompt, type WorkingCopyState } from './prompt-state.ts';
import { type PromptFile, PromptsFolder } from './prompts-folder.ts';
import { type LeftReason, type PullOptions, type PullReport, planPull, unsaved } from './pull-plan.ts';
import { named } from './source-file.ts';
import { WorkspaceError } from './workspace-error.ts';

/** What a working copy asks of a registry: a `RegistryClient` whose key may publish, or at least read history. */
export type Registry = Pick<RegistryClient, 'publish' | 'getVersion' | 'getSources'>;
type Version = Awaited<ReturnType<Registry['getVersion']>>;

export type PublishOutcome =
  /** `created` is false when the newest version already had this source. */
  | { readonly kind: 'published'; readonly version: Version; readonly created: boolean }
  /** Someone was faster: the file and the lock are as before. `newest` is undefined when it could not be fetched. */
  | { readonly kind: 'base_outdated'; readonly problem: Problem; readonly newest: Version | undefined };

/** How many files are read at a time, and how many versions are fetched before they are written. */
const READ_AT_ONCE = 32;
const PULL_AT_ONCE = 200;

export class WorkingCopy {
  readonly folder: PromptsFolder;
  readonly #root: string;
  readonly #files: FileSystem;
  /** The lock file is read, changed and written by one at a time. */
  #lastLockChange: Promise<unknown> = Promise.resolve();

  constructor(project: Pick<Project, 'root' | 'promptsFolder'>, files: FileSystem) {
    this.#root = project.root;
    this.#files = files;
    this.folder = new PromptsFolder(project.root, project.promptsFolder, files);
  }

  /** Which version each file is based on. @throws WorkspaceError `invalid_lock_file`, `unreadable` */
  readLock(): Promise<Lock> {
    return readLock(this.#root, this.#files);
  }

  /**
   * How the files stand to their bases and to the registry's newest versions.
   * @param prompts what the registry lists, archived ones too; null when it cannot be asked: then only local edits show.
   * @throws WorkspaceError `invalid_lock_file`, `unreadable`
   */
  async state(prompts: Iterable<RegistryPrompt> | null, signal?: AbortSignal): Promise<WorkingCopyState> {
    const lock = await this.readLock();
    const { files, troubles, spellings } = await this.folder.list(signal);
    const digests = new Map<PromptName, Digest>();
    const troubled = new Set<PromptName>();
    const note = async (file: PromptFile): Promise<void> => {
      const { source, trouble } = await this.folder.tryRead(file);
      if (trouble !== undefined) {
        troubles.push(trouble);
        troubled.add(file.name);
      } else if (source !== undefined) digests.set(file.name, digestOf(source));
    };
    for (const { path } of troubles) {
      const name = this.folder.promptOf(path);
      if (name !== undefined) troubled.add(name);
    }
    for (let start = 0; start < files.length; start += READ_AT_ONCE) {
      signal?.throwIfAborted();
      await Promise.all(files.slice(start, start + READ_AT_ONCE).map(note));
    }
    const newest = new Map([...(prompts ?? [])].map(prompt => [prompt.name, prompt]));
    const states = new Map<PromptName, PromptState>();
    for (const name of [...new Set([...digests.keys(), ...lock.keys()])].sort()) {
      if (troubled.has(name)) continue;
      const found = promptState(name, lock.get(name), digests.get(name), newest.get(name));
      if (found !== undefined) states.set(name, found);
    }
    const shown = (path: string) => this.folder.shown(path);
    return {
      prompts: states,
      troubles: [...troubles, ...caseTroubles(files, newest.keys(), shown)],
      spellings,
    };
  }

  /**
   * Publishes a file as it is on disk, on the base that the lock file names. Nothing is sent when the source is wrong.
   * On any failure the file and the lock file are as before.
   * @throws Problem `invalid_source` with file, line and column in its message, `too_large`, or what the registry refuses
   * @throws RegistryUnreachable
   * @throws WorkspaceError `file_missing`, `invalid_lock_file`, or `lock_not_written` when the version was published all the same
   */
  async publish(
    registry: Registry,
    name: PromptName,
    message: string,
    signal?: AbortSignal,
  ): Promise<PublishOutcome> {
    const { path, label, source, base } = await this.#publishable(name);
    let published: Awaited<ReturnType<Registry['publish']>>;
    try {
      published = await registry.publish(name, { source, message, base }, signal);
    } catch (error) {
      if (Problem.is(error, 'base_outdated'))
        return {
          kind: 'base_outdated',
          problem: error,
          newest: await newestOf(registry, name, error, signal),
        };
      throw Problem.is(error, 'invalid_source') ? named(error, label) : error;
    }
    const { version } = published;
    try {
      await this.#changeLock(new Map([[name, { version: version.version, digest: version.digest }]]));
    } catch (cause) {
      throw new WorkspaceError(
        'lock_not_written',
        path,
        `Version ${version.version} was published, but the lock file could not be brought up to date: ${(cause as Error).message} Mend it, then pull: that sets it right.`,
        { cause, shownAs: label },
      );
    }
    return { kind: 'published', ...published };
  }

  /**
   * What `publish` would come to; nothing is written, here or there.
   * @throws as `publish`; Problem `base_outdated`
   */
  async tryPublish(
    registry: Pick<RegistryClient, 'tryPublish'>,
    name: PromptName,
    message: string,
    signal?: AbortSignal,
  ): Promise<{ readonly version: Version; readonly created: boolean }> {
    const { label, source, base } = await this.#publishable(name);
    try {
      return await registry.tryPublish(name, { source, message, base }, signal);
    } catch (error) {
      throw Problem.is(error, 'invalid_source') ? named(error, label) : error;
    }
  }

  /** A file as it would be sent. @throws Problem `invalid_source`, `too_large`; WorkspaceError */
  async #publishable(name: PromptName) {
    const path = this.folder.pathOf(name);
    const label = this.folder.shown(path);
    const base = (await this.readLock()).get(name)?.version ?? null;
    const source = await this.folder.read(name);
    if (source === undefined)
      throw new WorkspaceError('file_missing', path, 'There is no such file. Save the prompt first.', {
        shownAs: label,
      });
    checkNoIssues(sourceIssues(source, parseSource(source, sourceKindOf(name))), label);
    return { path, label, source, base };
  }

  /**
   * Brings clean files to the newest version and writes those that are missing. Files with edits, saved or not, are
   * left alone and named in the report. When it fails or is cancelled, what was written until then is in the lock file.
   * @param prompts what the registry lists.
   * @throws WorkspaceError `invalid_lock_file`, `unreadable`, `not_writable` (of the lock file)
   * @throws Problem, RegistryUnreachable
   */
  async pull(
    registry: Registry,
    prompts: readonly RegistryPrompt[],
    options: PullOptions,
  ): Promise<PullReport> {
    const { signal } = options;
    const state = await this.state(prompts, signal);
    const plan = planPull(this.folder, state, prompts, options);
    const report = { updated: [], created: [], adopted: [], left: plan.left } as Mutable<PullReport>;
    const bases = new Map<PromptName, LockEntry>();
    for (const { name, newest } of plan.adopt) {
      bases.set(name, { version: newest.version, digest: newest.digest });
      report.adopted.push({ name, version: newest.version });
    }
    try {
      for (let start = 0; start < plan.write.length; start += PULL_AT_ONCE) {
        const part = plan.write.slice(start, start + PULL_AT_ONCE);
        const sources = await registry.getSources(
          part.map(({ newest }) => newest),
          signal,
          done => options.onProgress?.(start + done, plan.write.length),
        );
        for (const { name, newest, was } of part) {
          signal?.throwIfAborted();
          const left = await this.#pullOne(name, was, sources.get(newest.digest), options);
          if (left !== undefined) {
            report.left.push({ name, ...left });
            continue;
          }
          bases.set(name, { version: newest.version, digest: newest.digest });
          if (was.file === null) report.created.push({ name, version: newest.version });
          else report.updated.push({ name, from: was.base!.version, to: newest.version });
        }
        options.onProgress?.(Math.min(start + part.length, plan.write.length), plan.write.length);
      }
    } finally {
      if (bases.size > 0) await this.#changeLock(bases);
    }
    return report;
  }

  /** Writes one file if it is still as it was; why not otherwise. */
  async #pullOne(
    name: PromptName,
    was: { readonly file: Digest | null },
    source: string | undefined,
    { isDirty }: PullOptions,
  ): Promise<{ why: LeftReason; message: string } | undefined> {
    const label = this.folder.shown(this.folder.pathOf(name));
    if (source === undefined)
      return {
        why: 'gone',
        message: `${label}: The registry did not give its newest version. It may be a draft, which your key may not read: pull with a key of an environment whose authors read drafts. Otherwise refresh and pull again.`,
      };
    try {
      const now = await this.folder.read(name);
      const file = now === undefined ? null : digestOf(now);
      if (file !== was.file)
        return {
          why: 'changed_meanwhile',
          message: `${label}: The file was changed while pulling, so it was left as it is.`,
        };
      if (isDirty(name)) return { why: 'unsaved', message: unsaved(label) };
      await this.folder.write(name, source);
      return undefined;
    } catch (error) {
      // One file that cannot be written must not keep the others from being brought up to date.
      if (WorkspaceError.is(error) || Problem.is(error))
        return { why: 'not_writable', message: error.message };
      throw error;
    }
  }

  /**
   * Makes the file of a new prompt.
   * @throws Problem `invalid_name`, `invalid_source`
   * @throws WorkspaceError `file_exists`, `outside`, `not_writable`
   */
  async createPrompt(name: string, source: string): Promise<PromptFile> {
    const prompt = parsePromptName(name);
    const path = this.folder.pathOf(prompt);
    checkSourceText(source);
    checkNoIssues(sourceIssues(source, parseSource(source, sourceKindOf(prompt))), this.folder.shown(path));
    await this.folder.checkFree(prompt);
    await this.folder.write(prompt, source);
    return { name: prompt, path };
  }

  /**
   * Says that a file takes `base` into account: after its author has put a newer version's changes into it by hand,
   * or when it is known to hold that version already. The file is not touched.
   * @throws WorkspaceError `invalid_lock_file`, `unreadable`, `not_writable`
   */
  setBase(name: PromptName, base: LockEntry): Promise<void> {
    return this.#changeLock(new Map([[name, { version: base.version, digest: base.digest }]]));
  }

  /** Sets the bases of some prompts in the lock file as it is on disk by then. */
  #changeLock(bases: Lock): Promise<void> {
    const change = this.#lastLockChange.then(async () => {
      const lock = await this.readLock();
      await writeLock(this.#root, new Map([...lock, ...bases]), this.#files);
    });
    this.#lastLockChange = change.catch(() => {}); // the caller of the failed change is told; the next one goes on
    return change;
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer Item)[] ? Item[] : T[K] };

async function newestOf(
  registry: Registry,
  name: PromptName,
  problem: Problem,
  signal: AbortSignal | undefined,
): Promise<Version | undefined> {
  const { newest } = problem.details;
  if (newest === undefined || newest === null) return undefined;
  try {
    return await registry.getVersion(name, newest.version as VersionNumber, signal);
  } catch {
    return undefined; // the outcome stands without it: its number and digest are in the problem
  }
}
