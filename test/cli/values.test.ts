/** The values that options take. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import fc from 'fast-check';
import { table } from '../../src/cli/output.ts';
import { durationArgument } from '../../src/cli/times.ts';
import { keyIdArgument, numberArgument, oneOf, pathArgument } from '../../src/cli/values.ts';
import { placeNamed } from '../../src/cli/with-registry.ts';
import { WEBHOOK_EVENTS } from '../../src/contract/webhooks.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { makeKey } from '../../src/core/key.ts';
import { ROLES } from '../../src/core/role.ts';

const HOUR = 3_600_000;

describe('a duration', () => {
  it('is a number of hours, days, weeks or years, in milliseconds', () => {
    assert.equal(durationArgument('1h'), HOUR);
    assert.equal(durationArgument('90d'), 90 * 24 * HOUR);
    assert.equal(durationArgument('2w'), 14 * 24 * HOUR);
    assert.equal(durationArgument('1y'), 365 * 24 * HOUR);
  });

  it('has no other form', () => {
    for (const text of ['', '0d', '-1d', '1', 'd', '1.5d', '1 d', '1m', '01d', '1D', '1d2h', '100000d'])
      assert.throws(() => durationArgument(text), /such as 12h, 90d or 1y/, text);
  });

  it('is at most 100 years, in any unit', () => {
    for (const text of ['100y', '36500d']) assert.equal(durationArgument(text), 100 * 365 * 24 * HOUR);
    const hours = { h: 1, d: 24, w: 7 * 24, y: 365 * 24 };
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999 }), fc.constantFrom('h', 'd', 'w', 'y'), (count, unit) => {
        const text = `${count}${unit}`;
        if (count * hours[unit] > 100 * hours.y)
          assert.throws(() => durationArgument(text), /longer than 100 years/);
        else assert.equal(durationArgument(text), count * hours[unit] * HOUR);
      }),
    );
  });
});

describe('a whole number', () => {
  it('has only digits and is within its limits', () => {
    assert.equal(numberArgument(0, 16)('0'), 0);
    assert.equal(numberArgument(0, 16)('16'), 16);
    for (const text of ['17', '-1', '1.0', '1e1', ' 1', '', '0x1', '٣'])
      assert.throws(() => numberArgument(0, 16)(text), /whole number from 0 to 16/, text);
  });
});

describe('one of several words', () => {
  const lists = fc.constantFrom<readonly string[]>(
    ROLES,
    WEBHOOK_EVENTS,
    ['any', 'released'],
    ['true', 'false'],
  );
  /** A letter too few, too many, another one, or two swapped. */
  const slip = (word: string, at: number, letter: string) =>
    fc.constantFrom(
      word.slice(0, at) + word.slice(at + 1),
      word.slice(0, at) + letter + word.slice(at),
      word.slice(0, at) + letter + word.slice(at + 1),
      word.slice(0, at) +
        word
          .slice(at, at + 2)
          .split('')
          .reverse()
          .join('') +
        word.slice(at + 2),
    );
  const hasOneMore = (long: string, short: string) =>
    long.length === short.length + 1 &&
    Array.from(long).some((_, at) => long.slice(0, at) + long.slice(at + 1) === short);
  const slips = lists.chain(words =>
    fc
      .tuple(fc.constantFrom(...words), fc.nat(), fc.constantFrom('a', 'e', 'x', 'E', '-', ' '))
      .chain(([word, at, letter]) =>
        fc.record({
          words: fc.constant(words),
          word: fc.constant(word),
          text: slip(word, at % word.length, letter),
        }),
      ),
  );

  it('is refused with a typo, with the word that was meant', () => {
    fc.assert(
      fc.property(slips, ({ words, word, text }) => {
        // "comment.uresolved" is as near to "comment.resolved" as to "comment.unresolved".
        const isOneSlip = (other: string) => hasOneMore(text, other) || hasOneMore(other, text);
        fc.pre(!words.includes(text) && !words.some(other => other !== word && isOneSlip(other)));
        assert.throws(() => oneOf(words)(text), {
          message: `Did you mean "${word}"? Write one of ${words.join(', ')}.`,
        });
      }),
    );
  });

  it('accepts each of them', () => {
    for (const words of [ROLES, WEBHOOK_EVENTS])
      for (const word of words) assert.equal(oneOf(words)(word), word);
  });

  it('suggests none if none is similar', () => {
    assert.throws(() => oneOf(ROLES)('owner'), { message: 'Write one of reader, author, approver, admin.' });
  });
});

describe('a path', () => {
  it('must not be a URL, of which only the scheme is repeated', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[a-z][a-z\d+.-]{0,9}$/),
        fc.stringMatching(/^[A-Z]{8}$/),
        (scheme, secret) => {
          for (const refuse of [pathArgument, placeNamed]) {
            if (refuse === placeNamed && /^postgres(ql)?$/.test(scheme)) continue;
            assert.throws(
              () => refuse(`${scheme}://user:${secret}@host/d`),
              (error: Error) => error.message.includes(`"${scheme}://…"`) && !error.message.includes(secret),
            );
          }
        },
      ),
    );
  });

  it('may contain colons', () => {
    for (const path of ['a:b', './x://y', '/srv/a:/b']) assert.equal(pathArgument(path), resolve(path));
  });
});

describe('the id of a key', () => {
  it('may be given as the whole key', () => {
    const { id, key } = makeKey(parseEnvironmentName('eu-production'), randomBytes);
    assert.equal(keyIdArgument(key), id);
    assert.equal(keyIdArgument(id), id);
  });
});

describe('a table', () => {
  it('aligns its columns and marks empty cells', () => {
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
