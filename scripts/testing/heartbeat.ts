// The sign of life of a long test: it is given up on only after minutes without one.

import { patience } from '../host/patience.ts';
import { reportProgress } from './progress.ts';

/** A test without a sign of life for so long hangs, on a machine of the reference's speed. */
const SILENCE_MS = 4 * 60_000;

let running: Mocha.Test | undefined;
let began = 0;

/** The time a test or hook may take that gives no sign of life, in milliseconds. */
export function silenceLimit(): number {
  return patience(SILENCE_MS);
}

/** mocha's hooks say which test runs from now on. */
export function begin(test: Mocha.Test | undefined): void {
  running = test;
  began = Date.now();
}

/** Says that the running test has come a step further, and gives it its whole time again. */
export function step(title: string): void {
  reportProgress({ kind: 'step', title });
  // A hook after the test may call this too: to set the time of a test that has ended would start it anew, and the test
  // would fail when it is over.
  if (running === undefined || running.state !== undefined) return;
  // mocha also compares the time from the test's beginning to its end with this.
  running.timeout(Date.now() - began + silenceLimit());
}
