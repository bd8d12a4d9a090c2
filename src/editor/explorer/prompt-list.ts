/** The prompts of the project: what the registry lists and how the files stand to it, kept for all who show or use them. */
import * as vscode from 'vscode';
import type { PromptSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import type { Project } from '../../workspace/project-file.ts';
import type { WorkingCopyState } from '../../workspace/prompt-state.ts';
import type { WorkingCopy } from '../../workspace/working-copy.ts';
import type { Session } from '../connection/session.ts';
import { messageOf } from '../problems/explain.ts';
import { NewestRun } from '../work/newest-run.ts';
import type { Listed } from './listed.ts';
import { mergeListed } from './merge-listed.ts';

export class PromptList implements vscode.Disposable {
  readonly #session: Session;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly onDidChange = this.#changed.event;
  #of: string | undefined;
  #summaries: readonly PromptSummary[] | undefined;
  #files: WorkingCopyState | undefined;
  #listed: ReadonlyMap<PromptName, Listed> = new Map();
  #workingCopy: { readonly project: Project; readonly copy: WorkingCopy } | undefined;
  #trouble: string | undefined;
  readonly #loading = new NewestRun();
  /** How many scans of the files were begun, and which of them is shown. */
  #scans = 0;
  #shownScan = 0;
  #loadedAt = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** By name. */
  get listed(): ReadonlyMap<PromptName, Listed> {
    return this.#listed;
  }

  /** What the registry lists, archived prompts too; empty when it was never asked. */
  get summaries(): readonly PromptSummary[] {
    return this.#summaries ?? [];
  }

  /** Whether the registry has listed its prompts. */
  get isListed(): boolean {
    return this.#summaries !== undefined;
  }

  /** Why the list is not whole, as one sentence; undefined when it is. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  /** Files among the prompts that cannot be prompts. */
  get fileTroubles(): WorkingCopyState['troubles'] {
    return this.#files?.troubles ?? [];
  }

  /** When the registry was last asked, in milliseconds since 1970. */
  get loadedAt(): number {
    return this.#loadedAt;
  }

  /** Asks the registry for everything again. Never rejects: `trouble` says what is wrong. */
  async refresh(): Promise<void> {
    this.#loadedAt = Date.now();
    await this.#session.reload();
    await this.load();
  }

  /** Lists the prompts again, the session being as it is. Never rejects. */
  load(): Promise<void> {
    return this.#loading.start(signal => this.#load(signal));
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { state, registry } = this.#session;
    if (registry !== this.#of) this.#summaries = undefined;
    this.#of = registry;
    if (state.kind === 'connected') {
      try {
        const client = await this.#session.clientFor({ kind: 'read' });
        const summaries = await client.allPrompts({ archived: true }, signal);
        if (signal.aborted) return;
        this.#summaries = summaries;
        this.#trouble = undefined;
        this.#show(); // the names first: reading thousands of files takes longer than listing them
      } catch (error) {
        if (signal.aborted) return;
        this.#trouble = messageOf(error);
        this.#session.note(error);
      }
    } else {
      this.#trouble = 'why' in state ? state.why : undefined;
      if (state.kind !== 'offline') this.#summaries = undefined;
    }
    await this.rescan(signal);
    if (state.kind === 'connected' && !signal.aborted) await this.#adopt(signal);
  }

  /**
   * Files that hold the newest version's very text are based on it, though no lock file says so: after a checkout
   * without one, or a copy. Without a base the first edit of such a file would look like a conflict.
   */
  async #adopt(signal: AbortSignal): Promise<void> {
    const found = [...(this.#files?.prompts.values() ?? [])].filter(
      ({ state, base }) => state === 'clean' && base === null,
    );
    if (found.length === 0) return;
    try {
      const client = await this.#session.clientFor({ kind: 'read' });
      const names = new Set(found.map(({ name }) => name));
      // Nothing is written but the lock file: every file is given out as edited.
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
    // One that began earlier and ends later saw older files.
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

  /** Undefined while no project is open. */
  async workingCopy(): Promise<WorkingCopy | undefined> {
    const { project } = this.#session;
    if (project === undefined) return undefined;
    const known = this.#workingCopy;
    if (known?.project.root === project.root && known.project.promptsFolder === project.promptsFolder)
      return known.copy;
    const [{ WorkingCopy }, { nodeFileSystem }] = await Promise.all([
      import('../../workspace/working-copy.ts'),
      import('../../workspace/node-file-system.ts'),
    ]);
    const copy = new WorkingCopy(project, nodeFileSystem);
    this.#workingCopy = { project, copy };
    return copy;
  }

  dispose(): void {
    this.#loading.stop();
    this.#changed.dispose();
  }

  #show(): void {
    this.#listed = mergeListed(this.#summaries ?? [], this.#files?.prompts ?? new Map());
    this.#changed.fire();
  }
}
