/** The open pages of promotions: one for each, revealed if it is requested again. */
import * as vscode from 'vscode';
import type { Promotion } from '../../contract/promotions.ts';
import type { SourceWithPartials } from '../../core/changed-sources.ts';
import type { RegistryEvent } from '../../core/event.ts';
import type { PromptName } from '../../core/name.ts';
import { sourceKindOf } from '../../core/source.ts';
import { versionReference } from '../../core/version.ts';
import { virtualFiles } from '../files/virtual-files.ts';
import { PreviewRenderer } from '../preview/renderer/preview-renderer.ts';
import { logged } from '../problems/explain.ts';
import { namedPromotion } from '../promotions/named-promotion.ts';
import type { Workbench } from '../workbench.ts';
import type { ChangeSummary } from './change-summary.ts';
import { keptState } from './messages.ts';
import { PromotionPanel } from './panel.ts';
import { VIEW_TYPE } from './register.ts';

export class PromotionPanels implements vscode.Disposable {
  readonly #workbench: Workbench;
  readonly #extensionUri: vscode.Uri;
  readonly #panels = new Set<PromotionPanel>();
  /** Counts tokens, in a thread. */
  readonly #renderer: PreviewRenderer;
  readonly #following: vscode.Disposable;

  constructor(workbench: Workbench, extensionUri: vscode.Uri) {
    this.#workbench = workbench;
    this.#extensionUri = extensionUri;
    const worker = vscode.Uri.joinPath(extensionUri, 'dist', 'preview-worker.js');
    this.#renderer = new PreviewRenderer(new URL(worker.toString(true)), virtualFiles);
    this.#following = workbench.session.onDidChange(() => this.#tellFront());
  }

  get open(): readonly PromotionPanel[] {
    return [...this.#panels];
  }

  /** Shows the page of the named promotion, or of the person's choice. */
  async show(argument: unknown): Promise<void> {
    const { session } = this.#workbench;
    const promotion = await namedPromotion(argument, this.#workbench, {
      title: 'Open Promotion',
      admits: () => true,
    });
    const { place } = session;
    if (promotion === undefined || place === undefined) return;
    const shown = [...this.#panels].find(each => each.id === promotion.id && each.place === place);
    if (shown !== undefined) {
      shown.panel.reveal();
      await shown.load();
      return;
    }
    const options = { enableFindWidget: true };
    const column = vscode.ViewColumn.Active;
    this.#attach(
      vscode.window.createWebviewPanel(VIEW_TYPE, 'Promotion', column, options),
      promotion.id,
      place,
    );
  }

  /** Fills a page of an earlier window. */
  restore(panel: vscode.WebviewPanel, state: unknown): void {
    const kept = keptState.safeParse(state);
    if (kept.success) this.#attach(panel, kept.data.id, kept.data.place);
    else panel.dispose();
  }

  /** Shows written, edited or deleted comments at once; other news come with the list. */
  heard(events: readonly RegistryEvent[]): void {
    const commented = events.filter(({ kind }) => kind.startsWith('comment.'));
    if (commented.length === 0) return;
    const prompts = new Set(commented.map(({ prompt }) => prompt));
    for (const panel of this.#panels) panel.heard(prompts);
  }

  dispose(): void {
    for (const panel of [...this.#panels]) panel.dispose();
    this.#following.dispose();
    this.#renderer.dispose();
  }

  #attach(panel: vscode.WebviewPanel, id: string, place: string): void {
    const shown = new PromotionPanel(panel, {
      workbench: this.#workbench,
      extensionUri: this.#extensionUri,
      id,
      place,
      summarize: (promotion, signal) => this.#summarize(promotion, signal),
    });
    this.#panels.add(shown);
    panel.onDidChangeViewState(() => this.#tellFront());
    panel.onDidDispose(() => {
      this.#panels.delete(shown);
      this.#tellFront();
    });
    this.#tellFront();
  }

  #tellFront(): void {
    this.#workbench.promotions.setPageInFront([...this.#panels].find(({ panel }) => panel.active));
  }

  async #summarize(promotion: Promotion, signal: AbortSignal): Promise<ChangeSummary> {
    const { prompt, from, version } = promotion;
    const [{ linkedVersion }, { changeBetween }, { changeSummary }] = await Promise.all([
      import('../compare/linked-side.ts'),
      import('../compare/change.ts'),
      import('./change-summary.ts'),
    ]);
    const to = await linkedVersion(this.#workbench, prompt, version);
    if (from === null)
      return { changes: [`All of it is new: @${version} is the first version there.`], breaking: undefined };
    const before = await linkedVersion(this.#workbench, prompt, from);
    signal.throwIfAborted();
    const change = await changeBetween(prompt, before, to);
    // One after the other, because the renderer drops the first of two concurrent requests.
    const counts = {
      from: await this.#tokensOf(prompt, from, before, signal),
      to: await this.#tokensOf(prompt, version, to, signal),
    };
    return changeSummary(before, to, sourceKindOf(prompt), change, counts);
  }

  /** The tokens of the text with the default inputs; undefined if it cannot be rendered or counted. */
  async #tokensOf(
    prompt: PromptName,
    version: Promotion['version'],
    linked: SourceWithPartials,
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { source, partials } = linked;
    const label = versionReference(prompt, version);
    const request = { source, partials, label, kind: sourceKindOf(prompt), isPublished: true, input: {} };
    try {
      const outcome = await this.#renderer.render(request, signal);
      return outcome.kind === 'rendered' ? (outcome.tokens.count ?? undefined) : undefined;
    } catch (error) {
      signal.throwIfAborted();
      this.#workbench.log.info(`Counting the tokens of ${label}: ${logged(error)}`);
      return undefined;
    }
  }
}
