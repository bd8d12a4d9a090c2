import assert from 'node:assert/strict';
import fc from 'fast-check';
import { textChange } from '../../src/core/text-change.ts';
import { runs } from '../runs.ts';

const of = (from: string, to: string) => textChange(from, to, 'prompt');
const none = { added: 0, removed: 0, changed: 0 };

describe('the size of a text change', () => {
  it('is zero for white space only', () => {
    assert.deepEqual(of('Be kind.  Be brief.\n', 'Be kind. Be brief.\n\n'), { words: none, sentences: none });
  });

  it('counts replaced text as changed, and the rest as added or removed', () => {
    assert.deepEqual(of('Be kind. Be brief.', 'Be very kind. Be short. Stop.'), {
      words: { added: 2, removed: 0, changed: 1 },
      sentences: { added: 1, removed: 0, changed: 2 },
    });
    assert.deepEqual(of('One. Two. Three.', 'One.'), {
      words: { added: 0, removed: 2, changed: 0 },
      sentences: { added: 0, removed: 2, changed: 0 },
    });
  });

  it('is not computed for very different or long texts', () => {
    const many = (word: string) => Array.from({ length: 2000 }, (_, n) => `${word}${n}`).join(' ');
    assert.equal(of(many('a'), many('b')), undefined);
    assert.equal(of('', 'a '.repeat(200_000)), undefined);
  });

  it('adds up to the lengths of both texts, in either direction', () => {
    const text = fc.array(fc.constantFrom('Be', 'kind.', '{{name}}', 'Do', 'not!', '- a', '\n'), {
      maxLength: 30,
    });
    const wordsIn = (each: string) => each.split(/\s+/).filter(word => word !== '').length;
    fc.assert(
      fc.property(text, text, (one, other) => {
        const [from, to] = [one.join(' '), other.join(' ')];
        const [forward, back] = [of(from, to), of(to, from)];
        assert.ok(forward && back);
        const { added, removed } = forward.words;
        assert.equal(wordsIn(from) - removed + added, wordsIn(to));
        assert.equal(back.words.added - back.words.removed, removed - added);
        assert.deepEqual(of(from, from), { words: none, sentences: none });
      }),
      { numRuns: runs(300, 60) },
    );
  });
});
