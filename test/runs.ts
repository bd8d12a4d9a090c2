/** The number of runs a property test makes: `npm test` makes some, `npm run test:all` makes all of them. */

/** True if this is `npm run test:all`. */
export const ALL = process.env['PROMPTFORGE_TEST_RUNS'] === 'full';

/**
 * @param full how many runs there are in `npm run test:all`
 * @param quick how many in `npm test`
 */
export function runs(full: number, quick: number): number {
  return ALL ? full : quick;
}
