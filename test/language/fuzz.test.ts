/** A short run of `npm run fuzz`, the same each time. */
import fc from 'fast-check';
import { CoreCheck } from '../../scripts/fuzzing/check.ts';
import { fuzzInputs } from '../../scripts/fuzzing/inputs.ts';
import { runs } from '../runs.ts';

describe('the language core', () => {
  it('survives unusual texts', () => {
    const check = new CoreCheck();
    fc.assert(
      fc.property(fuzzInputs({ withEnormous: false }), input => check.run(input)),
      { numRuns: runs(400, 120), seed: 3 },
    );
  });
});
