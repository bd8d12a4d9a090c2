/** The prompts of the project: the registry's list and the states of the files, shared by all features. */
import * as vscode from 'vscode';
import type { PromptSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import type { Project } from '../../workspace/project-file.ts';
import type { WorkingCopyState } from '../../workspace/prompt-state.ts';
import type { WorkingCopy } from '../../workspace/working-copy.ts';
import { otherProjectOf } from '../connection/other-project.ts';
import type { Session } from '../connection/session.ts';
import { messageOf } from '../problems/explain.ts';
import { DisposableOwner } from '../work/disposable-owner.ts';
import { NewestRun } from '../work/newest-run.ts';
import type { ListedPrompt } from './listed-prompt.ts';
import { mergeListed } from './merge-listed.ts';

export class PromptList extends DisposableOwner {
  readonly #session: Session;
  readonly #changed = this.own(new vscode.EventEmitter<void>());
  readonly onDidChange = this.#changed.event;
  /** The registry and project folder of the shown list. */
  #of: string | undefined;
  #root: string | undefined;
  #summaries: readonly PromptSummary[] | undefined;
  /** The registry whose cached prompts are being read. */
  #recalling: string | undefined;
  /** True if the list is from the cache, and the registry has not listed anything since. */
  #isRecalled = false;
  #files: WorkingCopyState | undefined;
  #listed: ReadonlyMap<PromptName, ListedPrompt> = new Map();
  #workingCopy: { readonly project: Project; readonly copy: WorkingCopy } | undefined;
  #trouble: string | undefined;
  readonly #refreshing = new NewestRun();
  /** Prompts with a merge in progress. */
  #merging: ReadonlySet<PromptName> = new Set();
  /** Prompts that the lock file names and the registry's last list lacks. */
  #absent: ReadonlySet<PromptName> = new Set();
  readonly #loading = new NewestRun();
  /** The number of scans that were begun, and the number of the shown one. */
  #scans = 0;
  #shownScan = 0;
  #loadedAt = 0;

  constructor(session: Session) {
    super();
    this.#session = session;
    const following = session.onDidChange(() => {
      this.#forgetOther();
      void this.#recall();
    });
    this.own(following);
  }

  get listed(): ReadonlyMap<PromptName, ListedPrompt> {
    return this.#listed;
  }

  /** The entry of a command's prompt. @throws Error if it is no longer a file or in the registry */
  mustHave(prompt: PromptName): ListedPrompt {
    const listed = this.#listed.get(prompt);
    if (listed === undefined) throw new Error(`${prompt} is no longer in this folder or in the registry.`);
    return listed;
  }

  /** The prompts listed by the registry, including archived ones; empty before the first request. */
  get summaries(): readonly PromptSummary[] {
    return this.#summaries ?? [];
  }

  /** True if the registry has listed its prompts. */
  get isListed(): boolean {
    return this.#summaries !== undefined && !this.#isRecalled;
  }

  /** Why the list is incomplete, as one sentence; undefined if it is complete. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Files among the prompts that cannot be prompts. */
  get fileTroubles(): WorkingCopyState['troubles'] {
    return this.#files?.troubles ?? [];
  }

  /** True if files were checked out with other line endings than they are published with. */
  get hasReturns(): boolean {
    return this.#files?.hasReturns === true;
  }

  /** Prompts with a merge in progress: they are in conflict, whatever their files contain meanwhile. */
  get merging(): ReadonlySet<PromptName> {
    return this.#merging;
  }

  setMerging(names: ReadonlySet<PromptName>): void {
    if (names.size === this.#merging.size && [...names].every(name => this.#merging.has(name))) return;
    this.#merging = names;
    this.#show();
  }

  /** The time of the last request to the registry, in milliseconds since 1970. */
  get loadedAt(): number {
    return this.#loadedAt;
  }

  /**
   * Requests everything again. Never rejects: `trouble` has the error. Ends when no refresh is pending and the session
   * knows its state: a new file triggers another refresh of the window.
   */
  refresh(): Promise<void> {
    this.#loadedAt = Date.now();
    return this.#refreshing.start(async signal => {
      await this.#session.reload();
      if (!signal.aborted) await this.load();
    });
  }

  /** Lists the prompts again, without refreshing the session. Never rejects. */
  load(): Promise<void> {
    return this.#loading.start(signal => this.#load(signal));
  }

  /** Drops the state of another registry or folder. */
  #forgetOther(): void {
    const { registry, project } = this.#session;
    if (this.#root !== project?.root) this.#files = undefined;
    if (registry !== this.#of) this.#summaries = undefined;
    if (registry !== this.#of || this.#root !== project?.root) this.#absent = new Set();
    const isOther = this.#root !== project?.root || registry !== this.#of;
    this.#root = project?.root;
    this.#of = registry;
    if (!isOther) return;
    // Also ignores the result of a scan in progress.
    this.#scans += 1;
    this.#shownScan = this.#scans;
    this.#show();
  }

  /** Shows the cached state of a registry while it loads or is unreachable. Never rejects. */
  async #recall(): Promise<void> {
    const { state, registry } = this.#session;
    const isUnknown = registry !== this.#of || this.#summaries === undefined;
    const isAsked = state.kind === 'offline' || (state.kind === 'connecting' && state.isAsked === true);
    if (!isUnknown || !isAsked || registry === undefined || registry === this.#recalling) return;
    this.#recalling = registry;
    const known = await this.#session.recall('prompts');
    this.#recalling = undefined;
    const isLate = this.#session.registry !== registry || (this.#of === registry && this.isListed);
    if (known === undefined || isLate) return;
    this.#summaries = known;
    this.#isRecalled = true;
    this.#show();
    await this.rescan();
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { state, registry } = this.#session;
    this.#forgetOther();
    if (state.kind === 'offline') await this.#recall();
    if (state.kind === 'connected') {
      try {
        const client = await this.#session.clientFor({ kind: 'read' });
        const summaries = await client.allPrompts({ archived: true }, signal);
        // A list from the previous registry must not be shown for the new one.
        if (signal.aborted || registry !== this.#session.registry) return;
        this.#summaries = summaries;
        this.#isRecalled = false;
        this.#trouble = undefined;
        void this.#session.keep('prompts', summaries);
        this.#show(); // the names first: reading thousands of files takes longer than listing them
        await this.#takeUp(client, signal);
      } catch (error) {
        if (signal.aborted) return;
        this.#trouble = messageOf(error);
        this.#session.note(error);
      }
    } else {
      this.#trouble = 'why' in state ? state.why : undefined;
      // A request in progress does not drop the list.
      if (state.kind !== 'offline' && state.kind !== 'connecting') this.#summaries = undefined;
    }
    await this.rescan(signal);
    if (state.kind !== 'connected') return;
    await this.#noteAbsent(signal);
    if (!signal.aborted) await this.#adopt(signal);
    if (!signal.aborted) await this.#findRenames(signal);
  }

  /**
   * Called only with a new list, not whenever a file has changed: another process on this folder may have published since
   * the last list.
   */
  async #noteAbsent(signal: AbortSignal): Promise<void> {
    const { isAbsent } = await import('../../workspace/absent.ts');
    if (signal.aborted) return;
    const before = this.#absent;
    const absent = [...(this.#files?.prompts.values() ?? [])].filter(isAbsent);
    this.#absent = new Set(absent.map(({ name }) => name));
    if (before.size + this.#absent.size > 0) this.#show();
  }

  /** Checks whether publications arrived whose response was lost. */
  async #takeUp(client: Parameters<WorkingCopy['takeUp']>[0], signal: AbortSignal): Promise<void> {
    if (!vscode.workspace.isTrusted) return;
    try {
      await (await this.workingCopy())?.takeUp(client, signal);
    } catch {
      // The scan of the files reports a lock file that cannot be read or written.
    }
  }

  /** Finds renames of edited files, which would otherwise appear as one deleted and one new file. */
  async #findRenames(signal: AbortSignal): Promise<void> {
    const files = this.#files;
    if (files === undefined) return;
    try {
      const client = await this.#session.clientFor({ kind: 'read' });
      const found = await (await this.workingCopy())?.withSimilarRenames(files, client, signal);
      if (found === undefined || found === files || this.#files !== files) return;
      this.#files = found;
      this.#show();
    } catch (error) {
      if (!signal.aborted) this.#trouble = messageOf(error);
    }
  }

  /**
   * Bases files with the newest version's exact text on it, although the lock file has no entry: after a checkout
   * without one, or a copy. Otherwise, the first edit of such a file would appear as a conflict.
   */
  async #adopt(signal: AbortSignal): Promise<void> {
    const found = [...(this.#files?.prompts.values() ?? [])].filter(
      ({ state, base }) => state === 'clean' && base === null,
    );
    if (found.length === 0) return;
    try {
      const client = await this.#session.clientFor({ kind: 'read' });
      const names = new Set(found.map(({ name }) => name));
      // Only the lock file is written, because every file is reported as edited.
      await (await this.workingCopy())?.pull(client, this.summaries, { isDirty: () => true, names, signal });
      await this.rescan(signal);
    } catch (error) {
      if (!signal.aborted) this.#trouble = messageOf(error);
      this.#changed.fire();
    }
  }

  /** Compares the files with what is known of the registry. Never rejects. */
  async rescan(signal?: AbortSignal): Promise<void> {
    this.#scans += 1;
    const scan = this.#scans;
    // A scan that began earlier but ends later saw older files.
    const isOver = () => signal?.aborted === true || scan < this.#shownScan;
    try {
      const copy = vscode.workspace.isTrusted ? await this.workingCopy() : undefined;
      const files = await copy?.state(this.#summaries ?? null, signal);
      if (isOver()) return;
      this.#files = files;
    } catch (error) {
      if (isOver()) return;
      this.#files = undefined;
      this.#trouble = messageOf(error);
    }
    this.#shownScan = scan;
    this.#show();
  }

  /** The project's prompt with that file; undefined for any other file, including one of another project. */
  async promptOf(path: string): Promise<PromptName | undefined> {
    if (otherProjectOf(path, this.#session) !== undefined) return undefined;
    return (await this.workingCopy())?.folder.promptOf(path);
  }

  /** Undefined while no project is open. */
  async workingCopy(): Promise<WorkingCopy | undefined> {
    const { project } = this.#session;
    if (project === undefined) return undefined;
    const known = this.#workingCopy;
    if (known?.project.root === project.root && known.project.promptsFolder === project.promptsFolder)
      return known.copy;
    const [{ WorkingCopy }, files] = await Promise.all([
      import('../../workspace/working-copy.ts'),
      this.#session.fileSystem(project.root),
    ]);
    const copy = new WorkingCopy(project, files);
    this.#workingCopy = { project, copy };
    return copy;
  }

  override dispose(): void {
    super.dispose();
    this.#refreshing.stop();
    this.#loading.stop();
  }

  #troubles(): ReadonlyMap<PromptName, string> {
    const folder = this.#workingCopy?.copy.folder;
    const troubles = new Map<PromptName, string>();
    for (const { path, message } of this.fileTroubles) {
      const name = folder?.promptOf(path);
      if (name !== undefined && !troubles.has(name)) troubles.set(name, message);
    }
    return troubles;
  }

  #show(): void {
    this.#listed = mergeListed(
      this.#summaries ?? [],
      this.#files?.prompts ?? new Map(),
      this.#troubles(),
      this.#merging,
      this.#files?.renamed,
      this.#absent,
    );
    this.#changed.fire();
  }
}
