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
  it('says for each sentence which version last changed it', () => {
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

  it('blames a sentence that comes back on the version that brought it back', () => {
    assert.deepEqual(told(blameOf('A. B. C.', 'A. C.', 'A. B. C.')), ['1 A.', '3 B.', '1 C.']);
  });

  it('takes white space and line endings alone for no change', () => {
    assert.deepEqual(told(blameOf('Be kind.\nBe short.\n', 'Be  kind.\r\n\r\nBe short.\r\n')), [
      '1 Be kind.',
      '1 Be short.',
    ]);
  });

  it('tells keys of the front matter apart', () => {
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

  it('blames no sentence around an edit that opens or closes what is far away', () => {
    assert.deepEqual(told(blameOf('A {{ a. B.\n\nC.\n\nD.\n', 'A {{ a. B.\n\nC.\n\n}} D.\n')), [
      '2 A {{ a. B. C. }} D.',
    ]);
    assert.deepEqual(told(blameOf('A. B.\n\nC. D.\n', '```\nA. B.\n\nC. D.\n')), [
      '2 ```',
      '2 A. B.',
      '2 C. D.',
    ]);
  });

  it('reads a tag again that a lone quotation mark had end too early', () => {
    const lines = (last: string) => `{{greet "a. }} b"\n| a. |\n${last} Be kind.\n`;
    assert.deepEqual(told(blameOf(lines('. .'), lines('--}}. .'))), [
      '2 {{greet "a. }} b" | a. | --}}. .',
      '1 Be kind.',
    ]);
  });

  it('reads again what became front matter, and what is none any more', () => {
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

  it('counts a part in which more than a thousand sentences differ as changed', () => {
    const text = (word: string) =>
      Array.from({ length: 1200 }, (_, at) => `Say ${word} ${at}. Stay.`).join(' ');
    const changed = blamedSentences(blameOf(text('yes'), text('no')));
    // The last one is outside of it, as the end of both texts is the same.
    assert.deepEqual(
      [changed.length, changed.filter(({ change }) => change.version === 1).length],
      [2400, 1],
    );
  });

  it('says which version it began with', () => {
    const blame = extendBlame(emptyBlame('prompt'), [{ version: parseVersionNumber(7), text: 'A.' }]);
    assert.equal(blame.oldest, 7);
    assert.equal(emptyBlame('prompt').oldest, undefined);
  });

  it('is the same made in one go or version by version, and has the sentences of the text', () => {
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

  it('names one version for each sentence, which has it where the blame says', () => {
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

  it('keeps the change of every sentence that the version before has, in this order', () => {
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

  it('blames nothing on a version that is as the one before', () => {
    fc.assert(
      fc.property(versionsOfProse, texts => {
        const before = blameOf(...texts);
        const after = blameOf(...texts, texts.at(-1) ?? '');
        assert.deepEqual(blamedSentences(after), blamedSentences(before));
      }),
      { numRuns: runs(5000, 300) },
    );
  });

  it('blames a first version for all of it', () => {
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
