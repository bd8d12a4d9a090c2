/** People's text where it must stay one piece of text. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  isBlank,
  oneLine,
  visibleJson,
  visibleLines,
  withoutInvisible,
} from '../../src/core/visible-text.ts';
import { HIDDEN, HIDDEN_CHARACTERS, hostileText, INKLESS_CHARACTERS, withoutEmoji } from '../hostile-text.ts';
import { runs } from '../runs.ts';

describe('a text on one line', () => {
  for (const [name, character] of Object.entries(HIDDEN_CHARACTERS))
    it(`shows a ${name} as an escape`, () => {
      const shown = oneLine(`a${character}b`);
      assert.match(shown, /^a\\(?:[nrt]|u[0-9a-f]{4}|u\{[0-9a-f]{5,6}\})b$/);
    });

  it('contains no control or hidden character, whatever was written', () => {
    fc.assert(
      fc.property(hostileText, text => {
        const shown = oneLine(text);
        assert.doesNotMatch(withoutEmoji(shown), HIDDEN);
        assert.ok(shown.isWellFormed());
        assert.equal(oneLine(shown), shown, 'shown again it is the same');
      }),
      { numRuns: runs(5000, 500) },
    );
  });

  it('keeps what people write: letters of any script, accents, spaces, whole emoji', () => {
    const text = 'Ünïcödé café नमस्ते العربية 한국어 日本語 12 000 € ❤️ 👩‍💻 🏴󠁧󠁢󠁥󠁮󠁧󠁿 C:\\new';
    assert.equal(oneLine(text), text);
  });

  it('escapes marks that would cover other lines', () => {
    const letter = `e${'\u0301'.repeat(8)}`;
    assert.equal(oneLine(letter), letter);
    assert.equal(oneLine(`${letter}\u0302\u0489x`), `${letter}\\u0302\\u0489x`);
    assert.equal(visibleLines(`a\n${letter}\u{1e8d0}`), `a\n${letter}\\u{1e8d0}`);
  });

  it('escapes a joiner outside of an emoji', () => {
    assert.equal(oneLine('👩\u200d'), '👩\\u200d');
    assert.equal(oneLine('ana\ufe0f'), 'ana\\ufe0f');
  });
});

describe('a text with several lines', () => {
  it('keeps line breaks and tabs, and escapes other control and hidden characters', () => {
    assert.equal(visibleLines('a\r\n\tb\nc\u202ed\u2028e\rf'), 'a\n\tb\nc\\u202ed\\u2028e\\rf');
  });
});

describe('JSON for a terminal', () => {
  it('is the same value on one line, without control or hidden characters', () => {
    fc.assert(
      fc.property(fc.dictionary(hostileText, hostileText), value => {
        const shown = visibleJson(JSON.stringify(value));
        assert.deepEqual(JSON.parse(shown), JSON.parse(JSON.stringify(value)));
        assert.doesNotMatch(shown, HIDDEN);
      }),
      { numRuns: runs(3000, 300) },
    );
  });
});

describe('a blank text', () => {
  const nothing = [
    ...Object.entries(HIDDEN_CHARACTERS),
    ...Object.entries(INKLESS_CHARACTERS),
    ['space', ' '],
    ['no-break space', '\u00a0'],
    ['ideographic space', '\u3000'],
    ['Ogham space', '\u1680'],
    ['nothing at all', ''],
  ] as const;
  for (const [name, character] of nothing)
    it(`may consist of ${name}`, () => {
      assert.ok(isBlank(character));
      assert.ok(isBlank(` ${character}\n\u200b`));
    });

  it('has no visible character', () => {
    for (const seen of ['a', '.', '0', '़', '⠁', '한', '\u{1f600}'])
      assert.ok(!isBlank(`\u200b ${seen}\u3164`), seen);
  });
});

describe('a text without invisible characters', () => {
  it('keeps the visible ones, in order', () => {
    assert.equal(withoutInvisible('a\u200bn\u00ada\u{e0041}\u3164'), 'ana');
  });
});
