/** Rendering beside the `dotprompt` package, Dotprompt's reference implementation: any template, any input, the same messages. */
import assert from 'node:assert/strict';
import { isDeepStrictEqual } from 'node:util';
import { Dotprompt, type Message } from 'dotprompt';
import fc from 'fast-check';
import type { HelperDelegate, HelperOptions } from 'handlebars';
import { linkPartials } from '../../src/core/link.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import { render } from '../../src/core/render.ts';
import { block, tag } from '../core/evaluate/templates.ts';
import { runs } from '../runs.ts';
import { RULES } from './rules/all.ts';
import { expected } from './rules/rule.ts';

const NAMES = ['name', 'items', 'person', 'flag', 'note'] as const;

const word = fc.constantFrom('Hello', 'über', '世界', '👋🏽', '<b>&"\'', '{ }', '- a', 'a\\b', "it's", '$&');
const space = fc.constantFrom('', ' ', '\n', '\n\n', '  \n', '\t', '\r\n');
const text = fc.array(fc.oneof(word, space, space), { maxLength: 4 }).map(parts => parts.join(''));
const path = fc.constantFrom(
  ...NAMES,
  'this',
  'person.first',
  'person.age',
  'items.[1]',
  './note',
  '../name',
  '@root.name',
  '@index',
  '@key',
  '@first',
  '@state.count',
  '@auth.email',
  '@metadata.prompt.model',
  '@metadata.prompt.ext.shop.tone',
  '@metadata.prompt.raw.owner',
  'nothing.at.all',
);
const literal = fc.constantFrom('"a"', '5', 'true', 'null', '"5"', "'x y'");
const value = fc.oneof({ weight: 3, arbitrary: path }, { weight: 1, arbitrary: literal });
/** Templates that use partials in these ways. */
const templateWith = (partials: fc.Arbitrary<string>) =>
  fc.letrec<{ template: string; piece: string; short: string }>(tie => ({
    template: fc.array(tie('piece'), { maxLength: 7 }).map(parts => parts.join('')),
    short: fc.array(tie('piece'), { maxLength: 3 }).map(parts => parts.join('')),
    piece: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: text },
      // Alone between texts: what neighboring values of numbers come to is a difference that we chose.
      {
        weight: 4,
        arbitrary: fc.tuple(fc.constantFrom('a', ' ', '\n'), tag(path)).map(pair => `${pair.join('')}.`),
      },
      {
        weight: 3,
        arbitrary: tag(fc.constantFrom('system', 'user', 'model', 'tool').map(role => `role "${role}"`)),
      },
      tag(fc.constantFrom('history')),
      tag(fc.constantFrom('section "intro"', 'section "code"', 'section link')),
      tag(
        fc.constantFrom(
          'media url="https://a.b/c.png"',
          'media url=link contentType="image/png"',
          'media url=link',
        ),
      ),
      tag(path.map(it => `json ${it}`)).map(json => `.${json}.`),
      tag(
        // A text is what each level begins with, so "2" writes a 2.
        fc
          .tuple(path, fc.constantFrom('2', '2', '"2"', '"--"', '99', 'true', 'null'))
          .map(([it, indent]) => `json ${it} indent=${indent}`),
      ).map(json => `.${json}.`),
      fc.constantFrom('{{! a comment }}', '{{!-- {{name}} --}}', '\\{{name}}', '{{{note}}}.', '{{&note}}.'),
      fc.constantFrom('{{lookup items 0}}.', '{{lookup person "first"}}.'),
      partials,
      block('if', path, tie('short')),
      block('unless', path, tie('short')),
      block('each', fc.constantFrom('items', 'person', 'nothing'), tie('short')),
      block('each', fc.constant('items as |item at|'), tie('short')),
      block('with', fc.constantFrom('person', 'nothing', 'this'), tie('short')),
      block(
        'ifEquals',
        fc.tuple(value, value).map(pair => pair.join(' ')),
        tie('short'),
      ),
      block(
        'unlessEquals',
        fc.tuple(value, value).map(pair => pair.join(' ')),
        tie('short'),
      ),
      fc
        .tuple(path, tie('short'))
        .map(([it, body]) => (/^[a-z]+$/.test(it) ? `{{#${it}}}${body}{{/${it}}}` : body)),
    ),
  })).template;

const OTHER = [
  '{{> other}}',
  '{{> other}}\n',
  '{{#> other}}{{note}}.{{/other}}',
  '{{#> other this}}\na\n{{/other}}\n',
];
const PART = [
  '{{> part}}',
  '{{> part}}\n',
  ' {{> part}}\n',
  '{{~> part~}}',
  '{{> part person}}',
  '{{> part note="n"}}',
];
const template = templateWith(fc.constantFrom(...PART, ...OTHER));
const partials = fc.record({
  part: templateWith(fc.constantFrom(...OTHER)),
  other: templateWith(fc.constantFrom('{{> @partial-block}}')),
});

