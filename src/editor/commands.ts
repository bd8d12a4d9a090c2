/** Registers commands so that failures are reported by us, not by VS Code's "command failed" message. */
import * as vscode from 'vscode';
import { closeAnswered } from './asking/answered-question.ts';
import type { ReportProblem } from './problems/report.ts';

/**
 * @param id without the `promptforge.` before it
 * @param doing the beginning of a failure message, such as `Publishing`
 */
export function registerCommand(
  id: string,
  doing: string,
  report: ReportProblem,
  run: (...args: unknown[]) => Promise<unknown> | unknown,
): vscode.Disposable {
  const attempt = async (...args: unknown[]): Promise<unknown> => {
    try {
      return await run(...args);
    } catch (error) {
      // Not awaited, because the message may stay open for long after the command.
      void report(error, doing, () => attempt(...args));
      return undefined;
    } finally {
      closeAnswered();
    }
  };
  return vscode.commands.registerCommand(`promptforge.${id}`, attempt);
}
