/** HMAC-SHA-256 as it is made for many short texts, against the one of node:crypto. */
import assert from 'node:assert/strict';
import { createHmac, createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { hmacOf, hmacsOf } from '../../src/registry/store/hmac.ts';
import { runs } from '../runs.ts';

describe('HMAC', () => {
  it('equals the one of node:crypto, for any key and text', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc.string({ unit: fc.constantFrom('é', '😀', '\ud800', '\0'), minLength: 100, maxLength: 700 }),
    );
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.array(text, { minLength: 1, maxLength: 5 }),
        (bytes, texts) => {
          const key = createSecretKey(bytes);
          // One key again and again: nothing of a text before is in the next.
          for (const each of texts)
            assert.equal(hmacOf(key, each), createHmac('sha256', key).update(each).digest('base64'));
        },
      ),
      { numRuns: runs(5000, 200) },
    );
  });

  it('equals the one of node:crypto when many are computed at once', () => {
    const text = fc.string({ unit: 'binary-ascii', maxLength: 200 });
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.array(fc.array(text, { maxLength: 12 }), { minLength: 1, maxLength: 4 }),
        (bytes, lists) => {
          const key = createSecretKey(bytes);
          // One key again and again: nothing of texts before is in the next.
          for (const texts of lists)
            assert.deepEqual(
              hmacsOf(key, texts),
              texts.map(each => createHmac('sha256', key).update(each).digest('base64')),
            );
        },
      ),
      { numRuns: runs(5000, 200) },
    );
  });

  it('matches RFC 4231', () => {
    const key = createSecretKey(Buffer.from('Jefe'));
    const digest = '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843';
    assert.equal(Buffer.from(hmacOf(key, 'what do ya want for nothing?'), 'base64').toString('hex'), digest);
  });
});
