/** Opens a document at a position, where it is already open or beside a given one. */
import * as vscode from 'vscode';

/**
 * Shows the document in the column where it is open, otherwise in that of `beside`, and focuses it.
 * @param rangeIn the range to select; optional
 */
export async function openPlace(
  uri: vscode.Uri,
  beside: vscode.Uri | undefined,
  rangeIn?: (document: vscode.TextDocument) => vscode.Range,
): Promise<void> {
  const document = await vscode.workspace.openTextDocument(uri);
  const viewColumn = columnOf(uri) ?? (beside && columnOf(beside)) ?? vscode.ViewColumn.One;
  const range = rangeIn?.(document);
  const editor = await vscode.window.showTextDocument(document, {
    viewColumn,
    ...(range !== undefined && { selection: range }),
  });
  if (range !== undefined) editor.revealRange(range, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}

function columnOf(uri: vscode.Uri): vscode.ViewColumn | undefined {
  const isSame = (other: vscode.Uri) => other.toString() === uri.toString();
  const visible = vscode.window.visibleTextEditors.find(({ document }) => isSame(document.uri));
  const group = vscode.window.tabGroups.all.find(({ tabs }) =>
    tabs.some(({ input }) => input instanceof vscode.TabInputText && isSame(input.uri)),
  );
  return visible?.viewColumn ?? group?.viewColumn;
}
