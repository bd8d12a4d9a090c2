/** Which kind each name is. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { analyze } from '../../src/language/analysis/analysis.ts';
import { semanticTokens } from '../../src/language/features/semantic-tokens.ts';
import { FRONT_MATTER } from './caret.ts';

/** `name kind modifiers` of each token in the body. */
function inBody(body: string, front = FRONT_MATTER): string[] {
  const text = front + body.replaceAll('¦', '|');
  return semanticTokens(analyze(text, undefined))
    .filter(({ span }) => span.start >= front.length)
    .map(({ span, type, modifiers }) =>
      [text.slice(span.start, span.end), type.replace('prompt', ''), ...modifiers].join(' '),
    );
}

describe('semantic tokens', () => {
  it('distinguish declared variables, undeclared ones and the parts of paths', () => {
    assert.deepEqual(inBody('{{tone}} {{missing}} {{user.name}} {{user.nick}} {{queues.length}}'), [
      'tone Variable',
      'missing Variable undeclared',
      'user Variable',
      'name Property',
      'user Variable',
      'nick Property undeclared',
      'queues Variable',
      'length Property',
    ]);
  });
  it('mark nothing as undeclared if nothing is declared', () => {
    assert.deepEqual(inBody('{{tone}} {{user.name}}', ''), [
      'tone Variable',
      'user Variable',
      'name Property',
    ]);
  });
  it('distinguish helpers, block parameters, @data and closing tags', () => {
    assert.deepEqual(
      inBody('{{#each queues as ¦q n¦}}{{q.id}}{{id}}{{@index}}{{../tone}}{{/each}}{{#vip}}{{/vip}}'),
      [
        'each Helper',
        'queues Variable',
        'q Parameter declaration',
        'n Parameter declaration',
        'q Parameter',
        'id Property',
        'id Property',
        '@index Data readonly',
        'tone Variable',
        'each Helper',
        'vip Variable',
        'vip Variable',
      ],
    );
    assert.deepEqual(inBody('{{shout tone}} {{json (lookup user tone)}} {{@root.tone}}'), [
      'shout Helper undeclared',
      'tone Variable',
      'json Helper',
      'lookup Helper',
      'user Variable',
      'tone Variable',
      '@root Data readonly',
      'tone Variable',
    ]);
  });
  it('mark partials', () => {
    assert.deepEqual(
      inBody('{{> shared/header tone=tone}}{{#> frame}}{{/frame}}{{#*inline "own"}}{{/inline}}'),
      ['shared/header Partial', 'tone Variable', 'frame Partial', 'frame Partial', 'own Partial declaration'],
    );
  });
  it('mark the declarations in the front matter', () => {
    const tokens = semanticTokens(analyze(FRONT_MATTER, undefined));
    const found = tokens.map(({ span, type, modifiers }) =>
      [FRONT_MATTER.slice(span.start, span.end), type.replace('prompt', ''), ...modifiers].join(' '),
    );
    assert.deepEqual(found, [
      'queues Variable declaration',
      'id Property declaration',
      'takes Property declaration',
      'user Variable declaration',
      'name Property declaration',
      'odd name Property declaration',
      'tone Variable declaration',
      'vip Variable declaration',
      'json Variable declaration',
      'vip Variable',
    ]);
  });
  it('are sorted, without overlaps, and within a line, for any text', () => {
    const scraps = [
      '{{',
      '}}',
      '#each',
      ' a',
      '.b',
      '[c\nd]',
      ' as |',
      '|',
      '{{/each}}',
      '@index',
      '> p',
      '../',
      '---\n',
      'input:\n',
      '  schema:\n',
      '    a: string\n',
      '"',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...scraps), { maxLength: 20 }), pieces => {
        const text = pieces.join('');
        let end = 0;
        for (const { span } of semanticTokens(analyze(text, undefined))) {
          assert.ok(span.start >= end && span.end > span.start && span.end <= text.length);
          assert.doesNotMatch(text.slice(span.start, span.end), /[\r\n]/);
          end = span.end;
        }
      }),
      { numRuns: 2000 },
    );
    assert.deepEqual(inBody('{{user.[odd\nname]}}'), [
      'user Variable',
      '[odd Property undeclared',
      'name] Property undeclared',
    ]);
  });
});
