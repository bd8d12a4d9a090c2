/** What is never rendered: words and digits that nobody gave. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Problem } from '../../src/core/problem.ts';
import { type RenderRequest, render } from '../../src/core/render.ts';
import { runs } from '../runs.ts';
import { templates } from './evaluate/templates.ts';

const request = (source: string, input: Record<string, unknown>): RenderRequest => ({
  source,
  input,
  partials: new Map(),
  label: 'a',
});
const textOf = async (source: string, input: Record<string, unknown> = {}) =>
  (await render(request(source, input))).text;

/** `schema: {…}` and `default: {…}` in YAML. */
const head = (schema: string, defaults: string) =>
  `---\ninput:\n  schema: ${schema}\n  default: ${defaults}\n---\n`;

async function refusal(source: string, input: Record<string, unknown> = {}): Promise<Problem> {
  try {
    await render(request(source, input));
  } catch (error) {
    assert.ok(Problem.is(error), String(error));
    return error;
  }
  assert.fail(`${source} was rendered`);
}

describe('null in an input', () => {
  it('means "not given", so the default applies', async () => {
    const source = `${head('{name: string}', '{name: friend}')}Hi {{name}}.`;
    assert.equal(await textOf(source, { name: null }), 'Hi friend.');
    assert.equal(await textOf(source, {}), 'Hi friend.');
    assert.equal(await textOf(source, { name: '' }), 'Hi .');
  });
  it('inside an object takes the default at that place, and nothing else of it', async () => {
    const source = `${head('{who: any}', '{who: {name: friend, at: {city: Bern}, tags: [a]}}')}{{json who}}`;
    const who = { name: null, at: { city: null, zip: null }, tags: [null], other: null };
    assert.equal(
      await textOf(source, { who }),
      '{"name":"friend","at":{"city":"Bern","zip":null},"tags":[null],"other":null}',
    );
    assert.equal(await textOf(source, { who: { tags: null } }), '{"tags":["a"]}');
    assert.equal(await textOf(source, { who: {} }), '{}');
  });
  it('for a required input without a default counts as missing', async () => {
    for (const input of [{}, { name: null }, { name: undefined }]) {
      const problem = await refusal(`${head('{name: string}', '{name: null}')}{{name}}`, input);
      assert.equal(problem.code, 'missing_input');
      assert.deepEqual(problem.details.missing, ['name']);
    }
  });
  it('does not modify the input or the default', async () => {
    const input = { who: { name: null } };
    await textOf(`${head('{who: any}', '{who: {name: friend}}')}{{who.name}}`, input);
    assert.deepEqual(input, { who: { name: null } });
  });
  it('cannot reach a prototype', async () => {
    const input = JSON.parse('{"__proto__": {"name": null}, "constructor": {"name": null}}') as Record<
      string,
      unknown
    >;
    assert.equal(await textOf('{{name}}{{constructor.name}}.', input), '.');
    assert.equal(({} as Record<string, unknown>)['name'], undefined);
  });
  it('is the same as omitting it, for any template and input', async () => {
    const scalar = fc.constantFrom<unknown>('Ada', 0, 5, true, false, '');
    const input = fc.dictionary(
      fc.constantFrom('name', 'note', 'flag', 'items', 'person'),
      fc.oneof(scalar, fc.constant(null), fc.array(scalar, { maxLength: 2 })),
    );
    await fc.assert(
      fc.asyncProperty(templates(), input, async (source, given) => {
        const left = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== null));
        const [one, other] = await Promise.all(
          [given, left].map(each => textOf(source, each).catch((error: Error) => error.message)),
        );
        assert.equal(one, other);
      }),
      { numRuns: runs(2_000, 300) },
    );
  });
});

