/** Parses request lines into deliveries: the same line always means the same. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { deliveryQuery } from '../../src/contract/prompts.ts';
import { Problem } from '../../src/core/problem.ts';
import { parseTarget } from '../../src/registry/delivery/target.ts';
import { parseQuery } from '../../src/registry/http/query.ts';
import { runs } from '../runs.ts';

const parts = fc.constantFrom(
  ...[
    'channel',
    'version',
    'label',
    '=',
    '&',
    '&&',
    '%',
    '%73',
    '+',
    '1',
    '007',
    '1e2',
    '-1',
    '9'.repeat(16),
  ],
  ...['latest', 'stable', 'x'.repeat(70), '__proto__', 'ž', '#'],
);
const queries = fc.oneof(
  fc.array(parts, { maxLength: 6 }).map(all => all.join('')),
  fc.tuple(fc.constantFrom('channel', 'version'), parts).map(all => all.join('=')),
  fc.string({ unit: 'binary', maxLength: 80 }),
);

describe('the target of a delivery', () => {
  it('is parsed the same each time, and matches its query', () => {
    const told = (parse: () => unknown) => {
      try {
        return parse();
      } catch (error) {
        assert.ok(Problem.is(error), String(error));
        return { refused: error.message };
      }
    };
    fc.assert(
      fc.property(fc.array(queries, { maxLength: 5 }), all => {
        // Each twice, and all others in between.
        for (const query of [...all, ...all])
          assert.deepEqual(
            told(() => parseTarget(`/v1/prompts/a/b?${query}`).wanted),
            told(() => parseQuery(deliveryQuery, query)),
          );
      }),
      { numRuns: runs(2000, 200) },
    );
  });
});
