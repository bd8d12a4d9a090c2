/** The view Promotions: what waits for approval, what is planned, what was done lately; its badge counts what waits. */
import * as vscode from 'vscode';
import type { Promotion } from '../../contract/promotions.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { KeyState } from '../connection/choose-key.ts';
import { setContext } from '../context-keys.ts';
import type { PromptList } from '../explorer/prompt-list.ts';
import { LAST_KNOWN } from '../status/words.ts';
import { counted } from '../wording/age.ts';
import { treeItem } from '../wording/tree-item.ts';
import type { Workbench } from '../workbench.ts';
import { deedsFor, type Group, groupOf, groupsOf } from './groups.ts';
import { GROUP_TITLES, iconOf, promotionWords } from './labels.ts';
import type { PromotionList } from './promotion-list.ts';
import { Standings } from './standing.ts';

export type PromotionNode =
  | { readonly kind: 'group'; readonly group: Group }
  | { readonly kind: 'promotion'; readonly promotion: Promotion };

export class PromotionsTree implements vscode.TreeDataProvider<PromotionNode> {
  readonly #list: PromotionList;
  readonly #prompts: PromptList;
  #known:
    | {
        readonly promotions: readonly Promotion[];
        readonly listed: PromptList['listed'];
        readonly standings: Standings;
      }
    | undefined;
  readonly #keyOf: (environment: EnvironmentName) => KeyState | undefined;
  readonly #changed = new vscode.EventEmitter<undefined>();
  readonly onDidChangeTreeData = this.#changed.event;

  constructor({ session, promotions, prompts }: Pick<Workbench, 'session' | 'promotions' | 'prompts'>) {
    this.#list = promotions;
    this.#prompts = prompts;
    this.#keyOf = environment => session.keys.get(environment);
    promotions.onDidChange(() => this.#changed.fire(undefined));
    // Where pointers stand is known from the prompts.
    prompts.onDidChange(() => this.#changed.fire(undefined));
  }

  getChildren(node?: PromotionNode): PromotionNode[] {
    if (node === undefined) return groupsOf(this.#list.promotions).map(group => ({ kind: 'group', group }));
    return node.kind === 'group'
      ? node.group.promotions.map(promotion => ({ kind: 'promotion', promotion }))
      : [];
  }

  getTreeItem(node: PromotionNode): vscode.TreeItem {
    return node.kind === 'group' ? groupItem(node.group) : this.#promotionItem(node);
  }

  /** Made anew when what it is made from has changed. */
  #standings(): Standings {
    const { promotions } = this.#list;
    const { listed } = this.#prompts;
    if (this.#known?.promotions !== promotions || this.#known.listed !== listed)
      this.#known = {
        promotions,
        listed,
        standings: new Standings(promotions, prompt => listed.get(prompt)?.summary),
      };
    return this.#known.standings;
  }

  #promotionItem(node: Extract<PromotionNode, { kind: 'promotion' }>): vscode.TreeItem {
    const { promotion } = node;
    const standing = this.#standings().of(promotion);
    const words = promotionWords(promotion, standing, Date.now());
    const { icon, colour } = iconOf(promotion, standing);
    const item = treeItem(words);
    item.id = promotion.id;
    item.tooltip = new vscode.MarkdownString(words.tooltip());
    item.iconPath = new vscode.ThemeIcon(
      icon,
      colour === undefined ? undefined : new vscode.ThemeColor(colour),
    );
    const deeds = deedsFor(promotion, this.#keyOf(promotion.environment));
    item.contextValue = `:${['promotion', groupOf(promotion), ...deeds].join(':')}:`;
    item.command = { command: 'promptforge.reviewPromotion', title: 'Review Promotion', arguments: [node] };
    return item;
  }
}

function groupItem({ name, promotions }: Group): vscode.TreeItem {
  const { Collapsed, Expanded } = vscode.TreeItemCollapsibleState;
  const item = new vscode.TreeItem(GROUP_TITLES[name], name === 'done' ? Collapsed : Expanded);
  item.id = name;
  item.description = String(promotions.length);
  item.contextValue = ':group:';
  item.accessibilityInformation = {
    label: `${GROUP_TITLES[name]}, ${counted(promotions.length, 'promotion')}`,
  };
  return item;
}

export function registerPromotionsView(
  workbench: Workbench,
): vscode.Disposable & { readonly tree: PromotionsTree; waiting(): number } {
  const { promotions, session } = workbench;
  const tree = new PromotionsTree(workbench);
  const view = vscode.window.createTreeView<PromotionNode>('promptforge.promotions', {
    treeDataProvider: tree,
  });
  const show = () => {
    const waiting = promotions.promotions.filter(each => groupOf(each) === 'waiting').length;
    view.badge =
      waiting === 0
        ? undefined
        : { value: waiting, tooltip: `${counted(waiting, 'promotion')} waiting for approval` };
    const isOffline = session.state.kind === 'offline' && promotions.promotions.length > 0;
    view.message = isOffline ? LAST_KNOWN : (promotions.trouble ?? '');
    setContext(
      'promptforge.promotionList',
      promotions.trouble !== undefined ? 'failed' : promotions.isListed ? 'listed' : 'loading',
    );
  };
  return Object.assign(
    vscode.Disposable.from(view, promotions.onDidChange(show), session.onDidChange(show)),
    {
      tree,
      waiting: () => view.badge?.value ?? 0,
    },
  );
}
