/** JSON Schema in front matter, read into types. */
import assert from 'node:assert/strict';
import { readFrontMatter } from '../../src/language/front-matter/front-matter.ts';
import { wordsOfType } from '../../src/language/types/value-type.ts';

describe('JSON Schema', () => {
  it('is recognized by "type" or "properties", as in Dotprompt', () => {
    for (const schema of [
      '{type: object, properties: {a: {type: string}}}',
      '{properties: {a: {type: string}}}',
    ])
      assert.deepEqual(typesIn(schema), { a: 'string?' }, schema);
    assert.deepEqual(typesIn('{type: "string, a kind", a: string}'), { type: 'string', a: 'string' });
  });
  for (const [schema, words] of [
    ['{type: string}', 'string'],
    ['{type: [string, "null"]}', 'string'],
    ['{type: [string, number]}', 'any'],
    ['{type: "null"}', 'null'],
    ['{type: integer, minimum: 0}', 'integer'],
    ['{enum: [a, 1]}', '"a" | 1'],
    ['{type: string, enum: [a]}', '"a"'],
    ['{const: x}', '"x"'],
    ['{type: array, items: {type: number}}', 'number[]'],
    ['{type: array}', 'any[]'],
    ['{type: object}', '{…}'],
    ['{type: object, properties: {x: {type: string}}, required: [x]}', '{x, …}'],
    ['{properties: {x: {type: string}}, additionalProperties: false}', '{x?}'],
    ['{$ref: "#/$defs/address"}', '{street?, …}'],
    ['{$ref: "#/$defs/itself"}', '{inner?, …}'],
    ['{$ref: "https://example.com/schema"}', 'any'],
    ['{anyOf: [{type: string}, {type: "null"}]}', 'string'],
    ['{oneOf: [{type: string}, {type: number}]}', 'any'],
    ['{allOf: [{$ref: "#/$defs/address"}]}', '{street?, …}'],
    ['true', 'any'],
    ['{}', 'any'],
    ['{description: what}', 'any'],
  ] as const)
    it(`reads ${schema} as ${words}`, () => {
      const text = sourceOf(
        `{type: object, required: [a], properties: {a: ${schema}}, $defs: {address: {properties: {street: {type: string}}}, itself: {properties: {inner: {$ref: "#/$defs/itself"}}}}}`,
      );
      const { variables, findings } = readFrontMatter(text);
      assert.deepEqual(findings, []);
      assert.deepEqual(
        variables.map(({ name, type }) => [name, wordsOfType(type)]),
        [['a', words]],
      );
    });
  it('has names, descriptions and required properties at their positions', () => {
    const text =
      '---\ninput:\n  schema:\n    type: object\n    required: [b, c]\n    properties:\n      a: {type: string, description: an a}\n      b:\n        type: number\n---\n';
    const { variables, findings } = readFrontMatter(text);
    assert.deepEqual(findings, []);
    assert.deepEqual(
      variables.map(({ name, optional, description, nameSpan, span }) => [
        name,
        optional,
        description,
        text.slice(nameSpan?.start, nameSpan?.end),
        text.slice(span?.start, span?.end),
      ]),
      [
        ['a', true, 'an a', 'a', 'a: {type: string, description: an a}'],
        ['b', false, undefined, 'b', 'b:\n        type: number'],
        ['c', false, undefined, 'c', 'c'],
      ],
    );
  });
  for (const [schema, code, place] of [
    ['{type: object, properties: {a: {type: strng}}}', 'json-schema', 'strng'],
    ['{type: object, properties: {a: {type: [string, 5]}}}', 'json-schema', '5'],
    ['{type: object, properties: {a: text}}', 'json-schema', 'text'],
    ['{type: object, properties: text}', 'json-schema', 'text'],
    ['{type: object, required: a}', 'json-schema', 'a'],
    ['{type: object, required: [5]}', 'json-schema', '5'],
    ['{type: object, properties: {a: {enum: b}}}', 'json-schema', 'b'],
    ['{type: object, properties: {a: {enum: []}}}', 'json-schema', '[]'],
    ['{type: object, properties: {a: {type: number, minimum: "5"}}}', 'json-schema', '"5"'],
    ['{type: object, properties: {a: {type: number, exclusiveMaximum: true}}}', 'json-schema', 'true'],
    ['{type: object, properties: {a: {type: number, multipleOf: 0}}}', 'json-schema', '0'],
    ['{type: object, properties: {a: {type: string, minLength: -1}}}', 'json-schema', '-1'],
    ['{type: object, properties: {a: {type: string, pattern: 5}}}', 'json-schema', '5'],
    ['{type: object, properties: {a: {type: array, uniqueItems: "yes"}}}', 'json-schema', '"yes"'],
    ['{type: object, properties: {a: {anyOf: {type: string}}}}', 'json-schema', '{type: string}'],
    ['{type: object, unevaluatedProperties: false}', 'json-schema', 'false'],
    ['{type: object, required: [mesage], properties: {message: {type: string}}}', 'json-schema', 'mesage'],
    ['{type: array, items: {type: string}}', 'picoschema', 'type'],
  ] as const)
    it(`is reported as invalid in ${schema}`, () => {
      const text = sourceOf(schema);
      const { findings } = readFrontMatter(text);
      assert.deepEqual(
        findings.map(({ code, span }) => [code, text.slice(span.start, span.end)]),
        [[code, place]],
      );
    });
  it('can have circular and very long references', () => {
    const round =
      '{type: object, properties: {a: {$ref: "#/$defs/a"}}, $defs: {a: {$ref: "#/$defs/b"}, b: {$ref: "#/$defs/a"}}}';
    assert.deepEqual(typesIn(round), { a: 'any?' });
    const steps = Array.from({ length: 1_500 }, (_, index) => `s${index}: {$ref: "#/$defs/s${index + 1}"}`);
    const long = `{type: object, properties: {a: {$ref: "#/$defs/s0"}}, $defs: {${steps.join(', ')}, s1500: {type: string}}}`;
    assert.deepEqual(typesIn(long), { a: 'any?' });
  });
});

function sourceOf(schema: string): string {
  return `---\ninput: {schema: ${schema}}\n---\nbody`;
}

/** `{name: words of its type}`, with `?` where it is optional. */
function typesIn(schema: string): Record<string, string> {
  const { variables } = readFrontMatter(sourceOf(schema));
  return Object.fromEntries(
    variables.map(({ name, type, optional }) => [name, `${wordsOfType(type)}${optional ? '?' : ''}`]),
  );
}
