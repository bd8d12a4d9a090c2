// mocha's own `spec` report, which also leaves the counts in the file that PROMPTFORGE_TEST_REPORT names.

import { writeFileSync } from 'node:fs';
import Mocha from 'mocha';
import type { TestCounts } from './counts.ts';

/** A mocha reporter. */
export class CountingReporter extends Mocha.reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const file = process.env['PROMPTFORGE_TEST_REPORT'];
    if (file === undefined) return;
    runner.once('end', () => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      const counts: TestCounts = { passed: passes, failed: failures, skipped: pending };
      // Synchronously: a mocha that was told to exit does so on this same event.
      writeFileSync(file, JSON.stringify(counts));
    });
  }
}

// mocha takes a reporter given by its path from the default export.
export default CountingReporter;
