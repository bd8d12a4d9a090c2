/** Tags that need different things of one value: refused where no input gives both, and nowhere else. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { checkTemplate } from '../../../src/core/check/check-template.ts';
import { linkPartials } from '../../../src/core/link.ts';
import { parsePromptName } from '../../../src/core/name.ts';
import { Problem } from '../../../src/core/problem.ts';
import { render } from '../../../src/core/render.ts';
import { diagnose } from '../../../src/language/features/diagnostics/diagnose.ts';
import { severityOf } from '../../../src/language/results/finding.ts';
import { aLibrary, promptOf } from '../../language/a-library.ts';
import { runs } from '../../runs.ts';

const messages = (template: string) =>
  checkTemplate(template).map(({ code, message }) => `${code} ${message}`);

const LEAVES: readonly unknown[] = [
  'user',
  'model',
  'x',
  ' ',
  '',
  5,
  0,
  true,
  false,
  null,
  [],
  {},
  ['user'],
  [{ b: 'user' }],
];
/** Values of "a": texts, lists, and objects with and without what the tags read. */
const VALUES: readonly unknown[] = [
  ...LEAVES,
  ...LEAVES.flatMap(b => [{ b }, { b, c: 'user', length: b }, { b: { c: b } }, { b: { c: { b } } }]),
];
const INPUTS = [undefined, ...VALUES].flatMap(a => [true, false].map(x => ({ a, x })));
/** All that matters to blocks that keep the context, and read no other property. */
const OF_FLAT = [...LEAVES, ...LEAVES.flatMap(c => [{ b: c }, { b: { c } }, { b: [c] }])].flatMap(a =>
  LEAVES.flatMap(b => [true, false].map(x => ({ a, b, x }))),
);

const rendersBoth = (source: string) => rendersWith(source, ['!', '?']);

