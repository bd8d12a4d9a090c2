/** The view Promotions: waiting promotions and changes of owners, planned and recently finished promotions; its badge counts those that wait. */
import * as vscode from 'vscode';
import type { StoredKeyState } from '../../client/choose-key.ts';
import type { Promotion } from '../../contract/promotions.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { setContext } from '../context-keys.ts';
import type { ItemWords } from '../explorer/labels.ts';
import type { PromptList } from '../explorer/prompt-list.ts';
import { LAST_KNOWN } from '../status/words.ts';
import { counted } from '../wording/age.ts';
import { treeItem } from '../wording/tree-item.ts';
import { DisposableOwner } from '../work/disposable-owner.ts';
import { TreeChanges } from '../work/tree-changes.ts';
import type { Workbench } from '../workbench.ts';
import {
  entriesOf,
  type Group,
  groupOf,
  groupsOf,
  type OwnersEntry,
  type PromotionEntry,
  permittedActions,
  permittedReleaseActions,
  turnOf,
} from './groups.ts';
import { groupTitle, iconOf, promotionWords } from './labels.ts';
import { ownersTurnOf, permittedOwnersActions } from './owners-actions.ts';
import { ownersWords } from './owners-labels.ts';
import type { PromotionList } from './promotion-list.ts';
import { releaseWords } from './release-labels.ts';
import { knownStandings, type Standings } from './standing.ts';

export type PromotionNode = { readonly kind: 'group'; readonly group: Group } | PromotionEntry | OwnersEntry;

export class PromotionsTree extends DisposableOwner implements vscode.TreeDataProvider<PromotionNode> {
  readonly #list: PromotionList;
  readonly #prompts: PromptList;
  #known:
    | {
        readonly promotions: readonly Promotion[];
        readonly listed: PromptList['listed'];
        readonly standings: Standings;
      }
    | undefined;
  readonly #keyOf: (environment: EnvironmentName) => StoredKeyState | undefined;
  readonly #environments: () => readonly EnvironmentName[];
  readonly #changed = this.own(new TreeChanges());
  readonly onDidChangeTreeData = this.#changed.event;

