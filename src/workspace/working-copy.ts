/**
 * The working copy connects the prompt files with the registry: it compares them, publishes files, and updates them. It
 * never overwrites an unsaved or unpublished edit; the lock file is written after the files it describes, and a journal
 * lets the next process complete the work of one that was killed.
 */
import type { RegistryClient } from '../client/registry-client.ts';
import { type PromptName, parsePromptName } from '../core/name.ts';
import { Problem } from '../core/problem.ts';
import { checkSourceText, parseSource, sourceKindOf } from '../core/source.ts';
import { checkNoIssues, sourceIssues } from '../core/template.ts';
import { BegunMerges } from './begun-merges.ts';
import { FileIndex } from './file-index.ts';
import type { FileSystem } from './file-system.ts';
import { Journals } from './journal.ts';
import { LocalFolder } from './local-folder.ts';
import { LockChanges } from './lock-changes.ts';
import type { Lock, LockEntry } from './lock-file.ts';
import { NotedRenames } from './noted-renames.ts';
import type { Project } from './project-file.ts';
import type { RegistryPrompt, WorkingCopyState } from './prompt-state.ts';
import { type PromptFile, PromptsFolder } from './prompts-folder.ts';
import { asPublished, type PublishOutcome, publishable, publishFile } from './publish-file.ts';
import { pullPrompts } from './pull.ts';
import type { PullOptions, PullReport } from './pull-plan.ts';
import { readState, type StateParts } from './read-state.ts';
import { type RecoveryParts, recover } from './recovery.ts';
import { type ListedRegistry, RegistryListing } from './registry-listing.ts';
import { type LockRepair, repairLock } from './repair-lock.ts';
import { SimilarRenames } from './similar-renames.ts';
import { named } from './source-file.ts';
import { WorkspaceError } from './workspace-error.ts';

/** The part of `RegistryClient` that a working copy uses; its key may publish, or at least read history. */
export type Registry = Pick<RegistryClient, 'publish' | 'getVersion' | 'getSources' | 'batch'>;
type Version = Awaited<ReturnType<Registry['getVersion']>>;

export class WorkingCopy {
  readonly folder: PromptsFolder;
  readonly #parts: RecoveryParts & StateParts & { readonly merges: BegunMerges };
  readonly #listing: RegistryListing;
  readonly #root: string;
  readonly #similar: SimilarRenames;

  constructor({ root, promptsFolder }: Pick<Project, 'root' | 'promptsFolder'>, files: FileSystem) {
    this.#root = root;
    this.folder = new PromptsFolder(root, promptsFolder, files);
    const local = new LocalFolder(root, files);
    const lock = new LockChanges(root, files, local);
    const journals = new Journals(local, files);
    const index = new FileIndex(local, files);
    const merges = new BegunMerges(local, files);
    this.#listing = new RegistryListing(local, files);
    const renames = new NotedRenames(local, files);
    this.#similar = new SimilarRenames(this.folder, renames);
    this.#parts = { files, folder: this.folder, local, lock, journals, index, merges, renames };
  }

  /** The version that each file is based on. @throws WorkspaceError `invalid_lock_file`, `unreadable` */
  readLock(): Promise<Lock> {
    return this.#parts.lock.read();
  }

  /**
   * Every prompt of the registry, including archived ones: one request if nothing happened since the last call.
   * @throws Problem, RegistryUnreachable
   */
  listPrompts(registry: ListedRegistry, signal?: AbortSignal): Promise<RegistryPrompt[]> {
    return this.#listing.refresh(registry, signal);
  }

  /**
   * Completes interrupted work: the registry knows whether a version arrived whose response was lost. If it cannot be
   * reached, this is repeated next time.
   * @throws WorkspaceError `invalid_lock_file`, `unreadable`
   */
  takeUp(registry: Pick<Registry, 'getVersion'>, signal?: AbortSignal): Promise<void> {
    return this.#recover(registry, signal);
  }

