/** Open Changes: shows the changes of one prompt in VS Code's diff editor. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import type { Workbench } from '../workbench.ts';
import { groupOf } from '../working-copy/groups.ts';
import { changeOf, placeOf } from './changes.ts';

export async function openChanges(workbench: Workbench, prompt: PromptName): Promise<void> {
  const { prompts, ask } = workbench;
  const place = placeOf(workbench);
  const listed = prompts.listed.get(prompt);
  const group = listed && groupOf(listed);
  if (place === undefined || listed === undefined || group === undefined) {
    await ask.tell('info', `${prompt} has no changes.`);
    return;
  }
  const { original, modified, title } = changeOf(listed, group, place);
  if (original !== undefined && modified !== undefined)
    await vscode.commands.executeCommand('vscode.diff', original, modified, title, { preview: true });
  else await vscode.commands.executeCommand('vscode.open', modified ?? original, { preview: true }, title);
}
