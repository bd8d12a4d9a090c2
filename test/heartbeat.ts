/** The sign of life of a long test: it is given up on only after minutes without one. */
import { reportProgress } from '../scripts/testing/progress.ts';

/** The test that is running, as mocha's hooks note it. */
export const now: { running: Mocha.Test | undefined } = { running: undefined };

/** Says that the running test has come a step further, and gives it its whole time again. */
export function step(title: string): void {
  reportProgress({ kind: 'step', title });
  (now.running as (Mocha.Test & { resetTimeout(): void }) | undefined)?.resetTimeout();
}
