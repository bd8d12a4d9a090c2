/** Outline, folds, growing selections and linked names of a prompt. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { analyze } from '../../src/language/analysis/analysis.ts';
import { folding } from '../../src/language/features/folding.ts';
import { linkedEditing } from '../../src/language/features/linked-editing.ts';
import { selectionRanges } from '../../src/language/features/selection-ranges.ts';
import { type Symbol as PromptSymbol, symbols } from '../../src/language/features/symbols.ts';
import { holds, type Span } from '../../src/language/results/span.ts';

const read = (text: string) => analyze(text, undefined);
const slices = (text: string, spans: readonly Span[]) =>
  spans.map(({ start, end }) => text.slice(start, end));
const demos = globSync('demo/prompts/**/*.prompt').map(file => readFileSync(file, 'utf8'));
const texts = fc.oneof(
  fc.constantFrom(...demos),
  fc
    .array(
      fc.constantFrom(
        '{{',
        '}}',
        '{{#each x as |y|}}',
        '{{/each}}',
        '{{else}}',
        '{{else if a}}',
        '{{role "user"}}',
        '{{section "s"}}',
        '{{> p a=(b c)}}',
        '{{#> p}}',
        '{{/p}}',
        '{{#*inline "i"}}',
        '{{/inline}}',
        '{{!-- a\nb --}}',
        '\n',
        ' ',
        'x',
        '---\n',
        'a: 1\n',
        '{{{{raw}}}}',
        '{{{{/raw}}}}',
        '{{a.b [c d]}}',
        '{{^a}}',
        '{{/a}}',
      ),
      { maxLength: 20 },
    )
    .map(parts => parts.join('')),
);

describe('symbols', () => {
  const shown = (list: readonly PromptSymbol[]): unknown[] =>
    list.map(({ name, kind, children }) =>
      children.length > 0 ? [`${kind} ${name}`, ...shown(children)] : `${kind} ${name}`,
    );

  it('are the variables, then roles with their blocks, partials and sections', () => {
    const text =
      '---\ninput:\n  schema:\n    a?: string\n    b(array):\n      c: string\n---\n{{> head}}{{role "system"}}{{#if a}}{{> x}}{{else if b}}{{> y}}{{/if}}{{section "s"}}{{> z}}{{role "user"}}{{#*inline "i"}}{{/inline}}';
    assert.deepEqual(shown(symbols(read(text))), [
      'variable a?',
      ['variable b', 'variable c'],
      'partial head',
      ['role system', ['block #if a', 'partial x', ['block #if b', 'partial y']], ['section s', 'partial z']],
      ['role user', 'partial i'],
    ]);
  });

  it('are nested and contain their names, for any text', () => {
    const check = (list: readonly PromptSymbol[], outer: Span): void => {
      for (const { name, span, selectionSpan, children } of list) {
        assert.notEqual(name, '');
        assert.ok(holds(outer, span) && holds(span, selectionSpan), name);
        check(children, span);
      }
    };
    fc.assert(fc.property(texts, text => check(symbols(read(text)), { start: 0, end: text.length })));
  });
});

describe('folding', () => {
  it('folds front matter, blocks with their else, comments, roles and sections', () => {
    const text = `---\na: 1\n---\n{{role "system"}}\nx\n{{#if a}}\ny\n{{else}}\nz\n{{/if}}\n{{!--\n--}}\n{{section "s"}}\nt\n\n{{role "user"}}\nu\n`;
    const folds = folding(read(text));
    assert.deepEqual(
      folds.map(({ kind, span }) => `${kind} ${text.slice(span.start, span.end)}`),
      [
        'frontMatter ---\na: 1\n---',
        'region {{role "system"}}\nx\n{{#if a}}\ny\n{{else}}\nz\n{{/if}}\n{{!--\n--}}\n{{section "s"}}\nt\n',
        'region {{#if a}}\ny',
        'region {{else}}\nz',
        'comment {{!--\n--}}',
        'region {{section "s"}}\nt\n',
        'region {{role "user"}}\nu',
      ],
    );
  });

  it('folds no single line', () => {
    assert.deepEqual(folding(read('{{#if a}}x{{else}}y{{/if}}{{! c }}{{role "user"}} z')), []);
  });

  it('returns ranges within the lines of any text', () => {
    fc.assert(
      fc.property(texts, text => {
        for (const { span } of folding(read(text))) assert.match(text.slice(span.start, span.end), /[\r\n]/);
      }),
    );
  });
});

describe('selectionRanges', () => {
  it('grow from a word to the whole document', () => {
    const text = '---\na: 1\n---\n\n{{role "user"}}\n{{#if a}} {{json user.name}} {{/if}}\n';
    const grown = slices(text, selectionRanges(read(text), text.indexOf('name') + 2));
    assert.deepEqual(grown, [
      'name',
      'user.name',
      'json user.name',
      '{{json user.name}}',
      ' {{json user.name}} ',
      '{{#if a}} {{json user.name}} {{/if}}',
      '{{role "user"}}\n{{#if a}} {{json user.name}} {{/if}}\n',
      '\n\n{{role "user"}}\n{{#if a}} {{json user.name}} {{/if}}\n',
      text,
    ]);
  });

  it('grow in front matter from a value to its entries', () => {
    const text = '---\ninput:\n  schema:\n    a: string\n---\nx';
    assert.deepEqual(slices(text, selectionRanges(read(text), text.indexOf('string') + 1)), [
      'string',
      'a: string',
      'schema:\n    a: string',
      'input:\n  schema:\n    a: string',
      '---\ninput:\n  schema:\n    a: string\n---',
      text,
    ]);
  });

  it('are nested and contain the position, for any text', () => {
    fc.assert(
      fc.property(texts, fc.nat(), (text, at) => {
        const offset = at % (text.length + 1);
        const ranges = selectionRanges(read(text), offset);
        assert.deepEqual(ranges.at(-1), { start: 0, end: text.length });
        for (const [index, range] of ranges.entries()) {
          assert.ok(range.start <= offset && offset <= range.end);
          const outer = ranges[index + 1];
          if (outer) assert.ok(holds(outer, range) && !holds(range, outer));
        }
      }),
    );
  });
});

describe('linkedEditing', () => {
  const linked = (marked: string) => {
    const offset = marked.indexOf('¦');
    const text = marked.replace('¦', '');
    const spans = linkedEditing(read(text), offset);
    return spans?.map(({ start }) => start);
  };

  it('returns both names of a block, from either', () => {
    assert.deepEqual(linked('{{#¦if a}}{{/if}}'), [3, 12]);
    assert.deepEqual(linked('{{#if a}}{{/if¦}}'), [3, 12]);
    assert.deepEqual(linked('{{#if a}}{{else if b}}{{#each¦ c}}{{/each}}{{/if}}'), [25, 36]);
    assert.deepEqual(linked('{{#> part¦}}{{/part}}'), [5, 14]);
    assert.deepEqual(linked('{{{{ra¦w}}}} {{{{/raw}}}}'), [4, 17]);
  });

  it('returns nothing elsewhere, or for names that differ', () => {
    for (const text of [
      '{{#if ¦a}}{{/if}}',
      '{{#if a}}¦ {{/if}}',
      '{{#i¦f a}}{{/each}}',
      '{{#i¦f a}}',
      '{{i¦f}}',
      '¦',
    ])
      assert.equal(linked(text), undefined, text);
  });
});
