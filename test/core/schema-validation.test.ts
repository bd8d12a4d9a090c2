/** Input against its schema: the same answer as ajv, no matter what the schema, and an end to it. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { Problem } from '../../src/core/problem.ts';
import { type RenderRequest, render } from '../../src/core/render.ts';
import { loadPatterns } from '../../src/core/schema/patterns.ts';
import { type SchemaMisfit, ValidationStopped, validate } from '../../src/core/schema/validate.ts';
import { renderTraced } from '../../src/core/trace.ts';
import { runs } from '../runs.ts';
import { value, whole } from './arbitrary-schema.ts';

/** Without null as a property: here it means "not given". */
function hasNullProperty(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasNullProperty);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(each => each === null || hasNullProperty(each));
}

const request = (schema: unknown, input: Record<string, unknown>, body = '{{a}}'): RenderRequest => ({
  source: `---\ninput:\n  schema: ${JSON.stringify(schema)}\n  default: {d: x}\n---\n${body}`,
  input,
  partials: new Map(),
  label: 'a',
  strict: true,
});

async function refusal(rendering: Promise<unknown>): Promise<Problem> {
  try {
    await rendering;
  } catch (error) {
    assert.ok(Problem.is(error), String(error));
    return error;
  }
  assert.fail('it was rendered');
}

