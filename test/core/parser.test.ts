/** The parser: the package's own tree, or the package's own error, for any text. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import Handlebars from 'handlebars';
import { parse } from '../../src/core/parser.ts';
import { runs } from '../runs.ts';
import { templates } from './evaluate/templates.ts';

/** What begins, ends or fills a tag, and what only looks like it. */
const pieces = fc.constantFrom(
  ...[
    '{{',
    '}}',
    '{{{',
    '}}}',
    '{{{{',
    '}}}}',
    '{{~',
    '~}}',
    '{{#',
    '{{/',
    '{{^',
    '{{>',
    '{{#>',
    '{{#*',
    '{{*',
  ],
  ...[
    '{{&',
    '{{!',
    '{{!--',
    '--}}',
    '{{else}}',
    '{{ else if a}}',
    '{{^}}',
    '{{{{/raw}}}}',
    '{{{{raw}}}}',
    '{{/if}}',
  ],
  ...[
    '{{#if a}}',
    '{{~#each a as |b c|~}}',
    '\\{{',
    '\\\\{{',
    '{',
    '}',
    '~',
    '(',
    ')',
    '=',
    '|',
    '@',
    '.',
    '..',
    '/',
  ],
  ...[
    'a',
    'as |',
    'trueish',
    'true',
    'false',
    'null',
    'undefined',
    '-1',
    '12.5',
    '1a',
    '"x',
    '"',
    "'",
    "it's",
  ],
  ...[
    '[',
    ']',
    '[a]',
    '[a\\]b]',
    '&',
    '!',
    '#',
    '^',
    '*',
    '>',
    '-',
    '_',
    '\n',
    '\r\n',
    '\r',
    '\t',
    ' ',
    '\u00a0',
  ],
  ...['é', '😀', '\ud83d', '\u2028', '\u2029', '\0', '\\'],
);
const texts = fc.oneof(
  templates({ partials: ['p', '@partial-block'], withInline: true, withStructure: true }),
  fc.array(fc.oneof(pieces, fc.string({ maxLength: 3 })), { maxLength: 12 }).map(parts => parts.join('')),
  fc
    .array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 2 })), { maxLength: 6 })
    .map(parts => `{{${parts.join('')}}}`),
);

describe('parse', () => {
  it('returns the tree of Handlebars, or its error, for any text', () => {
    let valid = 0;
    fc.assert(
      fc.property(texts, text => {
        // Handlebars counts columns wrongly behind them.
        const theirs = outcome(() => Handlebars.parse(withoutSeparators(text)));
        assert.deepEqual(
          outcome(() => parse(text)),
          theirs,
        );
        if ('tree' in theirs) valid += 1;
      }),
      { numRuns: runs(20_000, 1500) },
    );
    assert.ok(valid > runs(6000, 400), `${valid} of the texts were templates`);
  });
  it('returns columns after a line separator as after any other character', () => {
    for (const separator of ['\u2028', '\u2029'])
      for (const text of [`a\n${separator}b{{c}}`, `a\r${separator}{{> b}}`, `{{!\r\n${separator}}}{{c}}`]) {
        const at = text.lastIndexOf('{{') - Math.max(text.indexOf('\n'), text.indexOf('\r')) - 1;
        assert.equal(parse(text).body.at(-1)?.loc.start.column, at, JSON.stringify(text));
      }
  });
  it('does not modify the Handlebars package', () => {
    parse('{{a}}');
    const { Parser } = Handlebars as unknown as { Parser: { lexer: { _currentRules(): readonly number[] } } };
    Handlebars.parse('{{a}}');
    assert.equal(Parser.lexer._currentRules().length, 3);
  });
});

function outcome(read: () => hbs.AST.Program): { tree: unknown } | { error: string } {
  try {
    return { tree: JSON.parse(withoutSeparators(JSON.stringify(read()))) };
  } catch (error) {
    return { error: withoutSeparators(String(error)) };
  }
}

function withoutSeparators(text: string): string {
  return text.replace(/[\u2028\u2029]/g, '\u00a0');
}
