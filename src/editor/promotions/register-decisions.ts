/** Registers the commands Approve, Reject and Cancel Promotion; their code is loaded on first use. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import type { Workbench } from '../workbench.ts';
import type { ReviewAction } from './groups.ts';

export function registerDecisions(workbench: Workbench): vscode.Disposable {
  const command = (action: ReviewAction, title: string, doing: string) =>
    registerCommand(`${action}Promotion`, doing, workbench.report, async argument => {
      const { decide } = await import('./decide.ts');
      await decide(workbench, action, title, argument);
    });
  return vscode.Disposable.from(
    command('approve', 'Approve Promotion', 'Approving'),
    command('reject', 'Reject Promotion', 'Rejecting'),
    command('cancel', 'Cancel Promotion', 'Canceling the promotion'),
  );
}
