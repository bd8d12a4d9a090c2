// Adapts time limits to the speed of this machine.

/** How much slower this machine is than the reference, as measured by `npm test`; 1 if not measured. */
const FACTOR = Math.max(1, Number(process.env['PROMPTFORGE_TEST_PATIENCE'] ?? 1));

/**
 * @param milliseconds the limit on the reference machine
 * @returns the limit on this machine in ms, never shorter: an integer, as timers require
 */
export function patience(milliseconds: number): number {
  return Math.ceil(milliseconds * FACTOR);
}
