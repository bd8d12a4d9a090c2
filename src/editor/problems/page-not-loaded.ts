/** Reports that VS Code did not load a page of ours, although it was filled repeatedly. */
import * as vscode from 'vscode';
import type { Dialogs } from '../asking/ask.ts';

const RELOAD = 'Reload Window';

/** @param page its name within a sentence: `the preview` */
export async function tellNotLoaded(
  { ask, log }: { readonly ask: Pick<Dialogs, 'tell'>; readonly log: vscode.LogOutputChannel },
  page: string,
): Promise<void> {
  log.error(`VS Code loaded neither script nor style of ${page}.`);
  const chosen = await ask.tell(
    'error',
    `VS Code did not load ${page}. Reload the window to try again.`,
    RELOAD,
  );
  if (chosen === RELOAD) await vscode.commands.executeCommand('workbench.action.reloadWindow');
}
