/** The values that tags read: refused where no input can make them right, and nowhere else. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LinkedPartial } from '../../../src/core/flatten.ts';
import { linkPartials } from '../../../src/core/link.ts';
import { type PromptName, parsePromptName } from '../../../src/core/name.ts';
import { Problem } from '../../../src/core/problem.ts';
import { render } from '../../../src/core/render.ts';
import { parseSource } from '../../../src/core/source.ts';
import { checkNoIssues, sourceIssues } from '../../../src/core/template.ts';
import { runs } from '../../runs.ts';

/** Of every prompt: what it gives and what it lacks is known before there is an input. */
const FRONT_MATTER = `---
model: vendor/name
role: user
odd: other
n: 5
zero: 0
no: false
empty: ""
list: []
items: [user, other]
rows: [{ x: user, o: { x: 1 } }]
mixed: [{ x: user }, { o: { x: user } }, user, other]
o: { x: user, n: 5, user: user, xs: [user] }
---
`;

type Texts = Readonly<Record<string, string>>;

const PROMPT = parsePromptName('it');

const linked = (texts: Texts) =>
  linkPartials(PROMPT, texts[PROMPT] ?? '', async (wanted: PromptName) => {
    const source = texts[wanted];
    return source === undefined ? undefined : { name: wanted, source, id: wanted };
  });

function withFrontMatter({ it = '', ...partials }: Texts): Texts {
  return { ...partials, it: it.startsWith('---') || it.startsWith('a ') ? it : `${FRONT_MATTER}${it}` };
}

/** The code and message with which publishing refuses it. */
async function refusal(given: Texts): Promise<string | undefined> {
  const texts = withFrontMatter(given);
  try {
    const source = texts[PROMPT] ?? '';
    checkNoIssues(sourceIssues(source, parseSource(source)), PROMPT);
    await linked(texts);
    return undefined;
  } catch (error) {
    if (!Problem.is(error, 'invalid_source')) throw error;
    return `${error.details.issues?.[0]?.code} ${error.message}`;
  }
}

/** Returns whether some input gets past the tag, which "!" follows. */
async function rendersForSome(given: Texts): Promise<boolean> {
  const { it, ...others } = withFrontMatter(given);
  const partials = new Map<string, LinkedPartial>();
  if (others['_p'] !== undefined)
    partials.set('p', {
      id: '_p',
      template: others['_p'],
      templateOffset: 0,
      source: others['_p'],
      partials: new Map(),
    });
  for (const input of INPUTS) {
    const request = {
      source: it ?? '',
      partials,
      input,
      label: 'it',
      isPublished: true,
      context: { key: 'user', x: 'user' },
    };
    const text = await render(request).then(
      rendered => rendered.text,
      () => '',
    );
    if (text.includes('!')) return true;
  }
  return false;
}

/** An object of objects, as deep as told; below the first `texts` levels "x" is an object as well. */
function nested(depth: number, texts: number, flag: unknown): unknown {
  if (depth === 0) return 'user';
  const next = nested(depth - 1, texts - 1, flag);
  return { x: texts > 0 ? 'user' : next, o: next, xs: [next], flag, user: texts > 1 ? 'user' : next };
}
const INPUTS = [
  ...[1, 2, 3, 4].flatMap(depth => [0, 1, 2, 3].map(texts => nested(depth, texts, depth % 2 === 0))),
  ...[1, 2, 3].map(depth => nested(depth, depth, nested(1, 1, true))),
  { x: 'user', flag: 'user', o: true },
  { user: 'user' },
  { user: { ...(nested(2, 2, true) as object) } },
  ...[1, 2].map(depth => ({ x: 'user', o: [nested(depth, depth, true)], flag: [nested(depth, 1, true)] })),
  { x: 'user', flag: ['user'], xs: { user: { o: { x: 'user' } } } },
] as readonly Readonly<Record<string, unknown>>[];

