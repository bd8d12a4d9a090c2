/** The only place that reports failures to the person, with buttons that help. */
import * as vscode from 'vscode';
import type { Dialogs } from '../asking/ask.ts';
import { MissingKey } from '../connection/missing-key.ts';
import { OtherProject } from '../connection/other-project.ts';
import { type Explanation, explain, logged, messageOf, type Remedy } from './explain.ts';

/**
 * `doing` is the failed action, as the start of a sentence (`Publishing support/triage`); `retry` repeats it. Resolves
 * when the person has closed the message.
 */
export type ReportProblem = (error: unknown, doing: string, retry?: () => unknown) => Promise<void>;

const BUTTONS: Readonly<Record<Remedy, string>> = {
  retry: 'Try Again',
  'set-key': 'Set Key…',
  connect: 'Connect…',
  'show-log': 'Show Log',
};

export function reporter(ask: Dialogs, log: Pick<vscode.LogOutputChannel, 'error' | 'debug'>): ReportProblem {
  return async (error, doing, retry) => {
    const explanation = error instanceof MissingKey ? missingKey(error) : explain(error, doing);
    if (error instanceof OtherProject) return offerToSwitch(ask, error, retry);
    if (explanation === undefined) {
      log.debug(`${doing} was canceled.`);
      return;
    }
    log.error(`${doing} failed: ${logged(error)}`);
    if (error instanceof Error && error.stack !== undefined) log.debug(error.stack);
    const remedies = explanation.remedies.filter(remedy => remedy !== 'retry' || retry !== undefined);
    const chosen = await ask.tell(
      explanation.severity,
      explanation.message,
      ...remedies.map(remedy => BUTTONS[remedy]),
    );
    const remedy = remedies.find(each => BUTTONS[each] === chosen);
    if (remedy === 'retry') await retry?.();
    if (remedy === 'set-key') {
      const environments = error instanceof MissingKey ? error.environments : [];
      await vscode.commands.executeCommand('promptforge.setKey', environments[0]);
    }
    if (remedy === 'connect') await vscode.commands.executeCommand('promptforge.connect');
    if (remedy === 'show-log') await vscode.commands.executeCommand('promptforge.showLog');
  };
}

/** Not a failure: the chosen item belongs to another project, which can be shown instead. */
async function offerToSwitch(
  ask: Dialogs,
  { message, project }: OtherProject,
  retry: (() => unknown) | undefined,
): Promise<void> {
  const button = project && `Switch to ${project.name}`;
  const chosen = await ask.tell('info', message, ...(button === undefined ? [] : [button]));
  if (project === undefined || chosen === undefined) return;
  await vscode.commands.executeCommand('promptforge.switchProject', project.root);
  await retry?.();
}

function missingKey(error: MissingKey): Explanation {
  return { severity: 'warning', message: messageOf(error), remedies: ['set-key'] };
}
