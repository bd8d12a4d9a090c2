/** The digest of a text, and whether a text has one. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { digestOf, hasDigest } from '../../src/core/digest.ts';
import { runs } from '../runs.ts';

describe('hasDigest', () => {
  it('is true exactly for the digest of the text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 50 });
    fc.assert(
      fc.property(text, text, (one, other) => {
        assert.ok(hasDigest(one, digestOf(one)));
        assert.equal(hasDigest(one, digestOf(other)), digestOf(one) === digestOf(other));
      }),
      { numRuns: runs(5000, 200) },
    );
  });

  it('is false for anything that only resembles it', () => {
    const digest = digestOf('Text');
    const hex = digest.slice('sha256:'.length);
    for (const each of [
      '',
      hex,
      `SHA256:${hex}`,
      `sha512:${hex}`,
      `${digest} `,
      ` ${digest}`,
      digest.toUpperCase(),
    ])
      assert.equal(hasDigest('Text', each), false, each);
  });
});