describe('a value that is not text', () => {
  const given = {
    customer: { id: 1, 'the name': 'x' },
    items: ['a'],
    odd: { 'a b': 1 },
    empty: {},
    no: false,
    n: 5,
    'both names': { list: [[1]] },
    'a?': { true: { b: 1 } },
  };
  const rows: Record<string, RegExp> = {
    '{{customer}}':
      /^a:1:1: "customer" is an object, and an object is not text\. Use a property, such as \{\{customer\.id\}\}, or \{\{json customer\}\}\.$/,
    'x\n {{{customer}}}': /^a:2:2: "customer" is an object/,
    '{{items}}':
      /^a:1:1: "items" is a list, and a list is not text\. Use \{\{#each items\}\}…\{\{\/each\}\} or \{\{json items\}\}\.$/,
    '{{odd}}': /Use one of its properties or \{\{json odd\}\}\./,
    '{{empty}}': /Use one of its properties or \{\{json empty\}\}\./,
    '{{this}}': /^a:1:3: "this" means all inputs together here/,
    '{{@root}}': /"@root" means all inputs together/,
    '{{#with customer}}{{.}}{{/with}}': /such as \{\{id\}\}/,
    '{{#each (lookup . "odd")}}{{../customer}}{{/each}}': /^a:1:27: "\.\.\/customer" is an object/,
    '{{lookup . "customer"}}':
      /This is an object, and an object is not text\. Use one of its properties, or wrap the value in \{\{json …\}\}/,
    '{{role customer}}': /An argument of "role" is an object, where text is needed/,
    '{{role "user" a=items}}': /An argument of "role" is a list/,
    '{{section customer}}': /An argument of "section" is an object/,
    '{{media url=customer}}': /An argument of "media" is an object/,
    '{{media url="u" contentType=items}}': /An argument of "media" is a list/,
    '{{lookup customer items}}': /An argument of "lookup" is a list/,
    '{{media url=picture}}': /\{\{media\}\} needs a URL/,
    '{{media url=no}}': /\{\{media\}\} needs a URL, and this value is a boolean/,
    '{{#each items}}{{media url=../n}}{{/each}}': /\{\{media\}\} needs a URL, and this value is a number/,
    '{{media}}': /"media" needs "url="/,
    '{{media url=" "}}': /"url=" is not an address/,
    '{{json ctx}}':
      /^a:1:1: "ctx" is not given, so \{\{json\}\} has nothing to write\. Provide the input, or wrap the tag in \{\{#if ctx\}\}…\{\{\/if\}\}\.$/,
    '{{json null}}': /A value is missing/,
    '{{json (lookup customer "no")}}': /has nothing to write/,
    '{{#if (json ctx)}}{{/if}}': /has nothing to write/,
    '{{[both names]}}':
      /"\[both names\]" is an object.* \{\{\[both names\]\.list\}\}, or \{\{json \[both names\]\}\}/,
    '{{[both names].list.[0]}}':
      /"\[both names\]\.list\.\[0\]" is a list.* \{\{#each \[both names\]\.list\.\[0\]\}\}…/,
    '{{[a?].[true]}}': /such as \{\{\[a\?\]\.\[true\]\.b\}\}/,
    '{{#each items}}{{@root.[a?]}}{{/each}}': /"@root\.\[a\?\]" is an object/,
    '{{#with customer}}{{#with @root.odd}}{{..}}{{/with}}{{/with}}':
      /such as \{\{\.\.\/id\}\}, or \{\{json \.\.\}\}/,
    '{{json items.[5].[no one]}}': /wrap the tag in \{\{#if items\.\[5\]\.\[no one\]\}\}…/,
    '{{json ../[no one]}}': /so "\.\.\/\[no one\]" has no value/,
    '{{section}}': /"section" takes one argument, not none/,
    '{{section nobody}}': /\{\{section\}\} needs a name/,
    '{{role}}': /^a:1:3: "role" takes one argument, not none: write "\{\{role "system"\}\}"\.$/,
    '{{role who}}': /\{\{role\}\} needs the name of a role, and this value is empty/,
    '{{role "assistant"}}': /"assistant" is not a role\. Did you mean "model"\?$/,
    '{{role customer.[the name]}}': /^a:1:1: This value is not a role/,
    '{{role "User"}}': /"User" is not a role/,
  };
  for (const [source, sentence] of Object.entries(rows))
    it(`is refused at its place with what to write instead: ${source}`, async () => {
      const problem = await refusal(source, given);
      assert.equal(problem.code, 'invalid_source');
      assert.match(problem.message, sentence);
      assert.equal(problem.details.issues?.length, 1);
    });
  it('is written by helpers and paths that handle it', async () => {
    const source =
      '{{json customer}}{{#if ctx}}{{json ctx}}{{/if}}{{#each items}}{{this}}{{/each}}{{customer.id}}';
    assert.equal(await textOf(source, given), '{"id":1,"the name":"x"}a1');
  });

  it('never produces words that nobody wrote', async () => {
    const value = fc.oneof(
      fc.constantFrom<unknown>('Ada', '', 0, 5, true, false, null),
      fc.constant({ id: 1, tags: ['a'] }),
      fc.constant([]),
      fc.constant([{ a: 1 }, 'x']),
    );
    const input = fc.dictionary(fc.constantFrom('name', 'note', 'flag', 'items', 'person'), value);
    let rendered = 0;
    await fc.assert(
      fc.asyncProperty(
        templates({ withStructure: true, withInline: true }),
        input,
        async (template, values) => {
          let messages: unknown;
          try {
            ({ messages } = await render(request(template, values)));
          } catch (error) {
            assert.ok(Problem.is(error), String(error));
            return;
          }
          rendered += 1;
          // Inside of JSON what is null was given as null.
          assert.doesNotMatch(JSON.stringify(messages), /\[object|undefined|NaN|null|function/);
        },
      ),
      { numRuns: runs(5_000, 600) },
    );
    assert.ok(rendered > 100, `only ${rendered} were rendered`);
  });
});
