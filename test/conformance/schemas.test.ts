/** Picoschema, Dotprompt's short form of JSON Schema: what each form means, for the input as for the output. */
import assert from 'node:assert/strict';
import { Problem } from '../../src/core/problem.ts';
import { readMetadata } from '../../src/core/render.ts';

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
      const source = `---\ninput:\n  schema: ${yaml}\noutput:\n  format: json\n  schema: ${yaml}\n---\nx`;
      const { input, output } = await readMetadata(source, 'a');
      assert.deepEqual(asJson(input.schema), schema);
      assert.deepEqual(asJson(output), { format: 'json', schema });
    });

  for (const [what, yaml] of [
    ['a type that is none', '{a: strnig}'],
    ['a name of a schema, which no file defines', 'Person'],
    ['a form in brackets that is none', '{"a(tuple)": string}'],
    ['a number in place of a type', '{a: 5}'],
  ] as const)
    it(`refuses ${what}`, async () => {
      for (const place of ['input', 'output'])
        await assert.rejects(readMetadata(`---\n${place}:\n  schema: ${yaml}\n---\nx`, 'a/b'), error => {
          return Problem.is(error, 'invalid_source') && error.message.startsWith('a/b: ');
        });
    });
});
