/** *Revoke Key…*, loaded when it is used. */
import type * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import type { Workbench } from '../workbench.ts';

export function registerRevokeKey(workbench: Workbench): vscode.Disposable {
  return registerCommand('revokeKey', 'Revoking the key', workbench.report, async argument => {
    const { revokeChosenKey } = await import('./revoke-chosen-key.ts');
    await revokeChosenKey(workbench, argument);
  });
}
