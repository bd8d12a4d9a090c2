/** Handles Node's warnings and internal errors of the process. */
import { EXIT } from './exit-code.ts';
import { line, sayAtTheEnd } from './output.ts';

/** Hides Node's warnings about experimental features that the command uses (SQLite in Node 22); others go to stderr. */
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
 * Ends the process even if native work never ends: `process.exit` would wait for its threads, but replacing the process
 * with a shell drops them. Where Node cannot do that, on Windows or before 22.15, it waits.
 */
export function endAtOnce(code: number): void {
  if (process.platform !== 'win32') process.execve?.('/bin/sh', ['sh', '-c', `exit ${code}`], {});
  process.exit(code);
}
