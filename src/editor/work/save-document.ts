/** Saving a document, whoever else saves it at the same moment. */
import { setTimeout as delay } from 'node:timers/promises';
import type * as vscode from 'vscode';

const LOOK_MS = 50;
/** VS Code waits up to 1.75 s for the extension host before it writes anything, and a busy machine takes longer. */
const PATIENCE_MS = 30_000;

/**
 * Resolves with whether it is saved. VS Code itself answers `false` also where nothing was left to save: where Auto
 * Save came first, or is still at it.
 * @param patience in milliseconds, for what another has begun to save
 */
export async function saveDocument(document: vscode.TextDocument, patience = PATIENCE_MS): Promise<boolean> {
  if (!document.isDirty || (await document.save())) return true;
  const deadline = Date.now() + patience;
  while (document.isDirty && Date.now() < deadline) await delay(LOOK_MS);
  return !document.isDirty;
}
