import assert from 'node:assert/strict';
import fc from 'fast-check';
import { clip } from '../../src/core/clip.ts';
import { diffExcerpt } from '../../src/core/diff-excerpt.ts';
import { HIDDEN, hostileText, withoutEmoji } from '../hostile-text.ts';
import { runs } from '../runs.ts';

describe('the excerpt of a diff', () => {
  it('contains the changed lines with one line of context, including front matter', () => {
    const text = (model: string, tone: string) => `---\nmodel: ${model}\n---\nHello.\nBe ${tone}.\nBye.\n`;
    assert.deepEqual(diffExcerpt(text('a', 'kind'), text('b', 'kind')), {
      lines: ['@@ -1,3 +1,3 @@', ' ---', '-model: a', '+model: b', ' ---'],
      more: 0,
    });
    assert.deepEqual(diffExcerpt(text('a', 'kind'), text('a', 'brief'))?.lines, [
      '@@ -4,3 +4,3 @@',
      ' Hello.',
      '-Be kind.',
      '+Be brief.',
      ' Bye.',
    ]);
  });
  it('is empty if nothing differs', () => {
    assert.equal(diffExcerpt('same\n', 'same\n'), undefined);
  });
  it('counts the changed lines it has no room for', () => {
    const lines = (word: string) => Array.from({ length: 20 }, (_, at) => `${word} ${at}\n`).join('');
    const { lines: shown, more } = diffExcerpt(lines('old'), lines('new')) ?? assert.fail();
    assert.deepEqual([shown.length, more], [10, 31]);
  });
  it('is omitted for texts that are too large or too different', () => {
    const none = { lines: [], more: undefined };
    assert.deepEqual(diffExcerpt('a', 'b'.repeat(70_000)), none);
    assert.deepEqual(diffExcerpt('a\n'.repeat(3000), 'a\n'.repeat(3001)), none);
    const many = (word: string) => Array.from({ length: 500 }, (_, at) => `${word} ${at}\n`).join('');
    assert.deepEqual(diffExcerpt(many('a'), many('b')), none);
  });
  it('is bounded and hides no change, whatever the texts contain', () => {
    fc.assert(
      fc.property(hostileText, hostileText, fc.nat(2000), (from, to, times) => {
        const { lines } = diffExcerpt(from.repeat(times), to) ?? { lines: [] };
        assert.ok(lines.length <= 10 && lines.join('').length <= 600);
        for (const line of lines) {
          assert.ok(line.length <= 160);
          assert.doesNotMatch(withoutEmoji(line).replaceAll('\t', ''), HIDDEN);
        }
      }),
      { numRuns: runs(1000, 100) },
    );
  });
});

describe('clip', () => {
  it('never splits a character, and keeps what fits', () => {
    assert.equal(clip('four', 4), 'four');
    assert.equal(clip('fives', 4), 'fiv…');
    assert.equal(clip('ab😀d', 4), 'ab…');
    assert.equal(clip('a👩‍💻bcd', 5), 'a👩…');
  });
});
