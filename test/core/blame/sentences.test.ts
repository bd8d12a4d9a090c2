import assert from 'node:assert/strict';
import fc from 'fast-check';
import { sentencesOf } from '../../../src/core/blame/sentences.ts';
import { runs } from '../../runs.ts';
import { prose } from './prose.ts';

const told = (text: string) => sentencesOf(text, 'prompt').map(({ start, end }) => text.slice(start, end));

describe('the sentences of a prompt', () => {
  it('match Intl.Segmenter, with several on a line', () => {
    assert.deepEqual(told('Be kind. Never guess! Is it late? Say so.'), [
      'Be kind.',
      'Never guess!',
      'Is it late?',
      'Say so.',
    ]);
    assert.deepEqual(told('你好。再见！'), ['你好。', '再见！']);
    assert.deepEqual(told('مرحبا. كيف حالك؟ 👩‍👩‍👧 Hi!'), ['مرحبا.', 'كيف حالك؟', '👩‍👩‍👧 Hi!']);
  });

  it('do not end inside a tag', () => {
    assert.deepEqual(told('Hello {{user.name. }}. Say {{greet "a. }} B!"}} now. {{name}} waits.'), [
      'Hello {{user.name. }}.',
      'Say {{greet "a. }} B!"}} now.',
      '{{name}} waits.',
    ]);
    assert.deepEqual(told('It costs 3.{{cents}} here. {{!-- A. \n\n B. --}} Go.'), [
      'It costs 3.{{cents}} here.',
      '{{!-- A. \n\n B. --}} Go.',
    ]);
  });

  it('include the tags of their blocks', () => {
    assert.deepEqual(told('{{#if a}}Be brief.{{else}} Be long.{{/if}} Then go.'), [
      '{{#if a}}Be brief.{{else}}',
      'Be long.{{/if}}',
      'Then go.',
    ]);
  });

  it('are whole lines for lines with only tags, front matter or code', () => {
    assert.deepEqual(told('---\nmodel: a/b. C\n---\n{{#if a}}\nHi. Ho.\n{{/if}}\n```\na. B.\n```\n'), [
      '---',
      'model: a/b. C',
      '---',
      '{{#if a}}',
      'Hi.',
      'Ho.',
      '{{/if}}',
      '```',
      'a. B.',
      '```',
    ]);
  });

  it('end with a list item, a heading or an unwrapped line', () => {
    assert.deepEqual(
      told('# Rules\nYou help\n- Be kind\n- Be short\n  and clear. Ask.\n1. Greet them. Wait.\n\nEnd'),
      [
        '# Rules',
        'You help',
        '- Be kind',
        '- Be short\n  and clear.',
        'Ask.',
        '1. Greet them.',
        'Wait.',
        'End',
      ],
    );
    const wrapped = 'Name the fee of {{bank}} before the customer has to ask\nChatty for it.\r\nNext.';
    assert.deepEqual(told(wrapped), [
      'Name the fee of {{bank}} before the customer has to ask\nChatty for it.',
      'Next.',
    ]);
  });

  it('are none in an empty text, and one without words in a blank text', () => {
    assert.deepEqual(sentencesOf('', 'prompt'), []);
    assert.deepEqual(sentencesOf(' \n\n', 'prompt'), [{ length: 3, key: '', start: 3, end: 3 }]);
  });

  it('treat an unclosed tag as text, in linear time', () => {
    assert.deepEqual(told('Hi {{ a. B. C'), ['Hi {{ a.', 'B.', 'C']);
    for (const part of [
      '{{',
      '{{"',
      "{{ '",
      '{{!-- ',
      '{',
      '{{ a\n',
      '"{{',
      '```\n',
      '. ',
      '- \n',
      '> ',
      '\n \n',
      'a{{b}}.',
    ])
      assert.ok(sentencesOf(part.repeat(200_000 / part.length), 'prompt').length > 0);
  });

  it('cover the whole text, each at its own place', () => {
    fc.assert(
      fc.property(prose, fc.constantFrom('prompt' as const, 'partial' as const), (text, kind) => {
        let at = 0;
        for (const { length, start, end, key } of sentencesOf(text, kind)) {
          assert.ok(length > 0 && at <= start && start <= end && end <= at + length);
          assert.equal(
            text
              .slice(at, at + length)
              .trim()
              .replace(/\s+/g, ' '),
            key,
          );
          assert.equal(text.slice(start, end).replace(/\s+/g, ' '), key);
          at += length;
        }
        assert.equal(at, text.length);
      }),
      { numRuns: runs(20_000, 1000) },
    );
  });

  it('do not end at abbreviations, inside addresses or before a closing mark', () => {
    for (const [text, expected] of [
      ['Ask Dr. Smith. He knows.', ['Ask Dr. Smith.', 'He knows.']],
      ['Mrs. Weber vs. Bank, e.g. The one. Next.', ['Mrs. Weber vs. Bank, e.g. The one.', 'Next.']],
      [
        'See fig. 2, p. 4. It costs approx. 3.5 EUR. No. Go.',
        ['See fig. 2, p. 4.', 'It costs approx. 3.5 EUR.', 'No.', 'Go.'],
      ],
      ['Nimm z. B. Karten. Danach d. h. Nichts.', ['Nimm z. B. Karten.', 'Danach d. h. Nichts.']],
      ['See https://a.example/x.y?z=1. Then go.', ['See https://a.example/x.y?z=1.', 'Then go.']],
      ['**Never.** Be _kind._ `Yes!` Go.', ['**Never.**', 'Be _kind._', '`Yes!`', 'Go.']],
      ['これはペンです。「はい。」と', ['これはペンです。', '「はい。」', 'と']],
      ['Hi 👋🏽. Are you ok? 😀 Yes!', ['Hi 👋🏽.', 'Are you ok?', '😀 Yes!']],
    ] as const)
      assert.deepEqual(told(text), expected, text);
  });

  it('of a plain paragraph match Intl.Segmenter, except after abbreviations', () => {
    const segmenter = new Intl.Segmenter('en', { granularity: 'sentence' });
    const part = fc.constantFrom(
      'Be kind',
      'ask',
      '. ',
      '.',
      '! ',
      '? ',
      '… ',
      '.) ',
      '." ',
      'e.g. ',
      '你好。',
      ' 3',
      '” ',
      ', ',
    );
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 12 }), parts => {
        const text = `A${parts.join('')}`.trim();
        const expected = [...segmenter.segment(text.replace(/(?<![\p{L}\p{N}])e\.g\.(?=\s+\S)/gu, 'e,g,'))];
        assert.deepEqual(
          told(text),
          expected.map(({ index, segment }) => text.slice(index, index + segment.length).trim()),
        );
      }),
      { numRuns: runs(20_000, 1000) },
    );
  });
});
