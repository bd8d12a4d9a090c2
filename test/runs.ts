/**
 * How often a property is tried with generated values: in full in `npm run test:all`, which sets
 * PROMPTFORGE_TEST_RUNS=full, and less often in `npm test`.
 */
export function runs(full: number, quick: number): number {
  return process.env['PROMPTFORGE_TEST_RUNS'] === 'full' ? full : quick;
}
