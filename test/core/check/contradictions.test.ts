/** Tags that need different things of one value: refused where no input gives both, and nowhere else. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkTemplate } from '../../../src/core/check/check-template.ts';
import { render } from '../../../src/core/render.ts';
import { runs } from '../../runs.ts';

const messages = (template: string) =>
  checkTemplate(template).map(({ code, message }) => `${code} ${message}`);

const LEAVES: readonly unknown[] = ['user', '', 5, 0, true, false, null, [], {}, ['user'], [{ b: 'user' }]];
/** Values of "a": texts, lists, and objects with and without what the tags read. */
const VALUES: readonly unknown[] = [
  ...LEAVES,
  ...LEAVES.flatMap(b => [{ b }, { b, c: 'user', length: b }, { b: { c: b } }, { b: { c: { b } } }]),
];
const INPUTS = [undefined, ...VALUES].flatMap(a => [true, false].map(x => ({ a, x })));

const rendersBoth = (source: string) => rendersWith(source, ['!', '?']);

/** Returns whether some input gives a text with all of these. */
async function rendersWith(source: string, marks: readonly string[]): Promise<boolean> {
  for (const input of INPUTS) {
    const { text } = await render({
      source,
      input,
      partials: new Map(),
      label: 'it',
      isPublished: true,
    }).catch(() => ({ text: '' }));
    if (marks.every(mark => text.includes(mark))) return true;
  }
  return false;
}

const LOOKUPS = ['a "b"', 'this.a "b"', 'a "length"', 'a 0', 'a.b "c"', '(lookup a "b") "c"'].map(
  each => `lookup ${each}`,
);
const PATHS = ['a', 'a.b', 'a.b.c', 'a.length', 'this.a', '@root.a', '@root.a.b', 'b', 'b.c', 'this.b'];
const TAGS = [...PATHS, ...LOOKUPS.map(each => `(${each})`)].flatMap(path => [
  `{{${path.replace(/^\((.*)\)$/, '$1')}}}`,
  `{{json ${path}}}`,
  `{{section ${path}}}`,
  `{{media url=${path}}}`,
  `{{role ${path}}}`,
  `{{#if (json ${path})}}{{/if}}`,
  `{{media url=${path} contentType=${path === 'a' ? 'a.b' : 'a'}}}`,
  `{{role "user" why=${path}}}`,
]);
const WRAPPERS: readonly (readonly [string, string])[] = [
  ['', ''],
  ['{{#if x}}', '{{/if}}'],
  ['{{#if x}}{{else}}', '{{/if}}'],
  ['{{#ifEquals x true}}', '{{/ifEquals}}'],
  ['{{#unlessEquals x true}}{{else}}', '{{/unlessEquals}}'],
  ['{{#ifEquals a.b "user"}}', '{{/ifEquals}}'],
  ...['a', 'a.b', '@root.a'].flatMap((path): [string, string][] => [
    [`{{#if ${path}}}`, '{{/if}}'],
    [`{{#if ${path}}}{{else}}`, '{{/if}}'],
    [`{{#unless ${path}}}`, '{{/unless}}'],
    [`{{#with ${path}}}`, '{{/with}}'],
    [`{{#with ${path}}}{{else}}`, '{{/with}}'],
    [`{{#with ${path} as |a|}}`, '{{/with}}'],
    [`{{#each ${path}}}`, '{{/each}}'],
    [`{{#each ${path}}}{{else}}`, '{{/each}}'],
  ]),
  ['{{#a}}', '{{/a}}'],
  ['{{^a}}', '{{/a}}'],
  ...LOOKUPS.flatMap((lookup): [string, string][] => [
    [`{{#if (${lookup})}}`, '{{/if}}'],
    [`{{#if (${lookup}) includeZero=true}}`, '{{/if}}'],
    [`{{#if (${lookup})}}{{else}}`, '{{/if}}'],
    [`{{#unless (${lookup})}}`, '{{/unless}}'],
    [`{{#unless (${lookup})}}{{else}}`, '{{/unless}}'],
    [`{{#with (${lookup})}}`, '{{/with}}'],
    [`{{#with (${lookup})}}{{else}}`, '{{/with}}'],
    [`{{#each (${lookup})}}`, '{{/each}}'],
    [`{{#each (${lookup})}}{{else}}`, '{{/each}}'],
    ...['"user"', '""', '0', '5', 'false', 'true'].map((other): [string, string] => [
      `{{#ifEquals (${lookup}) ${other}}}`,
      '{{/ifEquals}}',
    ]),
  ]),
];

const wrapped = ([open, close]: readonly [string, string], text: string) => `${open}${text}${close}`;

