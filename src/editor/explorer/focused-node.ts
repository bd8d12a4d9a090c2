/**
 * Finds the tree's focused node. VS Code exposes only the selection, and the arrow keys move only the focus; but it has
 * a command that toggles the selection of the focused node without opening it.
 */
import * as vscode from 'vscode';
import { nextEvent } from '../work/next-event.ts';
import { type ExplorerNode, type HistoryNode, idOf } from './nodes.ts';

/** The maximum wait for the selection event, in milliseconds: if no list had the focus, there is none. */
const TOLD_MS = 500;

/** Selects the focused node. To be called while the tree has the focus, or was the last list to have it. */
export async function selectFocused<Shown extends ExplorerNode | HistoryNode>(
  view: vscode.TreeView<Shown>,
): Promise<Shown | undefined> {
  const before = view.selection;
  // VS Code may send the event after the command has ended.
  const told = nextEvent(view.onDidChangeSelection, TOLD_MS);
  await vscode.commands.executeCommand('list.toggleSelection');
  await told;
  const after = view.selection;
  const [focused] = [...without(after, before), ...without(before, after)];
  if (focused === undefined) return before[0];
  await view.reveal(focused, { select: true, focus: false });
  return focused;
}

function without<Shown extends ExplorerNode | HistoryNode>(
  nodes: readonly Shown[],
  others: readonly Shown[],
): Shown[] {
  const ids = new Set(others.map(idOf));
  return nodes.filter(node => !ids.has(idOf(node)));
}
