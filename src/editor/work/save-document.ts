/** Saving a document, whoever else saves it at the same moment. */
import { setTimeout as delay } from 'node:timers/promises';
import type * as vscode from 'vscode';

const LOOK_MS = 50;

/**
 * Resolves with whether it is saved. VS Code itself answers `false` also where nothing was left to save: where Auto
 * Save came first, or is still at it.
 * @param patience in milliseconds, for what another has begun to save
 */
export async function saveDocument(document: vscode.TextDocument, patience = 2_000): Promise<boolean> {
  if (!document.isDirty || (await document.save())) return true;
  for (let waited = 0; document.isDirty && waited < patience; waited += LOOK_MS) await delay(LOOK_MS);
  return !document.isDirty;
}
