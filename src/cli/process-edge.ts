/** How the process behaves toward the terminal and the pipes around it, and when it has a fault of its own. */
import { EXIT } from './exit-code.ts';

/**
 * Whoever writes learns of a failed write itself (output.ts). `promptforge keys list | head -1` closes the pipe early:
 * that ends the output, not the work, and a server goes on without its log.
 */
export function leaveFailedWritesToTheWriter(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

/** Node's own warnings go to stderr, but not those about experimental features it runs on (SQLite in Node 22). */
export function silenceExperimentalWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', warning => {
    if (warning.name !== 'ExperimentalWarning') process.stderr.write(`${warning.name}: ${warning.message}\n`);
  });
}

/** What nobody caught ends the process, with a sentence instead of a stack trace. */
export function explainUncaughtFaults(): void {
  process.on('uncaughtException', error => {
    process.stderr.write(`promptforge: A fault of PromptForge itself ended this: ${error.message}\n`, () =>
      process.exit(EXIT.refused),
    );
  });
}
