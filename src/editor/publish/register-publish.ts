/** Registers Publish…. */
import type * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import { targetOf } from '../explorer/target.ts';
import type { Workbench } from '../workbench.ts';
import type { SourceDiagnostics } from './source-diagnostics.ts';

export function registerPublish(workbench: Workbench, diagnostics: SourceDiagnostics): vscode.Disposable {
  return registerCommand('publish', 'Publishing', workbench.report, async argument => {
    const target = await targetOf(argument, workbench, {
      title: 'Publish',
      admits: ({ hasFile, state, summary }) =>
        hasFile && state !== 'archived' && (state !== 'clean' || (summary?.outdatedPartials.length ?? 0) > 0),
    });
    if (target === undefined) return;
    const { publish } = await import('./publish.ts');
    await publish(workbench, diagnostics, target.prompt);
  });
}
