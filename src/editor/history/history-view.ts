/** The view History and its commands; its contents are loaded when it is first visible. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import { selectFocused } from '../explorer/focused-node.ts';
import { type HistoryNode, isHistoryNode } from '../explorer/nodes.ts';
import { TreeChanges } from '../work/tree-changes.ts';
import type { Workbench } from '../workbench.ts';
import type { OpenHistory } from './open-history.ts';

const VIEW = 'promptforge.history';

export interface HistoryView extends vscode.Disposable {
  readonly view: Pick<vscode.TreeView<HistoryNode>, 'description' | 'message'>;
  opened(): Promise<OpenHistory>;
  /** The item that receives keys in the view, which is then selected; undefined if there is none. */
  focused(): Promise<HistoryNode | undefined>;
}

export function registerHistoryView(workbench: Workbench): HistoryView {
  const { report } = workbench;
  const changed = new TreeChanges();
  let opening: Promise<OpenHistory> | undefined;
  const opened = (): Promise<OpenHistory> => {
    opening ??= import('./open-history.ts').then(({ openHistory }) =>
      openHistory(workbench, view, () => changed.fire()),
    );
    return opening;
  };
  const view = vscode.window.createTreeView<HistoryNode>(VIEW, {
    treeDataProvider: {
      onDidChangeTreeData: changed.event,
      async getChildren(node) {
        if (node === undefined) changed.asked();
        return (await opened()).tree.getChildren(node);
      },
      getTreeItem: async node => (await opened()).tree.getTreeItem(node),
      resolveTreeItem: async (item, node) => (await opened()).tree.resolveTreeItem(item, node),
      getParent: () => undefined,
    },
  });
  const disposables = vscode.Disposable.from(
    view,
    changed,
    registerCommand('showHistory', 'Showing the history', report, async argument => {
      await (await opened()).showOf(argument);
      await vscode.commands.executeCommand(`${VIEW}.focus`);
    }),
    registerCommand('loadMoreHistory', 'Fetching older versions', report, async node => {
      if (isHistoryNode(node)) await (await opened()).tree.loadMore(node);
    }),
    registerCommand('filterByAuthor', 'Filtering', report, async () => (await opened()).filterByAuthor()),
    registerCommand('clearAuthorFilter', 'Clearing the filter', report, async () =>
      (await opened()).filter(undefined),
    ),
  );
  return {
    view,
    opened,
    focused: () => selectFocused(view),
    dispose() {
      disposables.dispose();
      void opening?.then(history => history.dispose());
    },
  };
}
