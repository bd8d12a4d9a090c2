// How long to wait for what should happen at once, on the machine this runs on.

/** How much slower than the reference this machine is, as `npm test` measured it; 1 where nobody did. */
const FACTOR = Math.max(1, Number(process.env['PROMPTFORGE_TEST_PATIENCE'] ?? 1));

/** @param milliseconds on the reference machine @returns the milliseconds here: an integer, as timers take it, never fewer */
export function patience(milliseconds: number): number {
  return Math.ceil(milliseconds * FACTOR);
}
