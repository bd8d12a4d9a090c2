/** Saves a document, even if something else saves it at the same time. */
import { setTimeout as delay } from 'node:timers/promises';
import type * as vscode from 'vscode';

const LOOK_MS = 50;
/** In ms: VS Code waits up to 1.75 s for the extension host before it writes, and a busy machine takes longer. */
const PATIENCE_MS = 30_000;

/**
 * Resolves with true if it is saved. VS Code itself also returns `false` if there was nothing to save, because Auto
 * Save was faster or is still running.
 * @param patience how long to wait for a save in progress, in milliseconds
 */
export async function saveDocument(document: vscode.TextDocument, patience = PATIENCE_MS): Promise<boolean> {
  if (!document.isDirty || (await document.save())) return true;
  const deadline = Date.now() + patience;
  while (document.isDirty && Date.now() < deadline) await delay(LOOK_MS);
  return !document.isDirty;
}
