/** The view Environments: the person's identity in each, with actions on its key. */
import * as vscode from 'vscode';
import type { Environment, EnvironmentName } from '../../core/environment.ts';
import { LAST_KNOWN } from '../status/words.ts';
import { EMBEDDED } from '../versions/uri.ts';
import { treeItem } from '../wording/tree-item.ts';
import { DisposableOwner } from '../work/disposable-owner.ts';
import { TreeChanges } from '../work/tree-changes.ts';
import { environmentWords } from './environments-words.ts';
import type { Session } from './session.ts';

/** The argument of commands on an environment. */
export interface EnvironmentNode {
  readonly environment: EnvironmentName;
  readonly policy: Environment['policy'] | undefined;
}

export class EnvironmentsTree extends DisposableOwner implements vscode.TreeDataProvider<EnvironmentNode> {
  readonly #session: Session;
  readonly #changed = this.own(new TreeChanges());
  readonly onDidChangeTreeData = this.#changed.event;

  constructor(session: Session) {
    super();
    this.#session = session;
    this.own(session.onDidChange(() => this.#changed.fire()));
  }

  getChildren(node?: EnvironmentNode): EnvironmentNode[] {
    if (node === undefined) this.#changed.asked();
    if (node !== undefined || this.#session.project === undefined) return [];
    const { environments, keys } = this.#session;
    const known = new Set(environments.map(({ name }) => name));
    const others = [...keys.keys()].filter(name => !known.has(name));
    return [
      ...environments.map(({ name, policy }) => ({ environment: name, policy })),
      ...others.map(environment => ({ environment, policy: undefined })),
    ];
  }

  getTreeItem({ environment, policy }: EnvironmentNode): vscode.TreeItem {
    const stored = this.#session.registry !== EMBEDDED;
    const key = this.#session.keys.get(environment) ?? { kind: 'none' };
    const words = environmentWords(environment, policy, key, stored);
    const item = treeItem(words);
    item.id = environment;
    item.tooltip = new vscode.MarkdownString(words.tooltip());
    item.iconPath = new vscode.ThemeIcon(words.icon, colorOf(key.kind));
    item.contextValue = words.context;
    return item;
  }
}

function colorOf(kind: 'none' | 'known' | 'refused' | 'unasked'): vscode.ThemeColor | undefined {
  if (kind === 'known') return new vscode.ThemeColor('testing.iconPassed');
  if (kind === 'refused') return new vscode.ThemeColor('list.errorForeground');
  return undefined;
}

export function registerEnvironmentsView(session: Session): vscode.Disposable {
  const tree = new EnvironmentsTree(session);
  const view = vscode.window.createTreeView('promptforge.environments', { treeDataProvider: tree });
  return vscode.Disposable.from(
    tree,
    view,
    session.onDidChange(() => {
      view.description = session.oneOfSeveral?.name ?? '';
      view.message = session.state.kind === 'offline' && session.environments.length > 0 ? LAST_KNOWN : '';
    }),
  );
}
