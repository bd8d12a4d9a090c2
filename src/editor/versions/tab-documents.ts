/** The documents in a tab: for one or several comparisons the right sides, for a merge its result. */
import * as vscode from 'vscode';

/** Empty for a tab that shows no text. */
export function documentsIn(tab: vscode.Tab | undefined): readonly vscode.Uri[] {
  const input: unknown = tab?.input;
  if (input instanceof vscode.TabInputText) return [input.uri];
  if (input instanceof vscode.TabInputTextDiff) return [input.modified];
  if (isMergeInput(input)) return [input.result];
  return isMultiDiff(input) ? input.textDiffs.map(({ modified }) => modified) : [];
}

/** The documents in a tab; for one or several comparisons, both sides. */
export function sidesIn(tab: vscode.Tab | undefined): readonly vscode.Uri[] {
  const input: unknown = tab?.input;
  if (input instanceof vscode.TabInputTextDiff) return [input.original, input.modified];
  if (!isMultiDiff(input)) return documentsIn(tab);
  return input.textDiffs.flatMap(({ original, modified }) =>
    [original, modified].filter(uri => uri !== undefined),
  );
}

/** Returns true if the tab was opened by `vscode.changes`. */
export function isMultiDiffTab(tab: vscode.Tab | undefined): boolean {
  return isMultiDiff(tab?.input);
}

/** VS Code passes this input to every extension, although its class is only declared as a proposal. */
function isMultiDiff(input: unknown): input is {
  readonly textDiffs: readonly { readonly original?: vscode.Uri; readonly modified: vscode.Uri }[];
} {
  return (
    typeof input === 'object' && input !== null && 'textDiffs' in input && Array.isArray(input.textDiffs)
  );
}

/** The input of a merge editor's tab; as with the multi-diff editor, its class is only declared as a proposal. */
export function isMergeInput(input: unknown): input is { readonly result: vscode.Uri } {
  return (
    typeof input === 'object' &&
    input !== null &&
    'input1' in input &&
    'result' in input &&
    input.result instanceof vscode.Uri
  );
}
