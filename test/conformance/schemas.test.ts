/** Picoschema, Dotprompt's short form of JSON Schema: what each form means, for the input as for the output. */
import assert from 'node:assert/strict';
import { Dotprompt, type ParsedPrompt } from 'dotprompt';
import fc from 'fast-check';
import { Problem } from '../../src/core/problem.ts';
import { readMetadata } from '../../src/core/render.ts';
import { expandSchema } from '../../src/core/schema/expand-schema.ts';
import { SchemaFault } from '../../src/core/schema/schema-fault.ts';
import { runs } from '../runs.ts';

const closed = (properties: object, required?: readonly string[]) => ({
  type: 'object',
  properties,
  ...(required && { required }),
  additionalProperties: false,
});

/** A rule, a schema as YAML, and the JSON Schema it means. */
const RULES: readonly (readonly [rule: string, yaml: string, schema: object])[] = [
  ['a scalar is its type', 'boolean', { type: 'boolean' }],
  ['a scalar may be described', 'integer, how many', { type: 'integer', description: 'how many' }],
  ['a description needs no space', 'integer,how many', { type: 'integer', description: 'how many' }],
  [
    'a description may have many spaces before it',
    'integer,   how many',
    { type: 'integer', description: 'how many' },
  ],
  [
    'a description may have commas',
    'string, one, two, and three',
    { type: 'string', description: 'one, two, and three' },
  ],
  [
    'fields are required, and no other is allowed',
    '{city: string, zip: number}',
    closed({ city: { type: 'string' }, zip: { type: 'number' } }, ['city', 'zip']),
  ],
  [
    'a field with "?" may be left out or null',
    '{city: string, "zip?": "number, if known"}',
    closed({ city: { type: 'string' }, zip: { type: ['number', 'null'], description: 'if known' } }, [
      'city',
    ]),
  ],
  [
    'fields that may all be left out leave none required',
    '{"city?": string}',
    closed({ city: { type: ['string', 'null'] } }),
  ],
  [
    'a list has items',
    '{"tags(array, all of them)": "string, one", "sizes(array)": integer}',
    closed(
      {
        tags: { type: 'array', items: { type: 'string', description: 'one' }, description: 'all of them' },
        sizes: { type: 'array', items: { type: 'integer' } },
      },
      ['tags', 'sizes'],
    ),
  ],
  [
    'a list may be left out or null',
    '{"tags?(array)": string}',
    closed({ tags: { type: ['array', 'null'], items: { type: 'string' } } }),
  ],
  [
    'a list may be of objects',
    '{"rows(array)": {"n?": boolean}}',
    closed({ rows: { type: 'array', items: closed({ n: { type: ['boolean', 'null'] } }) } }, ['rows']),
  ],
  [
    'an object may be in an object',
    '{"who(object, a person)": {name: string}}',
    closed({ who: { ...closed({ name: { type: 'string' } }, ['name']), description: 'a person' } }, ['who']),
  ],
  [
    'an object may be left out or null',
    '{"who?(object)": {"name?": string}}',
    closed({ who: { ...closed({ name: { type: ['string', 'null'] } }), type: ['object', 'null'] } }),
  ],
  [
    'an enum lists its values',
    '{"size(enum, of a shirt)": [S, M, L]}',
    closed({ size: { enum: ['S', 'M', 'L'], description: 'of a shirt' } }, ['size']),
  ],
  [
    'an enum that may be left out has null too',
    '{"size?(enum)": [S, M]}',
    closed({ size: { enum: ['S', 'M', null] } }),
  ],
  [
    'any is anything',
    '{x: any, "y?": "any, as you like"}',
    closed({ x: {}, y: { description: 'as you like' } }, ['x']),
  ],
  [
    '(*) says what other fields are',
    '{name: string, (*): "number, a score"}',
    {
      ...closed({ name: { type: 'string' } }, ['name']),
      additionalProperties: { type: 'number', description: 'a score' },
    },
  ],
  ['(*) may be alone', '{(*): boolean}', { ...closed({}), additionalProperties: { type: 'boolean' } }],
  ['JSON Schema stays as it is', '{type: string, maxLength: 3}', { type: 'string', maxLength: 3 }],
  [
    'JSON Schema of an object stays as it is',
    '{type: object, properties: {a: {type: string}}}',
    { type: 'object', properties: { a: { type: 'string' } } },
  ],
  [
    'properties alone are an object',
    '{properties: {a: {type: string}}}',
    { type: 'object', properties: { a: { type: 'string' } } },
  ],
];

/** Without what is there but undefined: no JSON has it. */
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value ?? null));

