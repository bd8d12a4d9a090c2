/** Saving a document, whoever else saves it at the same moment. */
import type * as vscode from 'vscode';

/**
 * Resolves with whether it is saved. VS Code itself answers `false` also where nothing was left to save, as where
 * Auto Save came first.
 */
export async function saveDocument(document: vscode.TextDocument): Promise<boolean> {
  return !document.isDirty || (await document.save()) || !document.isDirty;
}
