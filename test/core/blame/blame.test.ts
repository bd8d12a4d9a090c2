import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import fc from 'fast-check';
import { type Blame, blamedSentences, emptyBlame, extendBlame } from '../../../src/core/blame/blame.ts';
import { sentencesOf } from '../../../src/core/blame/sentences.ts';
import { parseVersionNumber } from '../../../src/core/version.ts';
import { runs } from '../../runs.ts';
import { prose, versionsOfProse } from './prose.ts';

const numRuns = runs(20_000, 1000);
const history = (texts: readonly string[]) =>
  texts.map((text, index) => ({ version: parseVersionNumber(index + 1), text }));
const blameOf = (...texts: string[]) => extendBlame(emptyBlame('prompt'), history(texts));
const keysOf = (text: string) => sentencesOf(text, 'prompt').map(({ key }) => key);
/** Each sentence with the version that changed it. */
const told = (blame: Blame) => blamedSentences(blame).map(({ key, change }) => `${change.version} ${key}`);

describe('the blame of a prompt', () => {
  it('names for each sentence the version that last changed it', () => {
    assert.deepEqual(
      told(
        blameOf(
          'Greet the user. Be kind.\n',
          'Greet the user. Be kind. Ask for the order.\n',
          'Greet {{user.name}}. Be kind. Ask for the order.\n',
        ),
      ),
      ['3 Greet {{user.name}}.', '1 Be kind.', '2 Ask for the order.'],
    );
  });

  it('attributes a sentence that returns to the version that restored it', () => {
    assert.deepEqual(told(blameOf('A. B. C.', 'A. C.', 'A. B. C.')), ['1 A.', '3 B.', '1 C.']);
  });

  it('ignores changes of white space and line endings', () => {
    assert.deepEqual(told(blameOf('Be kind.\nBe short.\n', 'Be  kind.\r\n\r\nBe short.\r\n')), [
      '1 Be kind.',
      '1 Be short.',
    ]);
  });

  it('distinguishes keys of the front matter', () => {
    const [first = '', second = ''] = ['1', '2'].map(
      model => `---\nmodel: vendor/${model}\ninput:\n---\nHi.`,
    );
    assert.deepEqual(told(blameOf(first, second)), [
      '1 ---',
      '2 model: vendor/2',
      '1 input:',
      '1 ---',
      '1 Hi.',
    ]);
  });

  it('leaves sentences unchanged around an edit that opens or closes a distant tag or code block', () => {
    assert.deepEqual(told(blameOf('A {{ a. B.\n\nC.\n\nD.\n', 'A {{ a. B.\n\nC.\n\n}} D.\n')), [
      '2 A {{ a. B. C. }} D.',
    ]);
    assert.deepEqual(told(blameOf('A. B.\n\nC. D.\n', '```\nA. B.\n\nC. D.\n')), [
      '2 ```',
      '2 A. B.',
      '2 C. D.',
    ]);
  });

  it('parses a tag again that a lone quotation mark had ended too early', () => {
    const lines = (last: string) => `{{greet "a. }} b"\n| a. |\n${last} Be kind.\n`;
    assert.deepEqual(told(blameOf(lines('. .'), lines('--}}. .'))), [
      '2 {{greet "a. }} b" | a. | --}}. .',
      '1 Be kind.',
    ]);
  });

  it('parses again text that became front matter, or no longer is', () => {
    const [with_, without] = ['---', '###'].map(first => `${first}\nmodel: A. B.\n---\nHi. Ho.\n`);
    for (const [before = '', after = ''] of [
      [with_, without],
      [without, with_],
    ])
      assert.deepEqual(
        blamedSentences(blameOf(before, after)).map(({ key, isLine }) => [key, isLine]),
        blamedSentences(blameOf(after)).map(({ key, isLine }) => [key, isLine]),
      );
  });

  it('counts a part as changed when more than a thousand of its sentences differ', () => {
    const text = (word: string) =>
      Array.from({ length: 1200 }, (_, at) => `Say ${word} ${at}. Stay.`).join(' ');
    const changed = blamedSentences(blameOf(text('yes'), text('no')));
    // The last one is outside of it, as the end of both texts is the same.
    assert.deepEqual(
      [changed.length, changed.filter(({ change }) => change.version === 1).length],
      [2400, 1],
    );
  });

  it('names the version it started with', () => {
    const blame = extendBlame(emptyBlame('prompt'), [{ version: parseVersionNumber(7), text: 'A.' }]);
    assert.equal(blame.oldest, 7);
    assert.equal(emptyBlame('prompt').oldest, undefined);
  });

  it('is the same in one pass or version by version, and covers the sentences of the text', () => {
    fc.assert(
      fc.property(versionsOfProse, texts => {
        const all = history(texts);
        const whole = extendBlame(emptyBlame('prompt'), all);
        const single = all.reduce((blame, version) => extendBlame(blame, [version]), emptyBlame('prompt'));
        assert.deepEqual(blamedSentences(single), blamedSentences(whole));
        const last = texts.at(-1) ?? '';
        const own = blamedSentences(whole).map(({ length, key, start, end }) => ({
          length,
          key,
          start,
          end,
        }));
        assert.deepEqual(own, sentencesOf(last, 'prompt'));
      }),
      { numRuns },
    );
  });

  it('names one version per sentence, which contains it at that place', () => {
    fc.assert(
      fc.property(versionsOfProse, texts => {
        for (const { key, change } of blamedSentences(blameOf(...texts))) {
          const text = texts[(change.version ?? 0) - 1] ?? '';
          let at = 0;
          const found = sentencesOf(text, 'prompt').find(sentence => {
            const isIt = at === change.start;
            at += sentence.length;
            return isIt;
          });
          assert.equal(found?.key, key);
        }
      }),
      { numRuns },
    );
  });

  it('keeps, in order, the changes of all sentences the previous version has', () => {
    fc.assert(
      fc.property(versionsOfProse, texts => {
        const newest = texts.length;
        const before = blamedSentences(blameOf(...texts.slice(0, -1)));
        const after = blamedSentences(blameOf(...texts));
        const kept = after.filter(({ change }) => change.version !== newest);
        // As many as can be kept, and each with the change that it had, in the order that it had.
        const common = longestCommon(
          before.map(({ key }) => key),
          after.map(({ key }) => key),
        );
        assert.equal(kept.length, common);
        let from = 0;
        for (const { key, change } of kept) {
          const at = before.findIndex(
            (each, index) => index >= from && each.key === key && isDeepStrictEqual(each.change, change),
          );
          assert.notEqual(at, -1);
          from = at + 1;
        }
      }),
      { numRuns: runs(5000, 300) },
    );
  });

  it('attributes nothing to a version that equals the previous one', () => {
    fc.assert(
      fc.property(versionsOfProse, texts => {
        const before = blameOf(...texts);
        const after = blameOf(...texts, texts.at(-1) ?? '');
        assert.deepEqual(blamedSentences(after), blamedSentences(before));
      }),
      { numRuns: runs(5000, 300) },
    );
  });

  it('attributes everything to a first version', () => {
    fc.assert(
      fc.property(prose, text => {
        assert.deepEqual(
          told(blameOf(text)),
          keysOf(text).map(key => `1 ${key}`),
        );
      }),
      { numRuns: runs(5000, 300) },
    );
  });
});

function longestCommon(one: readonly string[], other: readonly string[]): number {
  let row = new Array<number>(other.length + 1).fill(0);
  for (const each of one) {
    const next = [0];
    for (const [index, key] of other.entries())
      next.push(key === each ? (row[index] ?? 0) + 1 : Math.max(row[index + 1] ?? 0, next[index] ?? 0));
    row = next;
  }
  return row.at(-1) ?? 0;
}
