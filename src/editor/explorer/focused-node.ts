/**
 * Which node of the tree keys go to. VS Code tells an extension only what is selected, and the arrow keys move the focus
 * alone; but it has a command that selects what has the focus, or no longer does, and opens nothing.
 */
import * as vscode from 'vscode';
import { idOf, type Node } from './nodes.ts';

/** Selects it. To be called while the tree has the focus, or had it last of all lists. */
export async function selectFocused(view: vscode.TreeView<Node>): Promise<Node | undefined> {
  const before = view.selection;
  const told = selectionTold(view);
  await vscode.commands.executeCommand('list.toggleSelection');
  await told;
  const after = view.selection;
  const [focused] = [...without(after, before), ...without(before, after)];
  if (focused === undefined) return before[0];
  await view.reveal(focused, { select: true, focus: false });
  return focused;
}

/** The longest wait for word of a selection, in milliseconds: where no list had the focus, none comes. */
const TOLD_MS = 500;

/** When VS Code tells of the next selection, which it may do after the command that made it has ended. */
function selectionTold(view: vscode.TreeView<Node>): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      clearTimeout(timer);
      listening.dispose();
      resolve();
    };
    const timer = setTimeout(done, TOLD_MS);
    const listening = view.onDidChangeSelection(done);
  });
}

function without(nodes: readonly Node[], others: readonly Node[]): Node[] {
  const ids = new Set(others.map(idOf));
  return nodes.filter(node => !ids.has(idOf(node)));
}
