/** The tree of the view Prompts, with nodes from nodes.ts and texts from labels.ts. */
import * as vscode from 'vscode';
import type { PromptSummary } from '../../contract/prompts.ts';
import { foldersAbove, isPartial, type PromptName } from '../../core/name.ts';
import { oneLine } from '../../core/visible-text.ts';
import type { Session } from '../connection/session.ts';
import { type Lives, lifeWords } from '../lives/lives.ts';
import type { PromptLives } from '../lives/prompt-lives.ts';
import { messageOf } from '../problems/explain.ts';
import { EMBEDDED, folderUriParts, promptUriParts } from '../versions/uri.ts';
import { treeItem } from '../wording/tree-item.ts';
import { DisposableOwner } from '../work/disposable-owner.ts';
import { TreeChanges } from '../work/tree-changes.ts';
import { asksForArchived, filterOf } from './filter.ts';
import {
  folderWords,
  type ItemWords,
  lastEnvironment,
  pointerWords,
  promptWords,
  versionWords,
} from './labels.ts';
import type { ListedPrompt } from './listed-prompt.ts';
import { contextOf, type ExplorerNode, idOf, nodesIn, pointerNodes } from './nodes.ts';
import type { PromptList } from './prompt-list.ts';
import { VersionPages } from './version-pages.ts';

/** The maximum number of folders that are expanded: each causes a request for its contents. */
const MAX_OPENED = 100;

export class PromptsTree extends DisposableOwner implements vscode.TreeDataProvider<ExplorerNode> {
  readonly #session: Session;
  readonly #prompts: PromptList;
  readonly #pages: VersionPages;
  readonly #lives: PromptLives;
  readonly #changed = this.own(new TreeChanges());
  readonly onDidChangeTreeData = this.#changed.event;
  #filter = '';
  /** The prompts that match the filter, computed on first use after a change. */
  #visible: readonly ListedPrompt[] | undefined;
  /** IDs of items expanded without a filter, because VS Code forgets this for items that a filter hides. */
  readonly #expanded = new Set<string>();

