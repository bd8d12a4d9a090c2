/** Shows a prompt's file, or a folder of the tree, in VS Code's file explorer. */
import { join } from 'node:path';
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import { isNode, targetOf } from '../explorer/target.ts';
import { uriOf } from '../files/paths.ts';
import { exists } from '../work/exists.ts';
import type { Workbench } from '../workbench.ts';

export function registerRevealInExplorer(workbench: Workbench): vscode.Disposable {
  const { prompts, ask, report } = workbench;
  return registerCommand('revealInExplorer', 'Revealing the file', report, async argument => {
    const folder = (await prompts.workingCopy())?.folder;
    if (folder === undefined) return;
    if (isNode(argument) && argument.kind === 'folder') {
      await show(argument.path, join(folder.path, ...argument.path.split('/')));
      return;
    }
    const target = await targetOf(argument, workbench, {
      title: 'Reveal in Explorer View',
      admits: ({ hasFile }) => hasFile,
    });
    if (target !== undefined) await show(target.prompt, folder.pathOf(target.prompt));
  });

  async function show(name: string, path: string): Promise<void> {
    const uri = uriOf(path);
    if (await exists(uri)) await vscode.commands.executeCommand('revealInExplorer', uri);
    else await ask.tell('info', `${name} is in the registry only. Pull to get its file.`);
  }
}