describe('validating an input', () => {
  it('agrees with ajv for any schema and value', async () => {
    const compile = await loadPatterns();
    const ajv = new Ajv2020({ strict: false, logger: false });
    let [fitting, compared] = [0, 0];
    fc.assert(
      fc.property(whole, value, (schema, value) => {
        fc.pre(!hasNullProperty(value));
        let theirs: boolean;
        try {
          theirs = ajv.compile(schema)(value);
        } catch (error) {
          // References that go round without end, and code that ajv makes wrong ("props0 is not defined").
          assert.ok(error instanceof RangeError || error instanceof ReferenceError, String(error));
          return;
        }
        let ours: readonly SchemaMisfit[];
        try {
          ours = validate(value, schema, { steps: 20_000, pattern: compile });
        } catch (error) {
          // References that go round, found out before anything else.
          assert.ok(error instanceof ValidationStopped && error.why !== 'pattern', String(error));
          return;
        }
        compared += 1;
        if (theirs) fitting += 1;
        assert.equal(ours.length === 0, theirs, JSON.stringify(ours));
      }),
      { numRuns: runs(1_000, 100) },
    );
    assert.ok(fitting > compared / 20 && fitting < compared, `${fitting} of ${compared} fit`);
  });

  it('names each invalid place, in the rendering, the command and the preview', async () => {
    const schema = {
      'customer(object)': { id: 'string', 'tags(array)': 'string', 'age?': 'integer' },
      'tone?(enum)': ['warm', 'firm'],
    };
    const input = { customer: { id: 5, tags: ['a', 7], age: null, extra: 1 }, tone: 'wram', other: 1 };
    for (const rendering of [
      render(request(schema, input, 'x')),
      renderTraced(request(schema, input, 'x')),
    ]) {
      const { code, message, details } = await refusal(rendering);
      assert.equal(code, 'invalid_input');
      assert.deepEqual(details.fields, [
        { pointer: '/input/customer/id', message: 'must be text, not a whole number' },
        { pointer: '/input/customer/tags/1', message: 'must be text, not a whole number' },
        { pointer: '/input/customer/extra', message: 'is not declared' },
        { pointer: '/input/tone', message: 'must be one of "warm", "firm", null' },
        { pointer: '/input/other', message: 'is not declared' },
      ]);
      assert.equal(
        message,
        'a: The input does not fit its schema: "customer.id" must be text, not a whole number; "customer.tags[1]" must be text, not a whole number; "customer.extra" is not declared, and 2 more. Correct the input.',
      );
    }
  });
  it('happens only in strict mode, after checking for missing inputs', async () => {
    const schema = { a: 'string', b: 'string' };
    assert.equal((await refusal(render(request(schema, { a: 5 })))).code, 'missing_input');
    assert.equal((await refusal(render(request(schema, { a: 5, b: '' })))).code, 'invalid_input');
    assert.equal((await render({ ...request(schema, { a: 5, b: '' }), strict: false })).text, '5');
  });
  it('treats null as missing, and does not check defaults', async () => {
    const schema = { a: 'string', 'b?': 'integer', 'c?(object)': { 'd?': 'string' } };
    const input = { a: 'x', b: null, c: { d: null }, none: null };
    assert.equal((await render(request(schema, input))).text, 'x');
    const json = { type: 'object', properties: { a: {}, o: { properties: { p: { type: 'string' } } } } };
    assert.equal((await render(request(json, { a: 'x', o: { p: null } }))).text, 'x');
  });
  it('accepts undeclared inputs only if the text reads them', async () => {
    const schema = { a: 'string' };
    assert.equal((await render(request(schema, { a: 'x', e: 1 }, '{{a}}{{#if e}}{{e}}{{/if}}'))).text, 'x1');
    const { details } = await refusal(render(request(schema, { a: 'x', e: 1 }, '{{a}}')));
    assert.deepEqual(details.fields, [{ pointer: '/input/e', message: 'is not declared' }]);
  });
  it('skips schemas that the application defines', async () => {
    const source = '---\ninput:\n  schema: Order\n---\n{{a}}{{b}}';
    const given = { ...request({}, { a: 5, x: [] }), source };
    assert.equal((await render(given)).text, '5');
    const nested = request({ 'a?': 'string', 'o?': 'Order' }, { a: 'x', o: { anything: 1 } });
    assert.equal((await render(nested)).text, 'x');
  });
  it('never repeats a value', async () => {
    const { message, details } = await refusal(
      render(
        request({ type: 'object', properties: { a: { pattern: '^x$', maxLength: 2 } } }, { a: 'a-secret' }),
      ),
    );
    assert.doesNotMatch(JSON.stringify([message, details]), /secret/);
  });

  const hostile: Record<string, [schema: object, input: Record<string, unknown>]> = {
    'a pattern that takes the engine for ever': [
      { properties: { a: { pattern: '^(a+)+$' } } },
      { a: `${'a'.repeat(5_000)}!` },
    ],
    'a pattern as a name': [
      { patternProperties: { '^(a|aa)+$': {} }, additionalProperties: false },
      { [`${'a'.repeat(5_000)}!`]: 1 },
    ],
    'a pattern over a long text': [
      { properties: { a: { pattern: '^(?:(?:a|b|c|ab|bc|ca)*x?){20}$' } } },
      { a: 'abc'.repeat(200_000) },
    ],
    'alternatives of alternatives': [
      {
        properties: { a: { $ref: '#/$defs/s0' } },
        $defs: Object.fromEntries(
          Array.from({ length: 60 }, (_, at) => [
            `s${at}`,
            at === 59 ? false : { anyOf: [{ $ref: `#/$defs/s${at + 1}` }, { $ref: `#/$defs/s${at + 1}` }] },
          ]),
        ),
      },
      { a: 1 },
    ],
    'a reference to itself': [{ properties: { a: { $ref: '#/properties/a' } } }, { a: 1 }],
    'a schema for every property of every property': [
      {
        additionalProperties: { $ref: '#' },
        anyOf: [{ $ref: '#/$defs/x' }],
        $defs: { x: { additionalProperties: { anyOf: [{ $ref: '#' }, { $ref: '#' }] } } },
      },
      { a: JSON.parse(`${'{"a":'.repeat(90)}1${'}'.repeat(90)}`) as unknown },
    ],
    'a long list without doubles': [
      {
        properties: { a: { uniqueItems: true, items: { enum: Array.from({ length: 500 }, (_, at) => at) } } },
      },
      { a: Array.from({ length: 20_000 }, (_, at) => at + 1_000) },
    ],
  };
  for (const [what, [schema, input]] of Object.entries(hostile))
    it(`ends for ${what}`, async () => {
      // As a version of before such schemas were refused.
      const published = { ...request({ type: 'object', ...schema }, input, 'x'), isPublished: true };
      const { code, message } = await refusal(render(published));
      assert.match(code, /^(?:too_expensive|invalid_input)$/);
      if (code === 'too_expensive')
        assert.match(message, /^a: Checking the input .* Give a smaller input, or simplify the schema\.$/);
    });
  it('works without code generation from strings', async () => {
    const wanted = request({ type: 'object', properties: { a: { pattern: '^x+$' } } }, { a: 'y' });
    const { partials: _, ...plain } = wanted;
    const program = `
      const { render } = await import(${JSON.stringify(new URL('../../src/core/render.ts', import.meta.url).href)});
      const told = await render({ ...${JSON.stringify(plain)}, partials: new Map() }).catch(error => error.code);
      process.stdout.write(String(told));`;
    const flags = ['--disallow-code-generation-from-strings', '--input-type=module', '--eval', program];
    const { stdout } = await promisify(execFile)(process.execPath, flags);
    assert.equal(stdout, 'invalid_input');
  });
  it('refuses a pattern of a published version without a time bound, and says why', async () => {
    for (const pattern of ['(?=a)a', '(a)\\1', 'a{1,9999}', '(', 'a'.repeat(2_000)]) {
      const schema = { type: 'object', properties: { a: { pattern } } };
      const published = { ...request(schema, { a: 'x' }), isPublished: true };
      const { code, message } = await refusal(render(published));
      assert.equal(code, 'invalid_source');
      assert.match(message, /A pattern in the schema cannot be checked\. .*look-around/);
    }
  });
});