const scalar = fc.oneof(
  fc.constantFrom('', ' ', '\n', 'Ada', '<i>&amp;</i>', 'مرحبا', '5', '0'),
  fc.constantFrom(0, 5, -1.5, true, false, null),
);
// Without white space and ">": what the package tears apart is whole here, a difference that we chose.
const link = fc.constantFrom('', 'https://x.y/z?a=1&b=2', 'data:image/png;base64,AA==', 'intro', '<x');
const input = fc.record(
  {
    name: scalar,
    note: scalar,
    link,
    flag: scalar,
    items: fc.oneof(fc.array(scalar, { maxLength: 3 }), scalar),
    person: fc.oneof(fc.record({ first: scalar, age: scalar }, { requiredKeys: [] }), scalar),
  },
  { requiredKeys: [] },
);
const context = fc.record(
  { state: fc.record({ count: scalar }), auth: fc.record({ email: scalar }) },
  { requiredKeys: [] },
);
const history = fc.option(
  fc.array(
    fc.record({
      role: fc.constantFrom<Message['role']>('user', 'model', 'tool'),
      content: fc.array(fc.record({ text: scalar.map(String) }), { maxLength: 2 }),
    }),
    { maxLength: 3 },
  ),
  { nil: undefined },
);
const frontMatter = fc.constantFrom(
  '',
  '---\nmodel: vendor/large\nowner: checkout\nshop.tone: warm\n---\n',
  '---\ninput:\n  schema:\n    name?: string\n  default:\n    name: Guest\n    note: none\n---\n\n',
);

interface Case {
  readonly source: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly context: Readonly<Record<string, unknown>>;
  readonly messages: Message[] | undefined;
  readonly partials: Readonly<Record<string, string>>;
}

async function ours({ source, input, context, messages, partials }: Case): Promise<unknown> {
  const linked = await linkPartials(parsePromptName('a'), source, async name => {
    const found = partials[name.slice(1)];
    return found === undefined ? undefined : { name, source: found, id: name };
  });
  const request = { source, input, context, partials: linked, label: 'a', ...(messages && { messages }) };
  return (await render(request)).messages;
}

/** Null is "not given", as undefined is: a difference that we chose. */
const NULL_IS_NOTHING: Record<string, HelperDelegate> = {
  ifEquals(this: unknown, one: unknown, other: unknown, options: HelperOptions) {
    return (one ?? undefined) === (other ?? undefined) ? options.fn(this) : options.inverse(this);
  },
  unlessEquals(this: unknown, one: unknown, other: unknown, options: HelperOptions) {
    return (one ?? undefined) === (other ?? undefined) ? options.inverse(this) : options.fn(this);
  },
};

/**
 * The package leaves it to its caller to hand on the front matter's defaults.
 * @param withoutNull whether what is null is left out: here null means "not given"
 */
async function theirs(
  { source, input, context, messages, partials }: Case,
  withoutNull = false,
): Promise<unknown> {
  const dotprompt = new Dotprompt({ partials, ...(withoutNull && { helpers: NULL_IS_NOTHING }) });
  const defaults = dotprompt.parse(source).input?.default ?? {};
  const data = {
    input: withoutNull
      ? Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null))
      : input,
    context: context as { state: Record<string, unknown> },
    ...(messages && { messages }),
  };
  return (await dotprompt.render(source, data, { input: { default: defaults } })).messages;
}

const RUNS = runs(700, 250);
const refused = Symbol('refused');
const chosen = Symbol('refused on purpose');
const orRefused = (rendering: Promise<unknown>) => rendering.catch(() => refused);
/** What is refused here, and written there as "[object Object]", "undefined" or "null", or with its commas. */
const NOT_TEXT = /is not text|has nothing to write|where text is needed|needs a (?:URL|name)/;
/** By the checker, which also looks at branches that never run. */
const isChecked = (error: unknown) =>
  Problem.is(error) && error.details.issues?.some(({ code }) => code !== undefined) === true;
const orChosen = (rendering: Promise<unknown>) =>
  rendering.catch(error => (isChecked(error) || NOT_TEXT.test(String(error)) ? chosen : refused));

describe('the dotprompt package', () => {
  for (const [topic, rules] of Object.entries(RULES))
    for (const { differs, ...rule } of rules)
      it(`${differs === undefined ? 'agrees' : `differs (${differs})`}: ${topic} ${rule.rule}`, async () => {
        const { source, input = {}, context = {}, messages, partials = {} } = rule;
        const given = { source, input, context, messages: messages && [...messages], partials };
        const rendered = await orRefused(theirs(given));
        const same = isDeepStrictEqual(rendered, expected(rule));
        assert.equal(same, differs === undefined, JSON.stringify(rendered));
      });
});

describe('rendering and the dotprompt package', () => {
  it('give the same messages for any template and input, and refuse the same templates', async () => {
    let rendered = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.record({ frontMatter, template, partials, input, context, messages: history }),
        async ({ frontMatter, template, ...data }) => {
          const given = { source: frontMatter + template, ...data } as Case;
          const [one, other] = [await orChosen(ours(given)), await orRefused(theirs(given, true))];
          if (one === chosen) return;
          if (one !== refused) rendered += 1;
          assert.deepEqual(one, other);
        },
      ),
      { numRuns: RUNS },
    );
    assert.ok(rendered > RUNS / 3, `only ${rendered} of ${RUNS} templates were rendered`);
  });
});
