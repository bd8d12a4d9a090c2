// Adapts time limits to the speed of this machine.

/** The factor by which this machine is slower than the reference, as measured by `npm test`; 1 if not measured. */
const FACTOR = Math.max(1, Number(process.env['PROMPTFORGE_TEST_PATIENCE'] ?? 1));

/**
 * @param milliseconds the limit on the reference machine
 * @returns the limit on this machine in ms, never shorter: an integer, as timers require
 */
export function patience(milliseconds: number): number {
  return Math.ceil(milliseconds * FACTOR);
}