describe('Picoschema', () => {
  for (const [rule, yaml, schema] of RULES)
    it(rule, async () => {
      const { output } = await readMetadata(`---\noutput:\n  format: json\n  schema: ${yaml}\n---\nx`, 'a');
      assert.deepEqual(asJson(output), { format: 'json', schema });
      const read = readMetadata(`---\ninput:\n  schema: ${yaml}\n---\nx`, 'a');
      const { type = 'object' } = schema as { type?: unknown };
      // An input is an object, so one of another type is refused.
      if (type === 'object' || type === 'any') assert.deepEqual(asJson((await read).input.schema), schema);
      else await assert.rejects(read, /input is an object|that is not an object/);
    });

  for (const [what, yaml] of [
    ['a type that is none', '{a: strnig}'],
    ['a form in brackets that is none', '{"a(tuple)": string}'],
    ['a number in place of a type', '{a: 5}'],
  ] as const)
    it(`refuses ${what}`, async () => {
      for (const place of ['input', 'output'])
        await assert.rejects(readMetadata(`---\n${place}:\n  schema: ${yaml}\n---\nx`, 'a/b'), error => {
          assert.ok(Problem.is(error, 'invalid_source'));
          assert.match(error.message, /^a\/b:3:\d+: /);
          assert.doesNotMatch(error.message, /Picoschema|undefined|Got:/);
          return true;
        });
    });

  it('keeps the names of schemas that only the application has', async () => {
    const source =
      '---\ninput:\n  schema: Order\noutput:\n  format: jsonl\n  schema: Invoice, what is due\n---\n{{x}}';
    const { input, output } = await readMetadata(source, 'a');
    assert.deepEqual(input.schema, { $ref: 'Order' });
    assert.deepEqual(output, { format: 'jsonl', schema: { $ref: 'Invoice', description: 'what is due' } });
    const nested = '---\ninput:\n  schema:\n    lines(array): LineItem\n    to?: shop.Address, where\n---\n';
    assert.deepEqual((await readMetadata(nested, 'a')).input.schema, {
      type: 'object',
      properties: {
        lines: { type: 'array', items: { $ref: 'LineItem' } },
        to: { $ref: 'shop.Address', description: 'where' },
      },
      required: ['lines'],
      additionalProperties: false,
    });
  });
  it('does not require what has a default', async () => {
    for (const schema of [
      '{a: string, b: string, c: string}',
      '{type: object, properties: {a: {type: string}}, required: [a, b, c]}',
    ]) {
      const source = `---\ninput:\n  schema: ${schema}\n  default: {a: x, b: null}\n---\n`;
      assert.deepEqual((await readMetadata(source, 'a')).input.schema?.['required'], ['b', 'c']);
    }
    const all = '---\ninput:\n  schema: {a: string}\n  default: {a: x}\n---\n';
    assert.ok(!('required' in ((await readMetadata(all, 'a')).input.schema ?? {})));
  });

  const scalar = fc.constantFrom(
    'string',
    'integer, how many',
    'any',
    'any, as you like',
    'null',
    'boolean,x',
    'Order',
    'a, b',
  );
  const key = fc.constantFrom(
    'a',
    'b?',
    'c',
    '(*)',
    'd(array)',
    'd?(array, all)',
    'e(object)',
    'e?(object, x)',
    'f(enum)',
    'f?(enum, y)',
    'g(tuple)',
    'type',
    'properties',
    ' h',
    '__proto__x',
  );
  const { schema } = fc.letrec<{ schema: unknown; object: object }>(tie => ({
    object: fc.dictionary(key, tie('schema'), { maxKeys: 4 }),
    schema: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      { weight: 4, arbitrary: scalar },
      { weight: 3, arbitrary: tie('object') },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(['x', 'y'], ['x', null], null, 5, true) },
    ),
  }));
  it('means what the dotprompt package reads in it, and what was published is read as by the package', async () => {
    let read = 0;
    const dotprompt = new Dotprompt({
      schemaResolver: async name => (/[A-Z]/.test(name) ? { $ref: name } : null),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.dictionary(key, schema, { maxKeys: 5 }),
          scalar.filter(text => text !== 'a, b'),
        ),
        async given => {
          const own = (isLenient: boolean) => {
            try {
              return asJson(expandSchema(structuredClone(given), isLenient));
            } catch (error) {
              assert.ok(error instanceof SchemaFault, String(error));
              return 'refused';
            }
          };
          const theirs = await dotprompt
            .renderMetadata({
              template: '',
              output: { schema: structuredClone(given) },
            } as unknown as ParsedPrompt)
            .then(
              ({ output }) => asJson(output?.schema),
              () => 'refused',
            );
          if (theirs !== 'refused') read += 1;
          // Of an optional object that is none, the package gives the type null twice.
          if (JSON.stringify(theirs).includes('[null,"null"]')) return;
          if (theirs !== 'refused') assert.deepEqual(own(true), theirs);
          const strict = own(false);
          if (strict !== 'refused') assert.deepEqual(strict, theirs);
        },
      ),
      { numRuns: runs(5_000, 800) },
    );
    assert.ok(read > 100, `only ${read} were read`);
  });
});
