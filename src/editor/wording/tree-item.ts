/** An item of a tree with what it says; every view makes its items here. */
import * as vscode from 'vscode';
import { oneLine } from '../../core/visible-text.ts';

/** May quote what people wrote. */
export interface SaidByItem {
  readonly label: string;
  readonly description: string;
  /** For a screen reader. */
  readonly spoken: string;
}

export function treeItem(
  { label, description, spoken }: SaidByItem,
  state?: vscode.TreeItemCollapsibleState,
): vscode.TreeItem {
  const item = new vscode.TreeItem(oneLine(label), state);
  item.description = oneLine(description);
  item.accessibilityInformation = { label: oneLine(spoken) };
  return item;
}
