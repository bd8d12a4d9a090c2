/** The tree of the History view: for one prompt, what was live in each environment, and its versions, newest first. */
import * as vscode from 'vscode';
import type { VersionSummary } from '../../contract/prompts.ts';
import type { PromptName } from '../../core/name.ts';
import { oneLine } from '../../core/visible-text.ts';
import type { Session } from '../connection/session.ts';
import type { ItemWords } from '../explorer/labels.ts';
import type { ListedPrompt } from '../explorer/listed-prompt.ts';
import { contextOf, type HistoryNode, idOf } from '../explorer/nodes.ts';
import type { PromptList } from '../explorer/prompt-list.ts';
import { type History, VersionPages } from '../explorer/version-pages.ts';
import { lifeWords, livesOf } from '../lives/lives.ts';
import { type LiveSpan, spansOf, timelinesOf } from '../lives/timeline.ts';
import { messageOf } from '../problems/explain.ts';
import { treeItem } from '../wording/tree-item.ts';
import { PromotionHistory, type Promotions } from './promotion-pages.ts';
import { historyWords, spanWords, timelineWords } from './words.ts';

/** The number of versions per request; with a filter, the API's maximum. */
const PAGE = 50;
const PAGE_OF_ALL = 500;
/**
 * The number of an author's versions to find before the view is updated, and the number of versions to search for them.
 */
const WANTED = 20;
const LOOKED_AT = 2000;

const NO_PROMOTIONS: Promotions = { promotions: [], nextCursor: undefined };

export class HistoryTree {
  readonly #session: Session;
  readonly #prompts: PromptList;
  readonly #versions: VersionPages;
  readonly #promotions: PromotionHistory;
  readonly #update: () => void;
  #prompt: PromptName | undefined;
  #author: string | undefined;

  /** @param update called when the tree has changed */
  constructor(session: Session, prompts: PromptList, update: () => void) {
    this.#update = update;
    this.#session = session;
    this.#prompts = prompts;
    this.#versions = new VersionPages(session, PAGE);
    this.#promotions = new PromotionHistory(session);
  }

  get prompt(): PromptName | undefined {
    return this.#prompt;
  }

  /** Undefined for all authors. */
  get author(): string | undefined {
    return this.#author;
  }

  show(prompt: PromptName | undefined): void {
    if (prompt === this.#prompt) return;
    this.#prompt = prompt;
    this.#author = undefined;
    this.#update();
  }

  filter(author: string | undefined): void {
    this.#author = author;
    this.#update();
  }

  /** Makes everything be fetched again when it is next shown. */
  forget(): void {
    this.#versions.clear();
    this.#promotions.clear();
    this.#update();
  }

  /** Authors of the newest 2,000 versions, by the number they published. @throws as the registry client */
  async authors(): Promise<readonly (readonly [author: string, versions: number])[]> {
    const { summary } = this.#listed ?? {};
    if (summary === undefined) return [];
    const { versions } = await this.#history(summary.name, summary.newest.version, () => false);
    const counts = new Map<string, number>();
    for (const { author } of versions) counts.set(author, (counts.get(author) ?? 0) + 1);
    return [...counts].sort(([, a], [, b]) => b - a);
  }

  /** @throws as the registry client */
  async loadMore(node: HistoryNode): Promise<void> {
    const summary = this.#prompts.listed.get(node.listed.name)?.summary;
    if (summary === undefined) return;
    if (node.kind === 'more')
      await this.#versions.more(
        summary.name,
        summary.newest.version,
        this.#author === undefined ? PAGE : PAGE_OF_ALL,
      );
    if (node.kind === 'olderSpans') await this.#promotions.more(summary);
    this.#update();
  }

  async getChildren(node?: HistoryNode): Promise<HistoryNode[]> {
    const listed = this.#listed;
    if (node?.kind === 'timeline') return childrenOf(node);
    if (node !== undefined || listed?.summary === undefined) return [];
    const { summary } = listed;
    const { environments } = this.#session;
    try {
      const [{ versions, nextCursor }, { promotions, nextCursor: olderMoves }] = await Promise.all([
        this.#history(summary.name, summary.newest.version, shown => shown >= WANTED),
        this.#promotionsOf(listed),
      ]);
      const timelines = timelinesOf(promotions, environments);
      const lives = livesOf(promotions);
      const isAdmitted = ({ author }: VersionSummary) =>
        this.#author === undefined || author === this.#author;
      return [
        ...timelines.map(
          (timeline): HistoryNode => ({
            kind: 'timeline',
            listed,
            timeline,
            hasOlder: olderMoves !== undefined,
          }),
        ),
        ...versions.filter(isAdmitted).map(
          (version): HistoryNode => ({
            kind: 'version',
            listed,
            version,
            lives: lives.get(version.version) ?? [],
            spans: spansOf(version.version, timelines),
          }),
        ),
        ...(nextCursor === undefined ? [] : [{ kind: 'more', listed } as const]),
      ];
    } catch (error) {
      return [{ kind: 'failed', listed, why: messageOf(error) }];
    }
  }

