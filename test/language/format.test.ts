/** Formatting changes white space inside tags and in front matter, and nothing that anybody renders. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { codePoint } from '../../scripts/fuzzing/code-point.ts';
import type { Problem } from '../../src/core/problem.ts';
import { parseTemplate } from '../../src/core/read-template.ts';
import { render } from '../../src/core/render.ts';
import { parseSource } from '../../src/core/source.ts';
import { analyze } from '../../src/language/analysis/analysis.ts';
import { format } from '../../src/language/features/format/format.ts';
import { applyEdits } from '../../src/language/results/edit.ts';
import { runs } from '../runs.ts';

const OPTIONS = { tabSize: 2, insertSpaces: true };

function formatted(text: string): string {
  return applyEdits(text, format(analyze(text, undefined), OPTIONS));
}

/** A tree without places and what only says how it was written. */
function treeOf(template: string): string {
  return JSON.stringify(parseTemplate(template), (key, value: unknown) =>
    key === 'loc' ? undefined : value,
  );
}

async function rendered(source: string, input: Readonly<Record<string, unknown>>): Promise<unknown> {
  const partials = new Map([['part', { id: 'part@1', template: '[{{a}}{{x}}]', partials: new Map() }]]);
  try {
    return await render({ source, partials, input, label: 'prompt' });
  } catch (error) {
    return (error as Problem).code;
  }
}

