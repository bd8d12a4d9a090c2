/** Creates tree items with their texts, for all views. */
import * as vscode from 'vscode';
import { oneLine } from '../../core/visible-text.ts';

/** The texts of an item, which may quote people. */
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
