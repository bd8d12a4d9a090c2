/** Any JSON schema, and any value, of few names and values: so that one often fits the other. */
import fc from 'fast-check';

const small = fc.integer({ min: 0, max: 3 });
const name = fc.constantFrom('a', 'b', 'ab', 'c/d');
const scalar = fc.constantFrom<unknown>('', 'a', 'aab', '12', '👋', 0, 1, 2.5, -3, true, false, null);
const values = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    { weight: 3, arbitrary: scalar },
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));
/** A value such as JSON has, often near what a schema asks for. */
export const { value } = values;
const pattern = fc.constantFrom('^a', 'a+b$', '^(a+)+$', '\\d', '^.$', '[^a]', '^\\u0061', '\\p{L}', '^$');
const type = fc.constantFrom('string', 'number', 'integer', 'boolean', 'null', 'array', 'object');
const { schema } = fc.letrec<{ schema: object | boolean; list: unknown[]; named: object }>(tie => ({
  list: fc.array(tie('schema'), { minLength: 1, maxLength: 3 }),
  named: fc.dictionary(name, tie('schema'), { maxKeys: 3, noNullPrototype: true }),
  schema: fc.oneof(
    { depthSize: 'xsmall', withCrossShrink: true },
    fc.boolean(),
    type.map(each => ({ type: each })),
    fc.record(
      {
        type: fc.oneof(type, fc.uniqueArray(type, { minLength: 1, maxLength: 3 })),
        enum: fc.uniqueArray(scalar, { minLength: 1, maxLength: 4 }),
        const: scalar,
        minimum: small,
        exclusiveMaximum: small,
        multipleOf: fc.constantFrom(1, 2, 0.5),
        minLength: small,
        maxLength: small,
        pattern,
        prefixItems: tie('list'),
        items: tie('schema'),
        minItems: small,
        maxItems: small,
        uniqueItems: fc.boolean(),
        contains: tie('schema'),
        maxContains: small,
        minProperties: small,
        maxProperties: small,
        required: fc.uniqueArray(name, { maxLength: 2 }),
        properties: tie('named'),
        patternProperties: fc.dictionary(pattern, tie('schema'), { maxKeys: 2, noNullPrototype: true }),
        additionalProperties: tie('schema'),
        propertyNames: tie('schema'),
        dependentRequired: fc.dictionary(name, fc.uniqueArray(name, { maxLength: 2 }), {
          maxKeys: 2,
          noNullPrototype: true,
        }),
        dependentSchemas: tie('named'),
        allOf: tie('list'),
        anyOf: tie('list'),
        oneOf: tie('list'),
        not: tie('schema'),
        if: tie('schema'),
        // biome-ignore lint/suspicious/noThenProperty: JSON Schema's own word
        then: tie('schema'),
        else: tie('schema'),
        $ref: fc.constantFrom('#/$defs/a', '#/$defs/b'),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  ),
}));
/** A schema with definitions that it may refer to. */
export const whole = fc
  .tuple(schema, schema, schema)
  .map(([one, a, b]) => ({ ...(typeof one === 'object' ? one : { not: one }), $defs: { a, b } }));
