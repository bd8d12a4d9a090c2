/** Canonical JSON: the text of the canonicalize package, RFC 8785's own, for any value. */
import assert from 'node:assert/strict';
import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { canonicalJson } from '../../src/core/canonical.ts';
import { runs } from '../runs.ts';

const keys = fc.oneof(
  fc.constantFrom('a', 'b', 'A', 'é', '10', '9', '0', '1a', '__proto__', 'toJSON', '', '\ud83d\ude00', 'ﬀ'),
  fc.string({ maxLength: 3, unit: 'binary' }),
);
const leaves = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    undefined,
    -0,
    Number.NaN,
    1e21,
    1e-7,
    10n,
    '\\ud800',
    '\ud800',
  ),
  fc.constantFrom<unknown>(Symbol('s'), () => 1, new Date(0), new Map([[1, 2]]), Object(5), Object('x')),
  fc.double(),
  fc.string({ unit: 'binary' }),
);
const { value: values } = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaves,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 20 }),
    fc.dictionary(keys, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

describe('canonicalJson', () => {
  it('equals the canonicalize package for any value, and refuses what that refuses', () => {
    let texts = 0;
    fc.assert(
      fc.property(values, value => {
        const expected = outcome(() => canonicalize(value));
        if (expected !== undefined) texts += 1;
        assert.equal(
          outcome(() => canonicalJson(value)),
          expected,
        );
      }),
      { numRuns: runs(20_000, 2000) },
    );
    assert.ok(texts > runs(4000, 400), `only ${texts} values have a text`);
  });
  it('equals it for all parsed JSON, in any key order', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 6 }), text => {
        const value: unknown = JSON.parse(text);
        assert.equal(canonicalJson(value), canonicalize(value));
      }),
      { numRuns: runs(5000, 500) },
    );
  });
  it('accepts deep nesting, and refuses circular values', () => {
    let deep: unknown = 1;
    for (let depth = 0; depth < 5000; depth++) deep = [deep];
    assert.equal(canonicalJson(deep).length, 10_001);
    const own: Record<string, unknown> = { a: 1 };
    own['own'] = own;
    assert.throws(() => canonicalJson(own));
  });
  it('does not modify the value', () => {
    const value = Object.freeze({ b: Object.freeze([Object.freeze({ d: 1, c: 2 })]), a: 1 });
    assert.equal(canonicalJson(value), '{"a":1,"b":[{"c":2,"d":1}]}');
    assert.equal(JSON.stringify(value), '{"b":[{"d":1,"c":2}],"a":1}');
  });
});

function outcome(make: () => string | undefined): string | undefined {
  try {
    return make();
  } catch {
    return undefined; // refused: that is the answer
  }
}