describe('format', () => {
  const cases: [string, string, string][] = [
    ['takes off what stands at the braces', '{{ a }} {{{ a }}} {{~ a ~}}', '{{a}} {{{a}}} {{~a~}}'],
    ['leaves one space between arguments', '{{json   a   indent = 2 }}', '{{json a indent=2}}'],
    ['of blocks', '{{# each a as |x   i|  }}{{/ each }}', '{{#each a as |x i|}}{{/each}}'],
    ['of block parameters', '{{#each  a  as   | x   i | }}{{/each}}', '{{#each a as |x i|}}{{/each}}'],
    ['of subexpressions', '{{#if ( eq  a   b ) }}{{/if}}', '{{#if (eq a b)}}{{/if}}'],
    [
      'of else',
      '{{#if a}}{{ else   if  b }}{{ else }}{{/if}}{{#if a}}{{~ else ~}}{{/if}}{{#if a}}{{^ ~}}{{/if}}',
      '{{#if a}}{{else if b}}{{else}}{{/if}}{{#if a}}{{~else~}}{{/if}}{{#if a}}{{^~}}{{/if}}',
    ],
    ['of partials', '{{>part  a = b}}{{>  part}}', '{{> part a=b}}{{> part}}'],
    ['of raw blocks', '{{{{ raw  a }}}} {{ a }} {{{{/raw}}}}', '{{{{raw a}}}} {{ a }} {{{{/raw}}}}'],
    [
      'not of comments, escapes and text',
      '{{!  a  }} \\{{  a  }}  {  a  }',
      '{{!  a  }} \\{{  a  }}  {  a  }',
    ],
    ['not of a string', '{{json "a   b" }}', '{{json "a   b"}}'],
    ['not of lines that an author broke', '{{> part\n   a=b\n}}', '{{> part\n   a=b\n}}'],
    ['not before a brace that is text', '{{a }}}', '{{a }}}'],
    ['not of a tag with something wrong in it', '{{ a b= }} {{ b }}', '{{ a b= }} {{b}}'],
    [
      'of front matter, with its comments and quotes',
      "---\nmodel:   x # why\ninput:\n    # of all\n    schema:\n        a : 'string'\n        b(array):\n        -   c\n    default: {a:  1}\n---\nx",
      "---\nmodel: x # why\ninput:\n  # of all\n  schema:\n    a: 'string'\n    b(array):\n    - c\n  default: {a: 1}\n---\nx",
    ],
    [
      'of texts over lines, which keep their own indent',
      '---\ndescription: |\n      one\n        two\n\n      three\ninput:\n   a: >-\n    b\n    c\n---\n',
      '---\ndescription: |\n  one\n    two\n\n  three\ninput:\n  a: >-\n    b\n    c\n---\n',
    ],
    ['not of front matter that is wrong', '---\na:   1\na:   2\n---\n', '---\na:   1\na:   2\n---\n'],
  ];
  for (const [what, before, after] of cases) it(what, () => assert.equal(formatted(before), after));

  it('leaves the demo prompts unchanged, as they are already formatted', () => {
    for (const file of globSync('demo/prompts/**/*.prompt')) {
      const text = readFileSync(file, 'utf8');
      assert.deepEqual(format(analyze(text, undefined), OPTIONS), [], file);
    }
  });

  const space = fc.constantFrom('', ' ', '  ', '\t', '\n  ', ' \r\n');
  const strip = fc.constantFrom('', '', '~');
  const path = fc.constantFrom('a', 'b.c', 'this', '@root.a', '../a', '[odd name]', 'b/c');
  const argument = fc.oneof(
    path,
    fc.constantFrom('1', '-2.5', '"x  y"', "'}}'", 'true', 'null'),
    fc.tuple(space, path, space).map(([left, name, right]) => `(${left}lookup b  ${name}${right})`),
  );
  const text = fc.constantFrom(
    '',
    'x',
    ' ',
    '\n',
    '\r\n',
    '  \n',
    '{',
    '}',
    '\\',
    '\\\\',
    '}}',
    '\u00a0',
    '- ',
  );
  const words = fc.tuple(space, strip, strip, space);
  const tag = fc
    .tuple(
      words,
      fc.constantFrom('{{', '{{{', '{{&'),
      path,
      fc.array(fc.tuple(space, argument), { maxLength: 2 }),
    )
    .map(([[left, open, close, right], brace, name, rest]) => {
      const helper = rest.length > 0 ? 'json' : name;
      const given = rest.map(([gap, value]) => ` ${gap}${value}`).join('');
      const start = brace === '{{{' ? `{{${open}{` : brace === '{{&' ? `{{${open}&` : `{{${open}`;
      return `${start}${left}${helper}${given}${right}${brace === '{{{' ? `}${close}}}` : `${close}}}`}`;
    });
  const { body } = fc.letrec<{ body: string; node: string; block: string }>(tie => ({
    body: fc.array(tie('node'), { maxLength: 5 }).map(nodes => nodes.join('')),
    node: fc.oneof(
      { withCrossShrink: true, depthSize: 'small' },
      text,
      tag,
      fc.constantFrom(
        '{{!  c  }}',
        '{{!-- {{ a }} --}}',
        '\\{{  a  }}',
        '{{{{ json  a }}}} {{ a }} {{{{/json}}}}',
      ),
      fc.tuple(words, space).map(([[l, o, c, r], s]) => `{{${o}>${l}part ${s} a = 1${r}${c}}}`),
      fc.constantFrom('{{ a', 'a }}', '{{ a b= }}', '{{/ if }}', '{{ else }}'),
      tie('block'),
    ),
    block: fc
      .tuple(
        words,
        words,
        fc.constantFrom('if', 'each', 'with', 'unless'),
        argument,
        tie('body'),
        tie('body'),
        fc.nat(3),
      )
      .map(([[l, o, c, r], [l2, o2, c2, r2], name, value, main, other, way]) => {
        const as = name === 'each' && way > 1 ? `${l} as  | y  ${l2}z ${r}|` : '';
        const inverse =
          way === 0 ? '' : `{{${o2}${l2}else${way === 2 ? ` if ${r}a` : ''}${r2}${c2}}}${other}`;
        return `{{${o}#${name}  ${l}${value}${as}${r}${c}}}${main}${inverse}{{${o2}/${l}${name}${r2}${c2}}}`;
      }),
  }));
  const yamlSpace = fc.constantFrom(' ', '  ', '   ');
  const frontMatter = fc
    .tuple(
      fc.array(fc.tuple(fc.nat(9), yamlSpace, yamlSpace, fc.constantFrom('\n', '\r\n')), { maxLength: 8 }),
      fc.nat(3),
    )
    .map(([lines, indent]) => {
      const pad = ' '.repeat(indent + 1);
      const yaml = lines.map(([kind, one, two, end], index) => {
        const key = `k${index}`;
        const forms = [
          `${key}:${one}v${two}# note${end}`,
          `${key}${one}:${two}"q  q"${end}`,
          `${key}:${end}${pad}a:${one}1${end}${pad}#c${end}${pad}b:${end}${pad}${one}- ${two}x${end}${pad}${one}- y${end}`,
          `${key}:${end}-${one}a: 1${end} ${one}b: 2${end}`,
          `${key}:${one}|${end}${pad}${one}t${end}${pad}${one}${two}u${end}${end}`,
          `${key}:${one}>-${end}${pad}t${end}${end}${pad}u${end}`,
          `${key}: {a:${one}1,${end}${pad}b: [1,${end}  2]}${end}`,
          `${key}:${one}two${end}${pad}lines${end}`,
          `# alone${end}${pad}# more${end}`,
          `${key}: &x${one}{a: 1}${end}${key}y:${one}*x${end}`,
        ];
        return forms[kind] as string;
      });
      return `---\n${yaml.join('')}---\n`;
    });
  const input = fc.record({
    a: fc.constantFrom('A', '', 0, 7, true, null, ['p', 'q'], { c: 'C' }),
    b: fc.constantFrom({ c: 'BC' }, 'B', ['r'], undefined),
    'odd name': fc.constantFrom('odd', ''),
    x: fc.constantFrom('X', undefined),
  });
  const prompt = fc.tuple(fc.oneof(fc.constant(''), frontMatter), body).map(parts => parts.join(''));

  it('keeps the values of the front matter, the tree of the template and every rendering, and is idempotent', async () => {
    await fc.assert(
      fc.asyncProperty(prompt, input, async (before, values) => {
        const after = formatted(before);
        assert.equal(formatted(after), after, 'a second time nothing changes');
        const [one, other] = [parseSource(before), parseSource(after)];
        assert.deepEqual(other.frontMatter, one.frontMatter);
        assert.equal(other.issues.length, one.issues.length);
        let tree: string | undefined;
        try {
          tree = treeOf(one.template);
        } catch {
          // what does not parse has no tree to keep
        }
        if (tree !== undefined) assert.equal(treeOf(other.template), tree);
        assert.deepEqual(await rendered(after, values), await rendered(before, values));
      }),
      { numRuns: runs(700, 150) },
    );
  });

  it('never changes text between tags, and accepts any text', () => {
    fc.assert(
      fc.property(fc.oneof(prompt, fc.string(), fc.string({ unit: codePoint })), source => {
        const { body } = analyze(source, undefined).body;
        const contents = body.nodes.filter(({ type }) => type === 'content');
        for (const { span } of format(analyze(source, undefined), OPTIONS))
          for (const content of contents)
            assert.ok(span.end <= content.span.start || span.start >= content.span.end);
      }),
      { numRuns: runs(3000, 600) },
    );
  });
});
