/** Sync: pulls, then offers to publish what changed here. */
import * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import { askAboutDeleted } from '../conflicts/deleted.ts';
import type { Workbench } from '../workbench.ts';
import { countsOf } from '../working-copy/groups.ts';
import { pull } from './pull.ts';
import { isNothing, syncSummary } from './pull-words.ts';

const PUBLISH = 'Publish All…';
const SHOW_LOG = 'Show Log';

export function registerSync(workbench: Workbench): vscode.Disposable {
  const { prompts, ask, report } = workbench;
  return registerCommand('sync', 'Syncing', report, async () => {
    const { deleted, ...result } = await pull(workbench);
    const counts = countsOf(prompts.listed.values());
    const isWhole = result.left.length === 0;
    const buttons = [...(counts.changes > 0 ? [PUBLISH] : []), ...(isWhole ? [] : [SHOW_LOG])];
    askAboutDeleted(workbench, deleted);
    if (deleted.length > 0 && isNothing(result) && counts.changes === 0) return;
    void ask
      .tell(isWhole ? 'info' : 'warning', syncSummary(result, counts.changes), ...buttons)
      .then(chosen => {
        if (chosen === PUBLISH) return vscode.commands.executeCommand('promptforge.publishAll');
        return chosen === SHOW_LOG ? vscode.commands.executeCommand('promptforge.showLog') : undefined;
      });
  });
}
