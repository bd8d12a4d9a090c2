/** The documents in a tab: of a comparison its right side, of a comparison of several the right sides of all. */
import * as vscode from 'vscode';

/** Empty for a tab that shows no text. */
export function documentsIn(tab: vscode.Tab | undefined): readonly vscode.Uri[] {
  const input: unknown = tab?.input;
  if (input instanceof vscode.TabInputText) return [input.uri];
  if (input instanceof vscode.TabInputTextDiff) return [input.modified];
  return isMultiDiff(input) ? input.textDiffs.map(({ modified }) => modified) : [];
}

/** The tab shows what `vscode.changes` opened. */
export function isMultiDiffTab(tab: vscode.Tab | undefined): boolean {
  return isMultiDiff(tab?.input);
}

/** VS Code gives this input to every extension, though its class is declared as a proposal only. */
function isMultiDiff(
  input: unknown,
): input is { readonly textDiffs: readonly Pick<vscode.TabInputTextDiff, 'modified'>[] } {
  return (
    typeof input === 'object' && input !== null && 'textDiffs' in input && Array.isArray(input.textDiffs)
  );
}