const PATHS = [
  ...['this', '.', 'x', './x', 'this.x', 'o.x', '../x', '../../x', '../../../x'],
  ...['@root', '@root.x', '@metadata', '@metadata.prompt', '@metadata.prompt.raw', '@key'],
  ...['@index', '@first', '@last', '@index.x', '(lookup @index "x")', '(lookup @first "x")'],
  ...['@../x', '@../../x', '@../../../x', '@../root.x', '@root.o.x'],
  ...[
    'model',
    'raw.role',
    'raw.odd',
    'raw.n',
    'raw.zero',
    'raw.zero.x',
    'raw.empty',
    'raw.none',
    'raw.o',
  ].map(path => `@metadata.prompt.${path}`),
  ...[
    'raw.o.x',
    'raw.o.y',
    'raw.list',
    'raw.list.length',
    'raw.items',
    'raw.items.[0]',
    'raw.role.length',
  ].map(path => `@metadata.prompt.${path}`),
  ...['(lookup @metadata.prompt.raw "role")', '(lookup @metadata.prompt.raw.zero "x")'],
  ...['(lookup @metadata.prompt.raw @metadata.prompt.raw.empty)', '(lookup @metadata.prompt.raw "odd")'],
  ...['(lookup this "x")', '(lookup @root "x")', '(lookup ../this "x")', '(json .)'],
];
const TAGS = PATHS.flatMap(path => [
  ...(path.startsWith('(') ? [] : [`{{${path}}}`]),
  `{{json ${path}}}`,
  `{{section ${path}}}`,
  `{{media url=${path}}}`,
  ...(path === '(json .)' ? [] : [`{{role ${path}}}`]),
  `{{media url="a" contentType=${path}}}`,
  `{{role "user" why=${path}}}`,
]);
/** The blocks around the tag. */
const AROUND: readonly (readonly [string, string])[] = [
  ['', ''],
  ['{{#if flag}}', '{{/if}}'],
  ['{{#unless flag}}', '{{/unless}}'],
  ['{{#if nothing}}{{else}}', '{{/if}}'],
  ['{{#each xs}}', '{{/each}}'],
  ['{{#each xs as |this_ at|}}', '{{/each}}'],
  ['{{#each this}}', '{{/each}}'],
  ['{{#each nothing}}{{else}}', '{{/each}}'],
  ['{{#with o}}', '{{/with}}'],
  ['{{#with this}}', '{{/with}}'],
  ['{{#with @root}}', '{{/with}}'],
  ['{{#with "user"}}', '{{/with}}'],
  ['{{#with 5}}', '{{/with}}'],
  ['{{#with @metadata}}', '{{/with}}'],
  ['{{#flag}}', '{{/flag}}'],
  ['{{#this}}', '{{/this}}'],
  ['{{#o}}', '{{/o}}'],
  ['{{^nothing}}', '{{/nothing}}'],
  ...[
    ...['@first', '@last', '(lookup this "x")', '(lookup . "o")'].map(asked => `if ${asked}`),
    ...['@index 1', '@key "x"', '@key 2', 'this "other"', '@metadata.prompt.raw.role "user"'].map(
      asked => `ifEquals ${asked}`,
    ),
    ...['@metadata.prompt.raw.n 5', '@metadata.prompt.raw.n "5"', '@metadata.prompt.raw.none null'].map(
      asked => `ifEquals ${asked}`,
    ),
  ].flatMap((opening): [string, string][] => {
    const [helper = ''] = opening.split(' ');
    return [
      [`{{#${opening}}}`, `{{/${helper}}}`],
      [`{{#${opening}}}{{else}}`, `{{/${helper}}}`],
      [`{{#${opening.replace('if', 'unless')}}}`, `{{/${helper.replace('if', 'unless')}}}`],
    ];
  }),
  ...['role', 'n', 'zero', 'no', 'empty', 'list', 'items', 'rows', 'mixed', 'o', 'none'].flatMap(name => {
    const path = `@metadata.prompt.raw.${name}`;
    return [
      ...['if', 'unless', 'with', 'each'].flatMap((helper): [string, string][] => [
        [`{{#${helper} ${path}}}`, `{{/${helper}}}`],
        [`{{#${helper} ${path}}}{{else}}`, `{{/${helper}}}`],
      ]),
      [`{{#${path}}}`, `{{/${path}}}`],
      [`{{^${path}}}`, `{{/${path}}}`],
      [`{{#if ${path} includeZero=true}}`, '{{/if}}'],
      [`{{#each ${path} as |x key|}}`, '{{/each}}'],
    ] satisfies [string, string][];
  }),
];

