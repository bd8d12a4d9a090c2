/** The command Search Versions…, whose code is loaded on first use. */
import type * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import { isNode, namedTarget } from '../explorer/target.ts';
import type { Workbench } from '../workbench.ts';

export function registerSearchVersions(workbench: Workbench): vscode.Disposable {
  return registerCommand('searchVersions', 'Searching versions', workbench.report, async argument => {
    const [{ search }, target] = await Promise.all([
      import('./search.ts'),
      isNode(argument) ? namedTarget(argument, workbench) : undefined,
    ]);
    await search(workbench, typeof argument === 'string' ? argument : undefined, target?.prompt);
  });
}