  /**
   * Compares the files with their bases and the registry's newest versions.
   * @param prompts the registry's list, including archived ones; null if it is not available, so that only local edits
   * show
   * @throws WorkspaceError `invalid_lock_file`, `unreadable`
   */
  async state(prompts: Iterable<RegistryPrompt> | null, signal?: AbortSignal): Promise<WorkingCopyState> {
    await this.#recover();
    return readState(this.#parts, await this.readLock(), prompts, signal);
  }

  /**
   * Publishes a file based on the version in the lock file, with that version's line endings and byte order mark; a new
   * file with "\n" and no mark. Sends nothing if the source is invalid. On any failure the file and the lock file are
   * unchanged.
   * @throws Problem `invalid_source` with file, line and column in its message, `too_large`, or a problem of the registry
   * @throws RegistryUnreachable
   * @throws WorkspaceError `file_missing`, `invalid_lock_file`, or `lock_not_written` although the version was
   * published
   */
  async publish(
    registry: Registry,
    name: PromptName,
    message: string,
    signal?: AbortSignal,
  ): Promise<PublishOutcome> {
    return publishFile(this.#parts, registry, name, message, signal);
  }

  /** Dry run of `publish`; writes nothing, here or in the registry. @throws as `publish`; Problem `base_outdated` */
  async tryPublish(
    registry: Pick<RegistryClient, 'tryPublish' | 'batch'>,
    name: PromptName,
    message: string,
    signal?: AbortSignal,
  ): Promise<{ readonly version: Version; readonly created: boolean }> {
    const { label, source, base } = await publishable(this.#parts, registry, name, signal);
    try {
      return await registry.tryPublish(name, { source, message, base }, signal);
    } catch (error) {
      throw Problem.is(error, 'invalid_source') ? named(error, label) : error;
    }
  }

  /**
   * The text of a file as it would be published; undefined if there is none.
   * @throws as `publish`, except for problems with the publication itself
   */
  async publishedSource(
    registry: Pick<Registry, 'batch'>,
    name: PromptName,
    signal?: AbortSignal,
  ): Promise<string | undefined> {
    const source = await this.folder.read(name);
    if (source === undefined) return undefined;
    return asPublished(registry, name, source, (await this.readLock()).get(name), signal);
  }

  /**
   * Updates unchanged files to the newest version, writes missing ones, and merges newer versions into edited files if
   * the changes do not overlap. Other edited files, and those with unsaved edits, are left alone and named in the
   * report. If it fails or is canceled, the lock file includes what was written until then.
   * @param prompts the registry's list of prompts
   * @throws WorkspaceError `invalid_lock_file`, `unreadable`, `not_writable` (of the lock file)
   * @throws Problem, RegistryUnreachable
   */
  async pull(
    registry: Registry,
    prompts: readonly RegistryPrompt[],
    options: PullOptions,
  ): Promise<PullReport> {
    return pullPrompts(this.#parts, (...asked) => this.state(...asked), registry, prompts, options);
  }

  /**
   * Creates the file of a new prompt.
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
   * Records that a file includes `base`: after its author merged a newer version's changes by hand, or if it is known
   * to have that version's text. The file is not changed.
   * @throws WorkspaceError `invalid_lock_file`, `unreadable`, `not_writable`
   */
  async setBase(name: PromptName, base: LockEntry): Promise<void> {
    const { version, digest, text } = base;
    await this.#parts.lock.change(
      () => new Map([[name, { version, digest, ...(text !== undefined && { text }) }]]),
    );
    await this.endMerge(name);
  }

  /**
   * Resolves a merge conflict in the lock file as far as the merge base and the files decide it.
   * @returns undefined if there is none from git
   * @throws Problem, RegistryUnreachable, WorkspaceError `not_writable`
   */
  repairLock(registry: Pick<Registry, 'batch'>, signal?: AbortSignal): Promise<LockRepair | undefined> {
    return repairLock(this.#root, this.#parts, registry, signal);
  }

  /**
   * The state with renames of edited files: the registry has the texts of the missing files' versions.
   * @returns the same state if there are none
   */
  async withSimilarRenames(
    state: WorkingCopyState,
    registry: Pick<RegistryClient, 'getSources'>,
    signal?: AbortSignal,
  ): Promise<WorkingCopyState> {
    const renamed = await this.#similar.find(state, registry, signal);
    return renamed.size === state.renamed.size ? state : { ...state, renamed };
  }

  /** Records a rename: the file may have been edited, so that its text does not identify it. */
  async noteRename(from: PromptName, to: PromptName): Promise<void> {
    const { renames } = this.#parts;
    const noted = await renames.read();
    // A file that was already renamed, and not published since, keeps its first name.
    await renames.write(new Map([...noted, [to, noted.get(from) ?? from]]));
  }

  /**
   * Prevents pulls into a file until `endMerge` or `setBase`. On disk when it resolves.
   * @throws WorkspaceError `not_writable`, or an error of the file system
   */
  beginMerge(name: PromptName): Promise<void> {
    return this.#parts.merges.begin(name);
  }

  endMerge(name: PromptName): Promise<void> {
    return this.#parts.merges.end(name);
  }

  /** If the files cannot be written, a later process completes the recovery. */
  async #recover(registry?: Pick<Registry, 'getVersion'>, signal?: AbortSignal): Promise<void> {
    try {
      await recover(this.#parts, registry, signal);
    } catch (error) {
      if (!WorkspaceError.is(error, 'not_writable')) throw error;
    }
  }
}
