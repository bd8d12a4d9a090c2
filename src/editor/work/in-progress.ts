/** Work that may take a while: after half a second it shows what it does and can be canceled. */
import * as vscode from 'vscode';
import { withoutLinks } from '../asking/plain-ask.ts';

const PATIENCE_MS = 500;

/**
 * Rejects as `work` does.
 * @param title describes the work, such as `Publishing support/triage`
 * @param cancellable false for work that ignores its signal
 */
export async function inProgress<Result>(
  title: string,
  work: (signal: AbortSignal) => Promise<Result>,
  cancellable = true,
): Promise<Result> {
  const controller = new AbortController();
  const running = work(controller.signal);
  const early = await Promise.race([settled(running), after(PATIENCE_MS)]);
  if (early !== 'settled') {
    await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: withoutLinks(`PromptForge: ${title} …`),
        cancellable,
      },
      async (_progress, token) => {
        const canceled = token.onCancellationRequested(() => controller.abort());
        await settled(running);
        canceled.dispose();
      },
    );
  }
  return running;
}

async function settled(work: Promise<unknown>): Promise<'settled'> {
  await work.catch(() => undefined); // the caller that awaits `work` gets the error
  return 'settled';
}

function after(milliseconds: number): Promise<'late'> {
  return new Promise(resolve => setTimeout(() => resolve('late'), milliseconds));
}
