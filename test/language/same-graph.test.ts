/** What the fuzzing compares with must tell two values apart wherever `isDeepStrictEqual` does. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { isSameGraph } from '../../scripts/fuzzing/same-graph.ts';

describe('isSameGraph', () => {
  const values = fc.letrec(tie => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom<unknown>(0, 1, 'a', null, undefined, Number.NaN),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom('a', 'b'), tie('value'), { noNullPrototype: true }),
      fc.array(fc.tuple(fc.constantFrom('a', 'b'), tie('value')), { maxLength: 1 }).map(all => new Map(all)),
      fc.uniqueArray(fc.constantFrom(1, 2), { maxLength: 1 }).map(all => new Set(all)),
    ),
  })).value;

  it('agrees with isDeepStrictEqual', () => {
    fc.assert(
      fc.property(values, values, (one, other) => {
        assert.equal(isSameGraph(one, other), isDeepStrictEqual(one, other));
        assert.ok(isSameGraph(one, structuredClone(one)));
      }),
      { numRuns: 2000 },
    );
  });
  it('is fast for values that are shared many times', () => {
    const doubled = (end: string) => {
      let value: object = { end };
      for (let level = 0; level < 100; level++) value = { left: value, right: value };
      return value;
    };
    assert.ok(isSameGraph(doubled('x'), doubled('x')));
    assert.ok(!isSameGraph(doubled('x'), doubled('y')));
  });
});
