/** Open All Changes: shows the changes of many prompts in VS Code's multi-diff editor. */
import * as vscode from 'vscode';
import type { PromptName } from '../../core/name.ts';
import type { Workbench } from '../workbench.ts';
import { groupOf } from '../working-copy/groups.ts';
import { changeOf, placeOf } from './changes.ts';

/** The maximum number to show: each has two documents, most of which must be fetched. */
const MOST_SHOWN = 100;

/** @param what describes the changes, for the tab's title */
export async function openAllChanges(
  workbench: Workbench,
  names: readonly PromptName[],
  what: string,
): Promise<void> {
  const place = placeOf(workbench);
  const pairs = names.flatMap(name => {
    const listed = workbench.prompts.listed.get(name);
    const group = listed && groupOf(listed);
    if (place === undefined || listed === undefined || group === undefined) return [];
    const { original, modified } = changeOf(listed, group, place);
    return [[modified ?? original, original, modified]];
  });
  if (pairs.length === 0) {
    await workbench.ask.tell('info', 'There are no changes to open.');
    return;
  }
  const cut = pairs.length > MOST_SHOWN ? `, first ${MOST_SHOWN} of ${pairs.length}` : '';
  await vscode.commands.executeCommand(
    'vscode.changes',
    // VS Code adds how many texts are shown, such as "(3 files)".
    `PromptForge: ${what}${cut}`,
    pairs.slice(0, MOST_SHOWN),
  );
}