/** Asserts that no input renders a template that is refused. */
async function hold(texts: Texts): Promise<{ readonly isRefused: boolean; readonly renders: boolean }> {
  const refused = await refusal(texts);
  const renders = await rendersForSome(texts);
  if (refused !== undefined) {
    assert.match(refused, /^(?:not-text|wrong-arguments|unknown-role) /);
    assert.ok(!renders, `${JSON.stringify(texts)}: ${refused}`);
  }
  return { isRefused: refused !== undefined, renders };
}

const inside = ([from, to]: readonly [string, string], text: string) => `${from}${text}${to}`;
const around = fc.constantFrom(...AROUND);
const tags = fc.constantFrom(...TAGS);

describe('a value that a tag requires', () => {
  it('is refused if no input can provide it, and only then', async () => {
    let right = 0;
    await fc.assert(
      fc.asyncProperty(around, tags, async (each, tag) => {
        const it = inside(each, `${tag}!`);
        const { isRefused, renders } = await hold({ it });
        // What "@key" is in a list that is known is not looked at, nor what a lookup says of what it reads, nor what
        // "@index" has. Outside of a list, a rendering may give it.
        const isInLoop = each[0].startsWith('{{#each') && !each[0].includes('{{else}}');
        const isOfLoop = /@(?:index|first|last)(?![.\w])/.test(tag) && !tag.includes('lookup');
        const isOpen = tag.includes('@key') || each[0].includes('(lookup');
        const isLookedAt = !isOpen && (!/@(?:index|first|last)/.test(tag) || (isInLoop && isOfLoop));
        const isExact = isLookedAt && (await rendersForSome({ it: inside(each, '!') }));
        if (isExact) assert.equal(isRefused, !renders, it);
        if (renders) right += 1;
      }),
      { numRuns: runs(5_000, 600) },
    );
    assert.ok(right > runs(1_500, 120), `${right} can be rendered`);
  });

  it('is accepted in nested blocks if some input provides it', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(around, around, tags, async (outer, inner, tag) => {
        const { isRefused } = await hold({ it: inside(outer, inside(inner, `${tag}!`)) });
        if (isRefused) refused += 1;
      }),
      { numRuns: runs(5_000, 500) },
    );
    assert.ok(refused > runs(500, 25), `${refused} were refused`);
  });

  it('is accepted for a list item whose branch does not run', async () => {
    for (const branches of [
      '{{#if @first}}{{json x}}{{else if @last}}{{this}}{{else if o}}{{json o}}{{else}}{{this}}{{/if}}',
      '{{#ifEquals @index 0}}{{json x}}{{/ifEquals}}{{#if @last}}{{role "user" why=this}}{{/if}}',
      '{{#unlessEquals @key 0}}{{#if o}}{{json o.x}}{{/if}}{{else}}{{json x}}{{/unlessEquals}}',
    ]) {
      const each = inside(['{{#each @metadata.prompt.raw.mixed}}', '{{/each}}'], branches);
      const asNamed = inside(['{{#each @metadata.prompt.raw.mixed as |item at|}}', '{{/each}}'], branches);
      for (const texts of [
        { it: each },
        { it: asNamed.replaceAll('@index', 'at').replaceAll('@key', 'at') },
        { it: '{{#each @metadata.prompt.raw.mixed}}{{> p}}{{/each}}', _p: branches },
        { it: '{{#each @metadata.prompt.raw.mixed}}{{#> p}}{{/p}}{{/each}}', _p: branches },
        {
          it: `{{#each @metadata.prompt.raw.mixed}}{{#> p}}${branches}{{/p}}{{/each}}`,
          _p: '{{> @partial-block}}',
        },
        {
          it: `{{#> p}}${branches}{{/p}}`,
          _p: '{{#each @metadata.prompt.raw.mixed}}{{> @partial-block}}{{/each}}',
        },
        { it: `{{#*inline "p"}}${branches}{{/inline}}{{#each @metadata.prompt.raw.mixed}}{{> p}}{{/each}}` },
      ])
        assert.equal(await refusal(texts), undefined, JSON.stringify(texts));
    }
    const wrong = '{{#each @metadata.prompt.raw.mixed}}{{#if @last}}{{json x}}{{/if}}{{/each}}';
    assert.match((await refusal({ it: wrong })) ?? '', /^wrong-arguments .*"x" never has a value here/);
  });

  const call = fc.constantFrom(
    ...[
      '',
      ' x',
      ' o',
      ' this',
      ' .',
      ' "user"',
      ' 5',
      ' @root',
      ' @metadata',
      ' y="1"',
      ' o x="user"',
      ' ../x',
    ],
  );

  it('is accepted in a partial if the call provides it', async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        around,
        around,
        tags,
        call,
        fc.constantFrom('above', 'in the block', 'in a file'),
        async (outer, inner, tag, given, definition) => {
          const body = inside(inner, `${tag}!`);
          const call = `{{> p${given}}}`;
          const inline = `{{#*inline "p"}}${body}{{/inline}}`;
          const it = inside(outer, definition === 'in the block' ? `${inline}${call}` : call);
          const { isRefused } = await hold(
            definition === 'above' ? { it: `${inline}${it}` } : { it, _p: body },
          );
          if (isRefused) refused += 1;
        },
      ),
      { numRuns: runs(20_000, 700) },
    );
    assert.ok(refused > runs(2_000, 50), `${refused} were refused`);
  });

  it("is accepted in a partial's block for a name that an outer block provides", async () => {
    for (const it of [
      '{{#each xs as |x|}}{{#> p}}{{#with "a"}}{{json x}}!{{/with}}{{/p}}{{/each}}',
      '{{#each xs as |x|}}{{#> p}}{{#> p}}{{#with "a"}}{{role x}}!{{/with}}{{/p}}{{/p}}{{/each}}',
      '{{#each xs as |x|}}{{#*inline "q"}}{{#with "a"}}{{json x}}!{{/with}}{{/inline}}{{> q}}{{/each}}',
    ])
      assert.equal((await hold({ it, _p: '{{> @partial-block}}' })).isRefused, false, it);
  });

  it("is accepted in a partial's block if the partial provides it", async () => {
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        around,
        around,
        around,
        tags,
        call,
        fc.boolean(),
        async (outer, between, inner, tag, given, isInline) => {
          const body = inside(between, `{{> @partial-block${given}}}`);
          const it = inside(outer, `{{#> p}}${inside(inner, `${tag}!`)}{{/p}}`);
          const { isRefused } = await hold(
            isInline ? { it: `{{#*inline "p"}}${body}{{/inline}}${it}` } : { it, _p: body },
          );
          if (isRefused) refused += 1;
        },
      ),
      { numRuns: runs(20_000, 700) },
    );
    assert.ok(refused > runs(1_000, 20), `${refused} were refused`);
  });

  it("is refused in a partial's block if the partial does not provide it", async () => {
    const p = '{{> @partial-block}}';
    assert.match(
      (await refusal({ it: 'a {{#> p}}{{this}}{{/p}}', _p: p })) ?? '',
      /^not-text it:1:13: "this" means all inputs/,
    );
    assert.match(
      (await refusal({ it: `{{#*inline "p"}}${p}{{/inline}}{{#> p}}{{this}}{{/p}}` })) ?? '',
      /^not-text it:15:58: "this" means all inputs/,
    );
    assert.equal(await refusal({ it: '{{#> p}}{{this}}{{/p}}', _p: '{{> @partial-block name}}' }), undefined);
  });

  it('is reported at the call of a partial, also through other partials', async () => {
    const other = { _p: '{{> q}}', _q: '{{this}}' };
    const told = async (it: string) => (await refusal({ it, ...other })) ?? '';
    assert.match(
      await told('a {{> p}}'),
      /^not-text it:1:7: The partial "p" writes "this" as text, .* all inputs/,
    );
    assert.match(await told('{{> p name=1}}'), /that is an object/);
    assert.match(await told('{{#each xs}}{{> p a=1}}{{/each}}'), /that is an object/);
    assert.equal(await told('{{> p name}}{{#each xs}}{{> p}}{{/each}}'), '');
    assert.match((await refusal({ it: '{{> p "a"}}', _p: '{{json x}}' })) ?? '', /needs a value for "x"/);
  });
});
