import assert from 'node:assert/strict';
import fc from 'fast-check';
import { earlierSentence, indexAt } from '../../../src/core/blame/earlier-sentence.ts';
import { sentencesOf } from '../../../src/core/blame/sentences.ts';
import { runs } from '../../runs.ts';
import { versionsOfProse } from './prose.ts';

function earlier(before: string, after: string, wording: string): string | undefined {
  const found = earlierSentence(before, after, 'prompt', after.indexOf(wording)).sentence;
  return found && before.slice(found.start, found.end);
}

describe('the earlier wording of a sentence', () => {
  it('is the sentence itself if it did not change', () => {
    assert.equal(earlier('A. B. C.', 'X. B. C.', 'B.'), 'B.');
  });

  it('is the sentence it replaced, in order', () => {
    assert.equal(earlier('A. Say hi. Ask. C.', 'A. Greet. Wait. C.', 'Greet.'), 'Say hi.');
    assert.equal(earlier('A. Say hi. Ask. C.', 'A. Greet. Wait. C.', 'Wait.'), 'Ask.');
  });

  it('is the most similar one when the number of sentences changed', () => {
    const before = 'A. Name the fee. C.';
    const after = 'A. Be clear. Name every fee. C.';
    assert.equal(earlier(before, after, 'Name every fee.'), 'Name the fee.');
    assert.equal(earlier(before, after, 'Be clear.'), undefined);
  });

  it('does not exist for an added sentence, whose place is given instead', () => {
    const before = 'A. C.';
    assert.deepEqual(earlierSentence(before, 'A. B. C.', 'prompt', 3), { sentence: undefined, offset: 3 });
    assert.deepEqual(earlierSentence('', 'A.', 'prompt', 0), { sentence: undefined, offset: 0 });
    assert.deepEqual(earlierSentence('A.', '', 'prompt', 0).offset, 2);
  });

  it('is always a sentence of the previous text', () => {
    fc.assert(
      fc.property(versionsOfProse, fc.nat(500), (texts, offset) => {
        const [before = '', after = ''] = texts.slice(-2);
        const { sentence, offset: at } = earlierSentence(before, after, 'prompt', offset);
        assert.ok(at >= 0 && at <= before.length);
        if (sentence !== undefined)
          assert.ok(
            sentencesOf(before, 'prompt').some(
              ({ start, key }) => start === sentence.start && key === sentence.key,
            ),
          );
        const news = sentencesOf(after, 'prompt');
        assert.ok(indexAt(news, offset) < news.length);
      }),
      { numRuns: runs(10_000, 500) },
    );
  });
});
