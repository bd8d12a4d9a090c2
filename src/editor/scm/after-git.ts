/**
 * Waits for VS Code's git to open its repositories: without an open editor, the source control that was registered
 * first is active, and the status bar only shows the branch if that is git's.
 */
import type * as vscode from 'vscode';
import { nextEvent } from '../work/next-event.ts';

/** The part of `vscode.git` that is used: https://github.com/microsoft/vscode/blob/main/extensions/git/src/api/git.d.ts */
export interface GitExtension {
  readonly enabled: boolean;
  getAPI(version: 1): {
    readonly state: 'uninitialized' | 'initialized';
    readonly onDidChangeState: vscode.Event<'uninitialized' | 'initialized'>;
  };
}

export type GitLike = Pick<vscode.Extension<GitExtension>, 'isActive' | 'exports' | 'activate'>;

/** In ms. Git scans a large workspace for longer; then it is registered after us. */
const PATIENCE_MS = 3_000;

/** Resolves at once if git is disabled or ready, otherwise after `patience` ms at most. Never rejects. */
export async function afterGit(extension: GitLike | undefined, patience = PATIENCE_MS): Promise<void> {
  if (extension === undefined) return;
  const late = AbortSignal.timeout(patience);
  const expired = new Promise<void>(resolve => late.addEventListener('abort', () => resolve()));
  try {
    await Promise.race([extension.activate(), expired]);
    if (late.aborted || !extension.isActive || !extension.exports.enabled) return;
    const git = extension.exports.getAPI(1);
    if (git.state !== 'initialized')
      await nextEvent(git.onDidChangeState, patience, state => state === 'initialized');
  } catch {
    // Without git there is nothing to wait for.
  }
}
