/** Values that fit a JSON Schema, as far as the API's document uses the language. */
import fc from 'fast-check';
import type { Json } from './a-registry.ts';

/** Where `$ref`s lead, and what real values a field of this name may have: those are worth more than made-up ones. */
export interface SchemaWorld {
  readonly document: Json;
  known(field: string): readonly unknown[];
}

/** `field`: the name of the property or parameter. @throws Error for a part of the language that is not known here */
export function arbitraryOf(schema: Json, world: SchemaWorld, field = '', depth = 0): fc.Arbitrary<unknown> {
  const made = fitting(schema, world, field, depth);
  const known = world.known(field);
  return known.length === 0
    ? made
    : fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...known) }, { weight: 1, arbitrary: made });
}

function fitting(schema: Json, world: SchemaWorld, field: string, depth: number): fc.Arbitrary<unknown> {
  const inner = (part: Json, name = field) => arbitraryOf(part, world, name, depth + 1);
  if (schema.$ref !== undefined) {
    const path: string[] = schema.$ref.slice(2).split('/');
    return inner(path.reduce((value: Json, step) => value[step], world.document));
  }
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const options = schema.anyOf ?? schema.oneOf;
  if (options !== undefined) return fc.oneof(...options.map((option: Json) => inner(option)));
  switch (schema.type) {
    case undefined:
      return fc.jsonValue({ maxDepth: 2 });
    case 'null':
      return fc.constant(null);
    case 'boolean':
      return fc.boolean();
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -100, max: Math.min(schema.maximum ?? 1000, 1e9) });
    case 'number':
      return fc.double({ noNaN: true });
    case 'string':
      return text(schema);
    case 'array':
      return fc.array(inner(schema.items), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, (schema.minItems ?? 0) + 4),
      });
    case 'object':
      return object(schema, inner, depth);
  }
  throw new Error(`Not known here: ${JSON.stringify(schema).slice(0, 200)}`);
}

function text({ pattern, format, minLength = 0, maxLength = 300 }: Json): fc.Arbitrary<string> {
  const size = { minLength, maxLength: Math.min(maxLength, 300) };
  if (format === 'date-time')
    return fc
      .date({ min: new Date('2020-01-01'), max: new Date('2040-01-01'), noInvalidDate: true })
      .map(date => date.toISOString());
  if (pattern !== undefined && format === undefined)
    return fc
      .stringMatching(new RegExp(pattern, 'u'))
      .filter(made => made.length >= minLength && made.length <= maxLength);
  return fc.oneof(fc.string(size), fc.string({ ...size, unit: 'binary' }));
}

function object(
  { properties = {}, required = [], additionalProperties }: Json,
  inner: (part: Json, name?: string) => fc.Arbitrary<unknown>,
  depth: number,
): fc.Arbitrary<unknown> {
  const own = fc.record(
    Object.fromEntries(Object.entries<Json>(properties).map(([name, part]) => [name, inner(part, name)])),
    { requiredKeys: required, noNullPrototype: true },
  );
  if (typeof additionalProperties !== 'object' || depth > 6) return own;
  const others = fc.dictionary(fc.string({ maxLength: 8 }), inner(additionalProperties, ''), {
    maxKeys: 3,
    noNullPrototype: true,
  });
  return fc.tuple(others, own).map(([rest, fixed]) => ({ ...rest, ...(fixed as object) }));
}