  getTreeItem(node: HistoryNode): vscode.TreeItem {
    const item = this.#itemOf(node);
    item.id = idOf(node);
    item.contextValue = contextOf(node);
    return item;
  }

  resolveTreeItem(item: vscode.TreeItem, node: HistoryNode): vscode.TreeItem {
    const words = this.#wordsFor(node);
    if (words !== undefined) item.tooltip = new vscode.MarkdownString(words.tooltip());
    return item;
  }

  get #listed(): ListedPrompt | undefined {
    return this.#prompt && this.#prompts.listed.get(this.#prompt);
  }

  /**
   * The history as far as it was fetched; with an author, fetches more until there are enough versions, or many were
   * searched.
   */
  async #history(name: PromptName, newest: number, isEnough: (shown: number) => boolean): Promise<History> {
    let history = await this.#versions.of(name, newest);
    const isOfAll = this.#author === undefined && isEnough(WANTED);
    while (!isOfAll && history.nextCursor !== undefined && history.versions.length < LOOKED_AT) {
      if (isEnough(history.versions.filter(({ author }) => author === this.#author).length)) break;
      history = await this.#versions.more(name, newest, PAGE_OF_ALL);
    }
    return history;
  }

  /** Empty if they cannot be fetched: the versions are useful without them. */
  async #promotionsOf({ summary }: ListedPrompt): Promise<Promotions> {
    if (summary === undefined) return NO_PROMOTIONS;
    const isOffline = this.#session.state.kind === 'offline';
    const promotions = isOffline ? this.#promotions.known(summary) : this.#promotions.of(summary);
    return (await promotions?.catch(() => undefined)) ?? NO_PROMOTIONS;
  }

  #wordsFor(node: HistoryNode): ItemWords | undefined {
    const now = Date.now();
    if (node.kind === 'timeline') return timelineWords(node.timeline);
    if (node.kind === 'span') return spanWords(node.span, now);
    if (node.kind !== 'version') return undefined;
    const life = lifeWords(node.lives, this.#session.environments, now);
    return historyWords(node.version, node.listed.summary, node.spans ?? [], life, now);
  }

  #itemOf(node: HistoryNode): vscode.TreeItem {
    const { None, Collapsed } = vscode.TreeItemCollapsibleState;
    const words = this.#wordsFor(node);
    const item =
      words === undefined
        ? new vscode.TreeItem(plainLabel(node), None)
        : treeItem(words, node.kind === 'timeline' ? Collapsed : None);
    item.iconPath = iconOf(node);
    if (node.kind === 'failed') item.tooltip = oneLine(node.why);
    const command = COMMANDS[node.kind];
    if (command !== undefined)
      item.command = { command: `promptforge.${command[0]}`, title: command[1], arguments: [node] };
    return item;
  }
}

const COMMANDS: Readonly<Record<HistoryNode['kind'], readonly [id: string, title: string] | undefined>> = {
  timeline: undefined,
  span: ['openVersion', 'Open Version'],
  version: ['openVersion', 'Open Version'],
  more: ['loadMoreHistory', 'Load More Versions'],
  olderSpans: ['loadMoreHistory', 'Load More Promotions'],
  failed: ['refresh', 'Refresh'],
};

function childrenOf({ listed, timeline, hasOlder }: HistoryNode & { kind: 'timeline' }): HistoryNode[] {
  const spans = timeline.spans.map((span): HistoryNode => ({ kind: 'span', listed, span }));
  return hasOlder ? [...spans, { kind: 'olderSpans', listed, timeline }] : spans;
}

function plainLabel(node: HistoryNode): string {
  if (node.kind === 'failed') return 'The history could not be fetched. Select to try again.';
  return node.kind === 'olderSpans' ? 'Load older promotions …' : 'Load more …';
}

function iconOf(node: HistoryNode): vscode.ThemeIcon {
  const of = (icon: string, color?: string) =>
    new vscode.ThemeIcon(icon, color === undefined ? undefined : new vscode.ThemeColor(color));
  if (node.kind === 'timeline') return of('rocket');
  if (node.kind === 'failed') return of('warning', 'list.warningForeground');
  if (node.kind === 'span') return iconOfSpans([node.span], node.span.isRollback, of);
  if (node.kind === 'version') return iconOfSpans(node.spans ?? [], false, of);
  return of('ellipsis');
}

function iconOfSpans(
  spans: readonly LiveSpan[],
  isRollback: boolean,
  of: (icon: string, color?: string) => vscode.ThemeIcon,
): vscode.ThemeIcon {
  if (isRollback) return of('discard');
  // A version that was rolled back and is live again, for example after a drill, counts as live.
  if (spans.some(({ until }) => until === null)) return of('circle-filled', 'charts.green');
  return of(spans.some(({ rolledBackBy }) => rolledBackBy !== undefined) ? 'discard' : 'git-commit');
}
