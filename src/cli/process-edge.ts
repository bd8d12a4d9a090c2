/** Handles Node's warnings and internal errors of the process. */
import { EXIT } from './exit-code.ts';
import { line, sayAtTheEnd } from './output.ts';

/** Node's own warnings go to stderr, but not those about experimental features it runs on (SQLite in Node 22). */
export function silenceExperimentalWarnings(): void {
  process.removeAllListeners('warning');
  process.on('warning', ({ name, message }) => {
    if (name !== 'ExperimentalWarning') sayAtTheEnd(line`${name}: ${message}`);
  });
}

/** Uncaught errors end the process with a sentence instead of a stack trace. */
export function explainUncaughtFaults(): void {
  process.on('uncaughtException', ({ message }) => {
    sayAtTheEnd(line`promptforge: PromptForge has an internal error: ${message}`, () =>
      process.exit(EXIT.refused),
    );
  });
}

/**
 * Ends the process though native work never does: `process.exit` waits for the threads that do it. A shell in the place
 * of the process leaves them behind. Where Node cannot do that, Windows or before 22.15, it waits.
 */
export function endAtOnce(code: number): void {
  if (process.platform !== 'win32') process.execve?.('/bin/sh', ['sh', '-c', `exit ${code}`], {});
  process.exit(code);
}
