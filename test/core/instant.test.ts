import assert from 'node:assert/strict';
import fc from 'fast-check';
import { timestamp } from '../../src/contract/values.ts';
import { isWritableInstant, LAST_INSTANT, writtenInstant } from '../../src/core/instant.ts';

describe('an instant', () => {
  it('is accepted if it can be written in UTC, and parses back', () => {
    const two = (max: number) => fc.integer({ min: 0, max }).map(each => String(each).padStart(2, '0'));
    const offset = fc
      .tuple(fc.constantFrom('+', '-'), two(30), two(75))
      .map(([sign, h, m]) => `${sign}${h}:${m}`);
    const year = fc.constantFrom('0000', '0001', '1970', '2026', '9998', '9999');
    const day = fc.constantFrom(
      '01-01T00:00:00',
      '12-31T23:59:59.999999',
      '02-29T12:00:00',
      '12-31T23:59:60',
    );
    fc.assert(
      fc.property(year, day, fc.oneof(fc.constant('Z'), offset), (year, day, zone) => {
        const text = `${year}-${day}${zone}`;
        if (!timestamp.safeParse(text).success) return;
        const written = new Date(text).toISOString();
        assert.match(written, /^\d{4}-/);
        assert.ok(timestamp.safeParse(written).success);
      }),
    );
  });

  it('is refused if its offset leads out of four-digit years', () => {
    for (const text of ['9999-12-31T23:59:59-00:01', '0000-01-01T00:00:00+00:01', 'tomorrow'])
      assert.ok(!isWritableInstant(text), text);
    assert.ok(isWritableInstant('9999-12-31T23:59:59Z'));
  });

  it('is clamped to the first or last that can be written', () => {
    assert.equal(writtenInstant(Number.POSITIVE_INFINITY), '9999-12-31T23:59:59.999Z');
    assert.equal(writtenInstant(LAST_INSTANT + 1), '9999-12-31T23:59:59.999Z');
    assert.equal(writtenInstant(-1e15), '0000-01-01T00:00:00.000Z');
  });
});
