/** The command Trace Versions in Log…, whose code is loaded on first use. */
import type * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import type { Workbench } from '../workbench.ts';

export function registerTrace(workbench: Workbench): vscode.Disposable {
  return registerCommand('traceVersions', 'Tracing versions', workbench.report, async text => {
    const { traceLog } = await import('./trace-log.ts');
    await traceLog(workbench, typeof text === 'string' ? [{ name: 'the log', text: () => text }] : undefined);
  });
}