  /** @param lives shared with the other views that show when versions were live */
  constructor(session: Session, prompts: PromptList, lives: PromptLives) {
    super();
    this.#session = session;
    this.#prompts = prompts;
    this.#pages = new VersionPages(session);
    this.#lives = lives;
    this.own(prompts.onDidChange(() => this.#update()));
    let before = session.state.kind;
    this.own(
      session.onDidChange(() => {
        // The list shown in the meantime was incomplete.
        if (before === 'offline' && session.state.kind === 'connected') this.forgetHistories();
        before = session.state.kind;
      }),
    );
  }

  get filter(): string {
    return this.#filter;
  }

  set filter(filter: string) {
    this.#filter = filter;
    this.#update();
  }

  /** Records that the person expanded or collapsed an item. */
  note(node: ExplorerNode, isExpanded: boolean): void {
    if (this.#filter !== '') return;
    if (isExpanded) this.#expanded.add(idOf(node));
    else this.#expanded.delete(idOf(node));
  }

  /** The number of prompts the filter admits. */
  get count(): number {
    return this.#admitted().length;
  }

  /** Makes histories be fetched again when they are next shown. */
  forgetHistories(): void {
    this.#pages.clear();
    this.#lives.clear();
    this.#update();
  }

  async getChildren(node?: ExplorerNode): Promise<ExplorerNode[]> {
    if (node === undefined) {
      this.#changed.asked();
      return nodesIn(this.#admitted(), '');
    }
    if (node.kind === 'folder') return nodesIn(this.#admitted(), node.path);
    if (node.kind === 'prompt') return this.#childrenOf(node.listed);
    return [];
  }

  /** Undefined if the filter hides the prompt, or it does not exist. */
  nodeOf(prompt: PromptName): ExplorerNode | undefined {
    const listed = this.#admitted().find(({ name }) => name === prompt);
    return listed && { kind: 'prompt', listed };
  }

  getParent(node: ExplorerNode): ExplorerNode | undefined {
    if (node.kind === 'pointer' || node.kind === 'version' || node.kind === 'more' || node.kind === 'failed')
      return { kind: 'prompt', listed: node.listed };
    const above = node.kind === 'prompt' ? foldersAbove(node.listed.name) : foldersOf(node.path);
    const path = above.at(-1);
    return path === undefined ? undefined : { kind: 'folder', path, prompts: 0 };
  }

  getTreeItem(node: ExplorerNode): vscode.TreeItem {
    const item = this.#itemOf(node);
    item.id = `${idOf(node)}${this.#mark}`;
    item.contextValue = contextOf(node);
    return item;
  }

  /** Creates the tooltip when it is requested by the mouse or a screen reader. */
  resolveTreeItem(item: vscode.TreeItem, node: ExplorerNode): vscode.TreeItem {
    const words = wordsFor(node, this.#session.environments, Date.now());
    if (words !== undefined) item.tooltip = new vscode.MarkdownString(words.tooltip());
    return item;
  }

  /** Loads another page of a history. @throws as the registry client */
  async loadMore(name: PromptName): Promise<void> {
    const newest = this.#prompts.listed.get(name)?.summary?.newest.version;
    if (newest === undefined) return;
    await this.#pages.more(name, newest);
    this.#changed.fire();
  }

  #update(): void {
    this.#visible = undefined;
    this.#changed.fire();
  }

  #admitted(): readonly ListedPrompt[] {
    if (this.#visible === undefined) {
      const admits = filterOf(this.#filter);
      // Archived prompts without a file are hidden unless the filter asks for them.
      const isAskedFor = asksForArchived(this.#filter);
      this.#visible = [...this.#prompts.listed.values()].filter(
        listed => (isAskedFor || listed.hasFile || listed.summary?.archived !== true) && admits(listed),
      );
    }
    return this.#visible;
  }

  async #childrenOf(listed: ListedPrompt): Promise<ExplorerNode[]> {
    const { summary, name } = listed;
    if (summary === undefined) return [];
    const pointers = pointerNodes(listed, this.#session.environments);
    try {
      const [{ versions, nextCursor }, lives] = await Promise.all([
        this.#pages.of(name, summary.newest.version),
        this.#livesOf(summary),
      ]);
      const nodes: ExplorerNode[] = [
        ...pointers,
        ...versions.map(
          (version): ExplorerNode => ({
            kind: 'version',
            listed,
            version,
            lives: lives.get(version.version) ?? [],
          }),
        ),
      ];
      return nextCursor === undefined ? nodes : [...nodes, { kind: 'more', listed }];
    } catch (error) {
      return [...pointers, { kind: 'failed', listed, why: messageOf(error) }];
    }
  }

  /** Empty if they cannot be fetched: the versions are useful without them. */
  async #livesOf(summary: PromptSummary): Promise<Lives> {
    const isOffline = this.#session.state.kind === 'offline';
    const lives = isOffline ? this.#lives.known(summary) : this.#lives.of(summary);
    return (await lives?.catch(() => undefined)) ?? new Map();
  }

  #itemOf(node: ExplorerNode): vscode.TreeItem {
    const now = Date.now();
    const { None } = vscode.TreeItemCollapsibleState;
    switch (node.kind) {
      case 'folder': {
        const item = made(folderWords(node.path, node.prompts), this.#stateOf(node), 'folder');
        item.resourceUri = vscode.Uri.from(folderUriParts(this.#registry, node.path));
        return item;
      }
      case 'prompt': {
        const { listed } = node;
        const icon = isPartial(listed.name) ? 'symbol-snippet' : 'comment';
        const state = listed.summary === undefined ? None : this.#stateOf(node);
        const environment = lastEnvironment(this.#session.environments);
        const item = made(promptWords(listed, environment, now), state, icon);
        item.resourceUri = vscode.Uri.from(promptUriParts({ registry: this.#registry, prompt: listed.name }));
        item.command = command('openPrompt', 'Open', node);
        return item;
      }
      case 'pointer': {
        const item = made(pointerWords(node.pointer, node.summary, now), None, 'rocket');
        item.command = command('openVersion', 'Open Version', node);
        return item;
      }
      case 'version': {
        const life = lifeWords(node.lives, this.#session.environments, now);
        const icon = life.mark === undefined ? 'git-commit' : 'discard';
        const item = made(versionWords(node.version, node.listed.summary, life, now), None, icon);
        item.command = command('openVersion', 'Open Version', node);
        return item;
      }
      case 'more': {
        const item = new vscode.TreeItem('Load more …', None);
        item.iconPath = new vscode.ThemeIcon('ellipsis');
        item.command = command('loadMore', 'Load More Versions', node);
        item.accessibilityInformation = { label: `Load more versions of ${node.listed.name}` };
        return item;
      }
      case 'failed': {
        const item = new vscode.TreeItem('The history could not be fetched. Select to try again.', None);
        item.iconPath = new vscode.ThemeIcon('warning', new vscode.ThemeColor('list.warningForeground'));
        item.tooltip = oneLine(node.why);
        item.command = command('refresh', 'Refresh', node);
        return item;
      }
    }
  }

  #stateOf(node: ExplorerNode): vscode.TreeItemCollapsibleState {
    const isExpanded =
      this.#filter === '' ? this.#expanded.has(idOf(node)) : node.kind === 'folder' && this.#opensFolders;
    const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
    return isExpanded ? Expanded : Collapsed;
  }

  /** True to expand folders, so that matching prompts are visible. */
  get #opensFolders(): boolean {
    return this.#filter !== '' && this.count <= MAX_OPENED;
  }

  /** The end of an item's id: VS Code only reads the expansion state of items with a new id. */
  get #mark(): string {
    if (this.#filter === '') return '';
    return this.#opensFolders ? ' filtered, opened' : ' filtered';
  }

  get #registry(): string {
    return this.#session.registry ?? EMBEDDED;
  }
}

function made(words: ItemWords, state: vscode.TreeItemCollapsibleState, icon: string): vscode.TreeItem {
  const item = treeItem(words, state);
  item.iconPath = new vscode.ThemeIcon(icon);
  return item;
}

function wordsFor(
  node: ExplorerNode,
  environments: Session['environments'],
  now: number,
): ItemWords | undefined {
  switch (node.kind) {
    case 'folder':
      return folderWords(node.path, node.prompts);
    case 'prompt':
      return promptWords(node.listed, lastEnvironment(environments), now);
    case 'pointer':
      return pointerWords(node.pointer, node.summary, now);
    case 'version':
      return versionWords(node.version, node.listed.summary, lifeWords(node.lives, environments, now), now);
    default:
      return undefined;
  }
}

function command(id: string, title: string, node: ExplorerNode): vscode.Command {
  return { command: `promptforge.${id}`, title, arguments: [node] };
}

function foldersOf(path: string): string[] {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? [] : [path.slice(0, slash)];
}
