/** The log channel's own command. */
import type * as vscode from 'vscode';
import { registerCommand } from '../commands.ts';
import type { ReportProblem } from '../problems/report.ts';

export function registerLog(log: vscode.LogOutputChannel, report: ReportProblem): vscode.Disposable {
  return registerCommand('showLog', 'Showing the log', report, () => log.show());
}