describe('tags that contradict each other', () => {
  it('are refused only where no input gets past both', async () => {
    let refused = 0;
    const wrapper = fc.constantFrom(...WRAPPERS);
    const tag = fc.constantFrom(...TAGS);
    await fc.assert(
      fc.asyncProperty(
        wrapper,
        wrapper,
        tag,
        tag,
        fc.constantFrom('inside', 'before', 'after'),
        async (outer, inner, first, second, where) => {
          const nested = wrapped(inner, `${second}?`);
          const source =
            where === 'inside'
              ? wrapped(outer, `${first}!${nested}`)
              : where === 'before'
                ? wrapped(outer, `${nested}${first}!`)
                : `${wrapped(outer, `${first}!`)}${nested}`;
          if (messages(source).length === 0) return;
          refused += 1;
          assert.equal(await rendersBoth(source), false, `${source}: ${messages(source).join('; ')}`);
        },
      ),
      { numRuns: runs(30_000, 1_500) },
    );
    assert.ok(refused > runs(2_000, 100), `${refused} were refused`);
  });

  it('are not found in a body of text alone, whether or not it is ever evaluated', async () => {
    let refused = 0;
    const wrapper = fc.constantFrom(...WRAPPERS);
    const tag = fc.constantFrom(...TAGS);
    await fc.assert(
      fc.asyncProperty(wrapper, wrapper, tag, fc.boolean(), async (outer, inner, first, isBefore) => {
        const nested = wrapped(inner, 'text');
        const source = wrapped(outer, isBefore ? `${nested}${first}!` : `${first}!${nested}`);
        if (messages(source).length === 0) return;
        refused += 1;
        assert.equal(await rendersWith(source, ['!']), false, `${source}: ${messages(source).join('; ')}`);
      }),
      { numRuns: runs(10_000, 1_000) },
    );
    assert.ok(refused > runs(200, 20), `${refused} were refused`);
  });

  it('are refused before, after and within each other', () => {
    for (const template of [
      '{{a}}{{json a.b}}',
      '{{json a.b}}\n{{a}}',
      '{{a}}{{#if x}}{{json a.b.c}}{{/if}}',
      '{{#if x}}{{a}}{{/if}}{{media url=a.b}}',
      '{{#with a}}{{this}}{{json b}}{{/with}}',
      '{{role a}}{{section a.b}}',
      '{{#if order}}{{else}}{{json order.id}}{{/if}}',
      '{{#unless order}}{{json order.id}}{{/unless}}',
      '{{@root.a}}{{json a.b}}',
      '{{media url=a.b contentType=a}}',
      '{{a}}{{#ifEquals kind "x"}}{{json a.b}}{{/ifEquals}}',
      '{{a}}{{#unlessEquals kind "x"}}{{else}}{{#if x}}{{json a.b}}{{/if}}{{/unlessEquals}}',
      '{{role "user" why=a}}{{json a.b}}',
      '{{#if a.b}}{{a}}{{/if}}',
      '{{#if x}}{{#with a.b}}{{@root.a}}{{/with}}{{/if}}',
      '{{#ifEquals a.b 0}}{{a}}{{/ifEquals}}',
      '{{#if (lookup a "b")}}{{a}}{{/if}}',
      '{{#unless (lookup a "b")}}{{else}}{{a}}{{/unless}}',
      '{{#each (lookup a "b")}}{{@root.a}}{{/each}}',
      '{{#ifEquals (lookup a "b") "x"}}{{a}}{{/ifEquals}}',
      '{{lookup a "b"}}{{json a.b.c}}',
      '{{json a.b.c}}{{section (lookup (lookup this "a") "b")}}',
    ])
      assert.equal(messages(template).length, 1, template);
  });

  it('say where the other is', () => {
    assert.deepEqual(messages('{{order}}\n{{json order.id}}'), [
      'wrong-arguments "order.id" has no value where "order" in line 1 is a text or empty. Use one of them, or put each in a branch of its own.',
    ]);
    assert.deepEqual(messages('{{json order.id}}\n{{#if x}}{{order}}{{/if}}'), [
      'not-text "order" is never a text here: "order.id" in line 1 needs it to be an object. Use one of them, or put each in a branch of its own.',
    ]);
  });

  it('are not refused in different branches, nor where a text has the property', () => {
    for (const template of [
      '{{#if a.b}}{{json a.b}}{{else}}{{a}}{{/if}}',
      '{{a}}{{#if a.b}}{{json a.b}}{{/if}}',
      '{{json a.b}}{{#if a}}yes{{else}}no{{/if}}',
      '{{#with a}}{{b}}{{else}}none{{/with}}{{media url=a.b}}',
      '{{json a.b}}{{^a}}none{{/a}}{{#unless a}}none{{/unless}}{{#each a}}{{this}}{{else}}none{{/each}}',
      '{{json a.b}}{{#if a}}yes{{else if x}}{{a}}{{else}}{{a.b}}{{/if}}',
      '{{#ifEquals kind "x"}}{{a}}{{else}}{{json a.b}}{{/ifEquals}}',
      '{{a}}{{#ifEquals a.b "x"}}{{json a.b}}{{/ifEquals}}',
      '{{a}}{{#unlessEquals "x" a.b}}text{{else}}{{json a.b}}{{/unlessEquals}}',
      '{{a}}{{json a.length}}',
      '{{a}}{{a.b}}',
      '{{a}}{{json @root.a.b}}',
      '{{#each xs}}{{a}}{{/each}}{{json a.b}}',
      '{{a}}{{#each xs as |a|}}{{json a.b}}{{/each}}',
    ])
      assert.deepEqual(messages(template), [], template);
  });
});
