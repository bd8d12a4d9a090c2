import assert from 'node:assert/strict';
import fc from 'fast-check';
import { retryAfterMs } from '../../src/contract/retry-after.ts';

const NOW = Date.parse('2026-09-12T12:00:00.000Z');

describe('Retry-After', () => {
  it('is a number of seconds, of any length', () => {
    for (const [text, ms] of [
      ['0', 0],
      ['120', 120_000],
      ['1209600', 1_209_600_000],
      ['9'.repeat(400), Number.MAX_SAFE_INTEGER],
    ] as const)
      assert.equal(retryAfterMs(text, NOW), ms);
  });

  it('is a date in each of the forms of RFC 9110', () => {
    for (const text of [
      'Sat, 12 Sep 2026 12:02:00 GMT',
      'Saturday, 12-Sep-26 12:02:00 GMT',
      'Sat Sep 12 12:02:00 2026',
    ])
      assert.equal(retryAfterMs(text, NOW), 120_000, text);
    assert.equal(retryAfterMs('Fri, 11 Sep 2026 12:02:00 GMT', NOW), 0, 'that is past');
  });

  it('is neither in anything else, though JavaScript may read a date into it', () => {
    for (const text of ['', '1.5', '-5', '1e3', 'soon', '2026-09-13', 'Sat, nonsense', null, undefined])
      assert.equal(retryAfterMs(text, NOW), undefined, String(text));
  });

  it('is the instant of any date', () => {
    const seconds = fc.integer({ min: 0, max: 10_000_000 });
    fc.assert(
      fc.property(seconds, ahead => {
        assert.equal(retryAfterMs(new Date(NOW + ahead * 1000).toUTCString(), NOW), ahead * 1000);
      }),
    );
  });
});
