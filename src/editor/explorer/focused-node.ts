/**
 * Which node of the tree keys go to. VS Code tells an extension only what is selected, and the arrow keys move the focus
 * alone; but it has a command that selects what has the focus, or no longer does, and opens nothing.
 */
import * as vscode from 'vscode';
import { idOf, type Node } from './nodes.ts';

/** Selects it. To be called while the tree has the focus, or had it last of all lists. */
export async function selectFocused(view: vscode.TreeView<Node>): Promise<Node | undefined> {
  const before = view.selection;
  await vscode.commands.executeCommand('list.toggleSelection');
  const after = view.selection;
  const [focused] = [...without(after, before), ...without(before, after)];
  if (focused === undefined) return before[0];
  await view.reveal(focused, { select: true, focus: false });
  return focused;
}

function without(nodes: readonly Node[], others: readonly Node[]): Node[] {
  const ids = new Set(others.map(idOf));
  return nodes.filter(node => !ids.has(idOf(node)));
}
