/** The command Rollback Drill…, whose code is loaded on first use. */
import type * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import type { Workbench } from '../workbench.ts';

export function registerDrill(workbench: Workbench): vscode.Disposable {
  return registerCommand('rollbackDrill', 'The drill', workbench.report, async argument => {
    const { drill } = await import('./drill.ts');
    await drill(workbench, argument);
  });
}
