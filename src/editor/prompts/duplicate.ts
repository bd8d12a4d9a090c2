/** *Duplicate…*, loaded when it is used. */
import type * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import { registerCommand } from '../commands.ts';
import type { Workbench } from '../workbench.ts';

/** @param reveal shows a prompt in the tree */
export function registerDuplicate(
  workbench: Workbench,
  reveal: (prompt: PromptName) => Promise<void>,
): vscode.Disposable {
  return registerCommand('duplicate', 'Duplicating', workbench.report, async argument => {
    const { duplicatePrompt } = await import('./duplicate-prompt.ts');
    await duplicatePrompt(workbench, reveal, argument);
  });
}
