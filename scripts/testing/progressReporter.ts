// mocha's own `spec` report, which also says in the progress file how far the suite is.

import Mocha from 'mocha';
import { reportProgress } from './progress.ts';

/** A mocha reporter. */
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
    runner.on('fail', (test, error: Error | undefined) =>
      reportProgress({ kind: 'fail', title: test.fullTitle(), reason: reasonOf(error) }),
    );
    runner.once('end', () => reportProgress({ kind: 'end' }));
  }
}

function reasonOf(error: Error | undefined): string {
  const stack = error?.stack ?? String(error);
  // Node's assertions show the difference in their message, which not every stack begins with.
  return stack.includes(error?.message ?? '') ? stack : `${error?.message}\n${stack}`;
}

// mocha takes a reporter given by its path from the default export.
export default ProgressReporter;
