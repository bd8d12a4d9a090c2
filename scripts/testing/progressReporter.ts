// Mocha's `spec` reporter, which also writes to the progress file.

import Mocha from 'mocha';
import { reportProgress } from './progress.ts';

/** A Mocha reporter. */
export class ProgressReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    runner.once('start', () => reportProgress({ kind: 'start', total: runner.total }));
    runner.on('test', test => reportProgress({ kind: 'begin', title: test.fullTitle() }));
    runner.on('hook', hook => reportProgress({ kind: 'step', title: hook.fullTitle() }));
    runner.on('pass', test =>
      reportProgress({ kind: 'pass', title: test.fullTitle(), milliseconds: test.duration ?? 0 }),
    );
    runner.on('pending', test => reportProgress({ kind: 'skip', title: test.fullTitle(), milliseconds: 0 }));
    runner.on('fail', (test, error: unknown) =>
      reportProgress({ kind: 'fail', title: test.fullTitle(), reason: reasonOf(error) }),
    );
    runner.once('end', () => reportProgress({ kind: 'end' }));
  }
}

/** The maximum number of nested causes that are printed. */
const MOST_CAUSES = 4;

/** The error with its stack and its causes. */
export function reasonOf(error: unknown): string {
  const reasons: string[] = [];
  for (let each = error; reasons.length <= MOST_CAUSES; each = each.cause) {
    reasons.push(stackOf(each));
    if (!(each instanceof Error) || each.cause === undefined) break;
  }
  return reasons.map((reason, index) => (index === 0 ? reason : `Caused by: ${reason}`)).join('\n');
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error) || error.stack === undefined) return String(error);
  // Node's assertion messages contain the difference, but not every stack starts with the message.
  return error.stack.includes(error.message) ? error.stack : `${error.message}\n${error.stack}`;
}

// Mocha loads a reporter by path from the default export.
export default ProgressReporter;
