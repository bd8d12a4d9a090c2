/** Suggestions in comments. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { partsOfComment, suggestionIn } from '../../src/core/suggestion.ts';
import { runs } from '../runs.ts';

describe('a suggestion', () => {
  for (const [what, text, lines] of [
    ['a fenced block', 'Better:\n```suggestion\nHello, {{name}}.\n```\nOr not.', ['Hello, {{name}}.']],
    ['of several lines', '```suggestion\r\none\r\n\r\ntwo\r\n```', ['one', '', 'two']],
    ['that removes the line', '```suggestion\n```', []],
    ['of an empty line', '```suggestion\n\n```', ['']],
    ['with fences in it', '````suggestion\n```json\n{}\n```\n````', ['```json', '{}', '```']],
    ['with tildes', '~~~ suggestion\nx\n~~~', ['x']],
    ['in capitals', '``` Suggestion\nx\n```', ['x']],
    ['the first of two', '```suggestion\none\n```\n```suggestion\ntwo\n```', ['one']],
    ['none: another language', '```handlebars\nx\n```', undefined],
    ['none: nothing closes it', '```suggestion\nx', undefined],
    ['none: a shorter fence', '````suggestion\nx\n```', undefined],
    ['none: in a sentence', 'Use ```suggestion``` blocks', undefined],
    ['none: a word that only begins so', '```suggestions\nx\n```', undefined],
  ] as const)
    it(`is ${what}`, () => assert.deepEqual(suggestionIn(text), lines));

  it('is separated from the text around it, in order', () => {
    assert.deepEqual(partsOfComment('a\n```suggestion\nb\n```\nc'), [
      { kind: 'text', text: 'a' },
      { kind: 'suggestion', lines: ['b'] },
      { kind: 'text', text: 'c' },
    ]);
  });
  it('keeps every line of the comment', () => {
    const line = fc.constantFrom('```suggestion', '```', '````', '~~~', 'text', '', '`', '    ```');
    fc.assert(
      fc.property(fc.array(line, { maxLength: 20 }), written => {
        const text = written.join('\n');
        const parts = partsOfComment(text);
        const kept = parts.flatMap(part => (part.kind === 'text' ? part.text.split('\n') : part.lines));
        const fences = parts.filter(({ kind }) => kind === 'suggestion').length * 2;
        assert.equal(kept.length + fences, text.split('\n').length);
      }),
      { numRuns: runs(10_000, 1000) },
    );
  });
});