/** Returns whether some input gives a text with all of these. */
async function rendersWith(
  source: string,
  marks: readonly string[],
  inputs: readonly Readonly<Record<string, unknown>>[] = INPUTS,
): Promise<boolean> {
  for (const input of inputs) {
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
const PATHS = [
  ...[
    'a',
    'a.b',
    'a.b.c',
    'a.length',
    'a.0',
    'this.a',
    '@root.a',
    '@root.a.b',
    'b',
    'b.c',
    'b.length',
    'this.b',
  ],
  ...['this', '../a', '../a.b'],
];
const tagsOf = (path: string): readonly string[] => [
  `{{${path.replace(/^\((.*)\)$/, '$1')}}}`,
  `{{json ${path}}}`,
  `{{section ${path}}}`,
  `{{media url=${path}}}`,
  `{{role ${path}}}`,
  `{{#if (json ${path})}}{{/if}}`,
  `{{media url=${path} contentType=${path === 'a' ? 'a.b' : 'a'}}}`,
  `{{role "user" why=${path}}}`,
];
const TAGS = [...PATHS, ...LOOKUPS.map(each => `(${each})`)].flatMap(tagsOf);
const WRAPPERS: readonly (readonly [string, string])[] = [
  ['', ''],
  ['{{#if x}}', '{{/if}}'],
  ['{{#if x}}{{else}}', '{{/if}}'],
  ['{{#ifEquals x true}}', '{{/ifEquals}}'],
  ['{{#unlessEquals x true}}{{else}}', '{{/unlessEquals}}'],
  ...['"user"', '"x"', '" "', '""', '0', '5', 'null', 'false', 'b'].flatMap((other): [string, string][] => [
    [`{{#ifEquals a ${other}}}`, '{{/ifEquals}}'],
    [`{{#ifEquals a.b ${other}}}`, '{{/ifEquals}}'],
    [`{{#ifEquals this ${other}}}`, '{{/ifEquals}}'],
    [`{{#unlessEquals a ${other}}}`, '{{/unlessEquals}}'],
    [`{{#unlessEquals ${other} a.b}}{{else}}`, '{{/unlessEquals}}'],
  ]),
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
  it('are refused only if no input satisfies both', async () => {
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
      { numRuns: runs(30_000, 500) },
    );
    assert.ok(refused > runs(2_000, 30), `${refused} were refused`);
  });

  it('are refused whenever no input satisfies one of them', async () => {
    let reached = 0;
    const paths = ['a', 'a.b', 'a.b.c', '@root.a', '@root.a.b', '(lookup a "b")', '(lookup a.b "c")'];
    const wrapper = fc.constantFrom<readonly [string, string]>(
      ['', ''],
      ['{{#if x}}', '{{/if}}'],
      ['{{#if x}}{{else}}', '{{/if}}'],
      ...paths.flatMap((path): [string, string][] => [
        [`{{#if ${path}}}`, '{{/if}}'],
        [`{{#if ${path}}}{{else}}`, '{{/if}}'],
        [`{{#if ${path} includeZero=true}}{{else}}`, '{{/if}}'],
        [`{{#unless ${path}}}`, '{{/unless}}'],
        [`{{#with ${path}}}{{else}}`, '{{/with}}'],
        [`{{#each ${path}}}{{else}}`, '{{/each}}'],
        ...['"user"', '"x"', '" "', '""', '0', '5', 'null', 'false'].flatMap((other): [string, string][] => [
          [`{{#ifEquals ${path} ${other}}}`, '{{/ifEquals}}'],
          [`{{#unlessEquals ${other} ${path}}}`, '{{/unlessEquals}}'],
        ]),
      ]),
      ['{{^a}}', '{{/a}}'],
    );
    const tag = fc.constantFrom('', ...paths.flatMap(tagsOf));
    const reaches = async (source: string, mark: string, withoutTag: string) => {
      if (!(await rendersWith(withoutTag, [mark], OF_FLAT))) return;
      reached += 1;
      assert.ok(await rendersWith(source, [mark], OF_FLAT), `${source} never writes "${mark}"`);
    };
    await fc.assert(
      fc.asyncProperty(
        wrapper,
        wrapper,
        tag,
        tag,
        fc.constantFrom('inside', 'before', 'beside'),
        async (outer, inner, first, second, where) => {
          const sourceOf = (one: string, two: string): string => {
            const nested = wrapped(inner, `${two}?`);
            if (where === 'beside') return `${wrapped(outer, `${one}!`)}${nested}`;
            return wrapped(outer, where === 'inside' ? `${one}!${nested}` : `${nested}${one}!`);
          };
          const source = sourceOf(first, second);
          if (messages(source).length > 0) return;
          await reaches(source, '!', sourceOf('', second));
          await reaches(source, '?', sourceOf(first, ''));
        },
      ),
      { numRuns: runs(5_000, 120) },
    );
    assert.ok(reached > runs(2_000, 45), `${reached} could be reached`);
  });

  it('are not reported for a body of text alone, whether or not it runs', async () => {
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
      { numRuns: runs(10_000, 300) },
    );
    assert.ok(refused > runs(200, 5), `${refused} were refused`);
  });

  it('are refused before, after and inside each other', () => {
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
      '{{#unless a}}{{role a}}{{/unless}}',
      '{{#if a}}{{else}}{{media url=a}}{{/if}}',
      '{{^a}}{{role a}}{{/a}}',
      '{{#with a}}{{else}}{{media url=a}}{{/with}}',
      '{{#if x}}yes{{else if a}}no{{else}}{{role a}}{{/if}}',
      '{{#ifEquals a "x"}}{{role a}}{{/ifEquals}}',
      '{{#ifEquals a "x"}}{{json a.b}}{{/ifEquals}}',
      '{{#unlessEquals a null}}{{else}}{{json a}}{{/unlessEquals}}',
      '{{#each a}}{{@root.a}}{{/each}}',
      '{{#each a}}{{../a}}{{/each}}',
      '{{#each a}}{{this}}{{json b}}{{/each}}',
      '{{#each a as |one|}}{{one}}{{json one.b}}{{/each}}',
      '{{#each a}}{{#unless this}}{{role this}}{{/unless}}{{/each}}',
      '{{#if x}}{{a}}{{/if}}{{#if x}}{{json a.b}}{{/if}}',
      '{{a}}{{role a.length}}',
      '{{media url=a}}{{#a}}{{role b}}{{/a}}',
    ])
      assert.equal(messages(template).length, 1, template);
  });

  it('are reported with the place of the other tag', () => {
    assert.deepEqual(messages('{{order}}\n{{json order.id}}'), [
      'wrong-arguments "order.id" has no value where "order" in line 1 is a text or empty. Use one of them, or put each in a branch of its own.',
    ]);
    assert.deepEqual(messages('{{#unless speaker}}\n{{role speaker}}{{/unless}}'), [
      'unknown-role "speaker" is never a role here: this branch runs only if "speaker" in line 1 is empty or not given. Use it in another branch.',
    ]);
    assert.deepEqual(messages('{{#if b}}\n{{json a.c}}{{/if}}\n{{^a}}{{json b.c}}{{/a}}'), [
      'wrong-arguments "a.c" has no value where "a" in line 3 is not given. Put each in a branch of its own.',
    ]);
    assert.deepEqual(messages('{{json order.id}}\n{{#if x}}{{order}}{{/if}}'), [
      'not-text "order" is never a text here: "order.id" in line 1 needs it to be an object. Use one of them, or put each in a branch of its own.',
    ]);
  });

  it('are accepted in different branches, or if a text has the property', () => {
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
      '{{#unless a}}{{json a}}{{section a}}{{/unless}}',
      '{{#if a}}{{#unless a}}{{role a}}{{/unless}}{{/if}}',
      '{{#ifEquals a "user"}}{{role a}}{{/ifEquals}}',
      '{{#each a}}{{this}}{{else}}{{role a}}{{/each}}',
      '{{#if a includeZero=true}}{{else}}{{section a}}{{/if}}',
      '{{#each a}}{{#if x}}{{json this}}{{/if}}{{/each}}',
      '{{#each a}}{{#ifEquals this null}}{{json this}}{{/ifEquals}}{{/each}}',
      '{{json a.b}}{{#with x as |root|}}{{@root.a}}{{/with}}',
      '{{#a}}{{../b}}{{/a}}{{json b.c}}',
    ])
      assert.deepEqual(messages(template), [], template);
  });

  it('are accepted if an inline partial is not called, or is called with another context', () => {
    for (const template of [
      '{{#if x}}{{#*inline "p"}}{{role a}}{{/inline}}{{/if}}{{#> p}}none{{/p}}{{json a.b}}',
      '{{#if x}}{{#*inline "p"}}{{this}}{{/inline}}{{/if}}{{#> p}}none{{/p}}',
      '{{#*inline "p"}}{{#unless a}}{{json b.c}}{{/unless}}{{/inline}}{{#each xs as |unless|}}{{unless}}{{/each}}{{#if a}}{{> p}}{{b}}{{/if}}',
      '{{#*inline "p"}}{{> @partial-block y}}{{/inline}}{{#if x}}{{#> p}}{{#ifEquals this null}}{{else}}{{json @root.x.b}}{{/ifEquals}}{{#if @root.z}}{{@root.x}}{{/if}}{{/p}}{{/if}}',
    ])
      assert.deepEqual(messages(template), [], template);
  });

  it('are not checked in an inline partial that is not defined where it is called', () => {
    for (const template of [
      '{{#if x}}{{#*inline "p"}}{{this}}{{/inline}}{{/if}}{{> p}}',
      '{{#if x}}{{#*inline "p"}}{{role a}}{{/inline}}{{/if}}{{> p}}{{json a.b}}',
    ])
      assert.deepEqual(messages(template), [
        'missing-partial The partial "p" is not defined here: move {{#*inline "p"}} into this block or one around it.',
      ]);
  });

  it('are found however deep partials call each other', () => {
    const chain = (count: number, open: string, close: string) =>
      Array.from({ length: count }, (_, index) => {
        const call = index < count - 1 ? `{{> p${index + 1}}}` : 'end';
        return `{{#*inline "p${index}"}}${open}${call}${close}{{/inline}}`;
      }).join('');
    const long = chain(3_000, '', '');
    const branches = chain(9, `{{#if a}}${'{{else if a}}'.repeat(490)}{{else}}`, '{{/if}}');
    const tooDeep = /^too-large With its partials included, blocks and partials nest deeper/;
    for (const template of [`${long}{{> p0}}`, `${branches}{{#unless a}}{{> p0}}{{/unless}}`]) {
      const [first, ...others] = messages(template);
      assert.match(first ?? '', tooDeep);
      assert.deepEqual(others, []);
    }
    assert.deepEqual(messages(`${long}{{a}}{{json a.b}}`), messages('{{a}}{{json a.b}}'));
  });

  it('are found in linear time when many arguments are passed many times', () => {
    const args = Array.from({ length: 10_000 }, (_, index) => `a${index}=1`).join(' ');
    const inlines = `{{#*inline "q"}}{{role a1}}{{/inline}}{{#*inline "p"}}${'{{> q b=1}}'.repeat(10_000)}{{/inline}}`;
    assert.match(messages(`${inlines}{{> p ${args}}}`).join(), /uses "a1" as a role/);
  });

  it('are refused at the call of a partial, in the editor and at publishing', async () => {
    const partials = {
      _speaker: '{{role this}}',
      _of: '{{role speaker}}',
      _total: '{{json order.total}}',
      _if: '{{#if urgent}}{{order}}{{/if}}',
      _through: '{{> speaker}}',
      _list: '{{#each items}}{{this}}{{/each}}',
      _message: '{{role by}}{{text}}',
      _photo: '{{#if url}}{{media url=url}}{{/if}}{{#if (lookup this "url")}}{{media url=./url}}{{/if}}',
      _caption: '{{> photo}}{{section title}}',
    };
    for (const [it, message] of [
      [
        '---\nmodel: a\n---\n{{#unless a}}\n{{> speaker a}}{{/unless}}',
        'In the partial "speaker", "this" is never a role here: this branch runs only if "a" in line 4 is empty or not given. Use it in another branch.',
      ],
      [
        '{{#unless speaker}}{{> of}}{{/unless}}',
        'In the partial "of", "speaker" is never a role here: this branch runs only if "speaker" in line 1 is empty or not given. Use it in another branch.',
      ],
      [
        '{{#ifEquals a "x"}}{{> through a}}{{/ifEquals}}',
        'In the partial "through", "this" is never a role here: this branch runs only if "a" in line 1 is "x". Use it in another branch.',
      ],
      [
        '{{order}}{{> total}}',
        'In the partial "total", "order.total" has no value where "order" in line 1 is a text or empty. Use one of them, or put each in a branch of its own.',
      ],
      [
        '{{> total}}{{order}}',
        '"order" is never a text here: the partial "total" in line 1 needs another value. Use one of them, or put each in a branch of its own.',
      ],
      [
        '{{#if urgent}}{{> if}}{{json order.total}}{{/if}}',
        '"order.total" has no value here: the partial "if" in line 1 needs another value. Use one of them, or put each in a branch of its own.',
      ],
      [
        '{{> message by="assistant"}}',
        'The partial "message" uses "by" as a role, but with these arguments it is another text. Pass "system", "user", "model" or "tool".',
      ],
      [
        '{{> message by="user" text=this}}',
        'The partial "message" writes "text" as text, but with these arguments that is all inputs together. Pass what it writes, as in {{> message name=value}}.',
      ],
      [
        '{{> caption a title=null}}',
        'The partial "caption" needs a value for "title", but with these arguments it has none. Pass what it reads, as in {{> caption name=value}}.',
      ],
      [
        '{{> caption url=5 title="A"}}',
        'The partial "caption" uses "url" as a URL, but with these arguments it is a number or a boolean. Pass a URL.',
      ],
      [
        '{{#unless a}}{{> message by=a}}{{/unless}}',
        'In the partial "message", "by" is never a role here: this branch runs only if "a" in line 1 is empty or not given. Use it in another branch.',
      ],
      [
        '{{#if a.b}}{{> message by="user" text=a}}{{/if}}',
        'In the partial "message", "text" is never a text here: this branch runs only if "a.b" in line 1 is given. Use it in another branch.',
      ],
      ['{{> message by="user" text="Hi"}}{{> message by=a text=b}}', undefined],
      ['{{> caption url="" title=5}}{{> caption url=null title=a}}', undefined],
      ['{{#if a}}{{> speaker a}}{{/if}}{{#unless b}}{{> total}}{{/unless}}', undefined],
      ['{{> if}}{{json order.total}}', undefined],
      ['{{> list}}{{> list a}}{{#with b}}{{> list}}{{/with}}', undefined],
      ['{{#unless speaker}}{{> of speaker="user"}}{{/unless}}', undefined],
      ['{{#if urgent}}{{else}}{{> if}}{{json order.total}}{{/if}}', undefined],
    ] as const) {
      const published = await linkPartials(parsePromptName('it'), it, async name => {
        const source = partials[name as keyof typeof partials];
        return source === undefined ? undefined : { name, source, id: name };
      }).then(
        () => undefined,
        (error: unknown) => Problem.is(error, 'invalid_source') && error.details.issues?.[0]?.message,
      );
      assert.equal(published, message, it);
      const library = aLibrary({ it, ...partials });
      const shown = diagnose(promptOf(library, 'it'), library).filter(each => severityOf(each) === 'error');
      assert.deepEqual(
        shown.map(each => each.message),
        message === undefined ? [] : [message],
        it,
      );
    }
  });
});
