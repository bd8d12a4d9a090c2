/** Registers the commands Approve, Reject and Cancel Promotion; what decides is loaded when somebody does. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import type { Workbench } from '../workbench.ts';
import type { Deed } from './groups.ts';

export function registerDecisions(workbench: Workbench): vscode.Disposable {
  const command = (deed: Deed, title: string, doing: string) =>
    registerCommand(`${deed}Promotion`, doing, workbench.report, async argument => {
      const { decide } = await import('./decide.ts');
      await decide(workbench, deed, title, argument);
    });
  return vscode.Disposable.from(
    command('approve', 'Approve Promotion', 'Approving'),
    command('reject', 'Reject Promotion', 'Rejecting'),
    command('cancel', 'Cancel Promotion', 'Cancelling the promotion'),
  );
}