  constructor({ session, promotions, prompts }: Pick<Workbench, 'session' | 'promotions' | 'prompts'>) {
    super();
    this.#list = promotions;
    this.#prompts = prompts;
    this.#keyOf = environment => session.keys.get(environment);
    this.#environments = () => session.environments.map(({ name }) => name);
    this.own(promotions.onDidChange(() => this.#changed.fire()));
    // The targets of pointers come from the list of prompts.
    this.own(prompts.onDidChange(() => this.#changed.fire()));
    // Permissions follow from the keys.
    this.own(session.onDidChange(() => this.#changed.fire()));
  }

  getChildren(node?: PromotionNode): PromotionNode[] {
    if (node === undefined) {
      this.#changed.asked();
      return groupsOf(this.#list.promotions, this.#environments(), this.#keyOf, this.#list.ownersChanges).map(
        group => ({ kind: 'group', group }),
      );
    }
    if (node.kind === 'group') {
      const { owners, promotions } = node.group;
      return [...owners.map(change => ({ kind: 'owners' as const, change })), ...entriesOf(promotions)];
    }
    return node.kind === 'release'
      ? node.release.promotions.map(promotion => ({ kind: 'promotion', promotion }))
      : [];
  }

  getTreeItem(node: PromotionNode): vscode.TreeItem {
    switch (node.kind) {
      case 'group':
        return groupItem(node.group, this.#isLast(node.group));
      case 'release':
        return this.#releaseItem(node);
      case 'promotion':
        return this.#promotionItem(node);
      case 'owners':
        return this.#ownersItem(node);
    }
  }

  /** Creates the tooltip when it is requested by the mouse or a screen reader. */
  resolveTreeItem(item: vscode.TreeItem, node: PromotionNode): vscode.TreeItem {
    if (node.kind !== 'group') item.tooltip = new vscode.MarkdownString(this.#wordsOf(node).tooltip());
    return item;
  }

  #wordsOf(node: PromotionEntry | OwnersEntry): ItemWords {
    const now = Date.now();
    switch (node.kind) {
      case 'release':
        return releaseWords(node.release, now);
      case 'promotion':
        return promotionWords(node.promotion, this.#standings().of(node.promotion), now);
      case 'owners':
        return ownersWords(node.change, now);
    }
  }

  /** The last environment comes first, as the most interesting one. */
  #isLast({ environment }: Group): boolean {
    return environment !== undefined && environment === this.#environments().at(-1);
  }

  /** Recomputed when its inputs have changed. */
  #standings(): Standings {
    const { promotions } = this.#list;
    const { listed } = this.#prompts;
    if (this.#known?.promotions !== promotions || this.#known.listed !== listed)
      this.#known = {
        promotions,
        listed,
        standings: knownStandings(this.#list, this.#prompts),
      };
    return this.#known.standings;
  }

  #releaseItem(node: Extract<PromotionNode, { kind: 'release' }>): vscode.TreeItem {
    const { release } = node;
    const [first] = release.promotions as [Promotion];
    const group = groupOf(first);
    const { Collapsed } = vscode.TreeItemCollapsibleState;
    const item = treeItem(this.#wordsOf(node), Collapsed);
    // Waiting and finished promotions of one release are two items.
    item.id = `release ${release.id} ${group}`;
    item.iconPath = new vscode.ThemeIcon('package');
    const actions = permittedReleaseActions(release.promotions, this.#keyOf(first.environment));
    const applied = release.promotions.some(({ state }) => state === 'applied') ? ['applied'] : [];
    item.contextValue = `:${['release', group, ...applied, ...actions].join(':')}:`;
    return item;
  }

  #promotionItem(node: Extract<PromotionNode, { kind: 'promotion' }>): vscode.TreeItem {
    const { promotion } = node;
    const standing = this.#standings().of(promotion);
    const { icon, color } = iconOf(promotion, standing);
    const item = treeItem(this.#wordsOf(node));
    item.id = promotion.id;
    item.iconPath = new vscode.ThemeIcon(
      icon,
      color === undefined ? undefined : new vscode.ThemeColor(color),
    );
    const actions = permittedActions(promotion, this.#keyOf(promotion.environment));
    item.contextValue = `:${['promotion', groupOf(promotion), ...actions].join(':')}:`;
    item.command = { command: 'promptforge.openPromotion', title: 'Open Promotion', arguments: [node] };
    return item;
  }

  #ownersItem(node: OwnersEntry): vscode.TreeItem {
    const { change } = node;
    const item = treeItem(this.#wordsOf(node));
    item.id = `owners ${change.id}`;
    item.iconPath = new vscode.ThemeIcon('organization');
    const actions = permittedOwnersActions(change, this.#keyOf(change.environment));
    item.contextValue = `:${['owners', ...actions].join(':')}:`;
    item.command = {
      command: 'promptforge.reviewOwnersChange',
      title: 'Review Owners Change',
      arguments: [node],
    };
    return item;
  }
}

/** @param isLast true if it is about the last environment */
function groupItem(group: Group, isLast: boolean): vscode.TreeItem {
  const { name, turn, environment, promotions, owners } = group;
  const count = entriesOf(promotions).length + owners.length;
  const title = groupTitle(group);
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(title, name === 'done' && !isLast ? Collapsed : Expanded);
  item.id = [name, turn, environment].filter(part => part !== undefined).join(' ');
  // Only the latest finished promotions are shown, so their number says nothing.
  if (name !== 'done') item.description = String(count);
  else item.tooltip = 'The most recent promotions. The log of the registry has all of them.';
  item.contextValue = ':group:';
  item.accessibilityInformation = { label: `${title}, ${counted(count, 'request')}` };
  return item;
}

export function registerPromotionsView(workbench: Workbench): vscode.Disposable & {
  readonly tree: PromotionsTree;
  /** The number of waiting entries, for this person or for anybody; a release counts as one. */
  waiting(of: 'you' | 'anybody'): number;
} {
  const { promotions, session } = workbench;
  const tree = new PromotionsTree(workbench);
  const view = vscode.window.createTreeView<PromotionNode>('promptforge.promotions', {
    treeDataProvider: tree,
  });
  const waitingOnes = () => promotions.promotions.filter(each => groupOf(each) === 'waiting');
  const ownersOfYours = () =>
    promotions.ownersChanges.filter(
      each => ownersTurnOf(each, session.keys.get(each.environment)) === 'yours',
    );
  const isYours = (each: Promotion) => turnOf(each, session.keys.get(each.environment)) === 'yours';
  const show = () => {
    // A release is one decision.
    const waiting = entriesOf(waitingOnes().filter(isYours)).length + ownersOfYours().length;
    view.badge =
      waiting === 0
        ? undefined
        : { value: waiting, tooltip: `${counted(waiting, 'request')} waiting for you` };
    view.description = session.oneOfSeveral?.name ?? '';
    const isOffline = session.state.kind === 'offline' && promotions.promotions.length > 0;
    view.message = isOffline ? LAST_KNOWN : (promotions.trouble ?? '');
    setContext(
      'promptforge.promotionList',
      promotions.trouble !== undefined ? 'failed' : promotions.isListed ? 'listed' : 'loading',
    );
  };
  return Object.assign(
    vscode.Disposable.from(tree, view, promotions.onDidChange(show), session.onDidChange(show)),
    {
      tree,
      waiting: (of: 'you' | 'anybody') =>
        of === 'you'
          ? (view.badge?.value ?? 0)
          : entriesOf(waitingOnes()).length + promotions.ownersChanges.length,
    },
  );
}
