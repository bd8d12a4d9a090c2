// Lets a long test report its progress: it only times out after minutes without any.

import { patience } from '../host/patience.ts';
import { reportProgress } from './progress.ts';

/** A test without any progress for this long hangs, on a machine as fast as the reference. */
const SILENCE_MS = 4 * 60_000;

let running: Mocha.Test | undefined;
let began = 0;

/** The time that a test or hook may take without reporting progress, in milliseconds. */
export function silenceLimit(): number {
  return patience(SILENCE_MS);
}

/** Called by Mocha's hooks with the test that starts now. */
export function begin(test: Mocha.Test | undefined): void {
  running = test;
  began = Date.now();
}

/** Reports a step of the running test, and restarts its time limit. */
export function step(title: string): void {
  reportProgress({ kind: 'step', title });
  // A hook after the test may call this too. Setting the timeout of a finished test would restart its timer, and the
  // test would fail when that fires.
  if (running === undefined || running.state !== undefined) return;
  // Relative to the start of the test, because Mocha also compares this with the test's whole duration.
  running.timeout(Date.now() - began + silenceLimit());
}
