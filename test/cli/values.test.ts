/** The values that options take. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { table } from '../../src/cli/output.ts';
import { durationArgument, keyIdArgument, numberArgument } from '../../src/cli/values.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { makeKey } from '../../src/core/key.ts';

const HOUR = 3_600_000;

describe('A duration', () => {
  it('is a number of hours, days, weeks or years, in milliseconds', () => {
    assert.equal(durationArgument('1h'), HOUR);
    assert.equal(durationArgument('90d'), 90 * 24 * HOUR);
    assert.equal(durationArgument('2w'), 14 * 24 * HOUR);
    assert.equal(durationArgument('1y'), 365 * 24 * HOUR);
  });

  it('is nothing else', () => {
    for (const text of [
      '',
      '0d',
      '-1d',
      '1',
      'd',
      '1.5d',
      '1 d',
      '1m',
      '01d',
      '1D',
      '1d2h',
      '101y',
      '100000d',
    ])
      assert.throws(() => durationArgument(text), /such as 12h, 90d or 1y/, text);
  });

  it('always leads to a time that can be written', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom('h', 'd', 'w', 'y'), (count, unit) => {
        if (unit === 'y' && count > 100) return;
        const until = new Date(Date.UTC(2026, 0, 1) + durationArgument(`${count}${unit}`));
        assert.match(until.toISOString(), /^\d{4}-/);
      }),
    );
  });
});

describe('A whole number', () => {
  it('is written in digits alone and lies within its limits', () => {
    assert.equal(numberArgument(0, 16)('0'), 0);
    assert.equal(numberArgument(0, 16)('16'), 16);
    for (const text of ['17', '-1', '1.0', '1e1', ' 1', '', '0x1', '٣'])
      assert.throws(() => numberArgument(0, 16)(text), /whole number from 0 to 16/, text);
  });
});

describe('The id of a key', () => {
  it('is taken from a whole key', () => {
    const { id, key } = makeKey(parseEnvironmentName('eu-production'), randomBytes);
    assert.equal(keyIdArgument(key), id);
    assert.equal(keyIdArgument(id), id);
  });
});

describe('A table', () => {
  it('lines its columns up and shows what is empty', () => {
    assert.equal(
      table(
        ['A', 'LONG HEADING', 'C'],
        [
          ['longer', '', 'x'],
          ['b', 'y', ''],
        ],
      ),
      ['A       LONG HEADING  C', 'longer  –             x', 'b       y             –'].join('\n'),
    );
  });
});
