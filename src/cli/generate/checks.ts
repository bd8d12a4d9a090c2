/**
 * Translates a schema's rules for texts, numbers, lists and objects into checks in code, with the same meaning as in
 * core/schema/keywords.ts.
 */
import { isJsonObject, type JsonObject } from '../../core/schema/schema-fault.ts';
import { quoted } from './type-of-schema.ts';

export interface Check {
  /** The code of a function that returns true if a value, which already has the type, passes. */
  readonly test: string;
  /** The message for a value that does not pass, such as `must be a whole number`. */
  readonly message: string;
  /** The built-in check with the same meaning, by library. */
  readonly native?: Readonly<Partial<Record<'zod' | 'valibot', string>>>;
}

/** Writes the validators that checks use. */
export interface ValidatorWriter {
  /** Code that checks whether a value, given as code, matches a schema. */
  fits(schema: unknown, value: string): string;
  /** The name of a schema's validator. */
  named(schema: unknown): string;
  /** Records that the code calls a helper. */
  use(helper: string): string;
  /** A pattern as a regular expression in code. */
  expression(pattern: string): string;
}

export function stringChecks(
  { minLength, maxLength, pattern }: JsonObject,
  writing: ValidatorWriter,
): Check[] {
  // JSON Schema counts characters, which may be two code units each.
  const length = '[...value].length';
  return [
    ...bound(minLength, least => [`${length} >= ${least}`, `must have at least ${least} characters`]),
    ...bound(maxLength, most => [`${length} <= ${most}`, `must have at most ${most} characters`]),
    ...(typeof pattern === 'string' ? [matching(writing.expression(pattern))] : []),
  ];
}

function matching(expression: string): Check {
  return {
    test: `value => ${expression}.test(value)`,
    message: 'must match its pattern',
    native: { zod: `.regex(${expression})`, valibot: `v.regex(${expression})` },
  };
}

/** Zod's own check rejects whole numbers beyond 2^53. */
export const WHOLE: Check = {
  test: 'value => Number.isInteger(value)',
  message: 'must be a whole number',
  native: { valibot: 'v.integer()' },
};

export function numberChecks(schema: JsonObject, writing: ValidatorWriter): Check[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  return [
    ...bound(minimum, least => [`value >= ${least}`, `must be at least ${least}`, ['min', 'minValue']]),
    ...bound(maximum, most => [`value <= ${most}`, `must be at most ${most}`, ['max', 'maxValue']]),
    ...bound(exclusiveMinimum, least => [
      `value > ${least}`,
      `must be more than ${least}`,
      ['gt', 'gtValue'],
    ]),
    ...bound(exclusiveMaximum, most => [`value < ${most}`, `must be less than ${most}`, ['lt', 'ltValue']]),
    ...(isNumber(multipleOf) && multipleOf > 0
      ? [
          {
            test: `value => ${writing.use('multipleOf')}(value, ${multipleOf})`,
            message: `must be a multiple of ${multipleOf}`,
          },
        ]
      : []),
  ];
}

export function arrayChecks(schema: JsonObject, writing: ValidatorWriter): Check[] {
  const { items, prefixItems, minItems, maxItems, uniqueItems, contains } = schema;
  return [
    ...bound(minItems, least => [
      `value.length >= ${least}`,
      `must have at least ${least} items`,
      ['min', 'minLength'],
    ]),
    ...bound(maxItems, most => [
      `value.length <= ${most}`,
      `must have at most ${most} items`,
      ['max', 'maxLength'],
    ]),
    ...placed(prefixItems, items, schema['additionalItems'], writing),
    ...(uniqueItems === true
      ? [
          {
            test: `value => ${writing.use('distinct')}(value)`,
            message: 'must not have the same item twice',
          },
        ]
      : []),
    ...(contains === undefined ? [] : [containing(contains, schema, writing)]),
  ];
}

/** Before 2020-12, `items` could be a list of schemas. */
function placed(
  prefixItems: unknown,
  items: unknown,
  additional: unknown,
  writing: ValidatorWriter,
): Check[] {
  const first = Array.isArray(prefixItems) ? prefixItems : Array.isArray(items) ? items : undefined;
  if (first === undefined) return [];
  const others = Array.isArray(items) ? additional : items;
  writing.use('fits');
  const names = first.map(each => writing.named(each));
  const rest = writing.named(others === undefined ? true : others);
  return [
    {
      test: `value => value.every((item, index) => fits([${names.join(', ')}][index] ?? ${rest}, item))`,
      message: 'must have the items that its schema asks for',
    },
  ];
}

function containing(
  contains: unknown,
  { minContains, maxContains }: JsonObject,
  writing: ValidatorWriter,
): Check {
  const count = `value.filter(item => ${writing.fits(contains, 'item')}).length`;
  const least = `${count} >= ${isNumber(minContains) ? minContains : 1}`;
  const test = isNumber(maxContains) ? `${least} && ${count} <= ${maxContains}` : least;
  return { test: `value => ${test}`, message: 'must contain the items that its schema asks for' };
}

/** @param asked the required properties that the validators themselves check */
export function objectChecks(
  schema: JsonObject,
  writing: ValidatorWriter,
  asked: ReadonlySet<string>,
): Check[] {
  const { minProperties, maxProperties, propertyNames, patternProperties } = schema;
  const count = 'Object.keys(value).length';
  const required = (Array.isArray(schema['required']) ? schema['required'] : []).filter(
    name => typeof name === 'string',
  );
  return [
    ...required
      .filter(name => !asked.has(name))
      .map(name => ({
        test: `value => Object.hasOwn(value, ${quoted(name)})`,
        message: `must have "${name.slice(0, 40)}"`,
      })),
    ...bound(minProperties, least => [`${count} >= ${least}`, `must have at least ${least} properties`]),
    ...bound(maxProperties, most => [`${count} <= ${most}`, `must have at most ${most} properties`]),
    ...(propertyNames === undefined
      ? []
      : [
          {
            test: `value => Object.keys(value).every(name => ${writing.fits(propertyNames, 'name')})`,
            message: 'must have the names that its schema allows',
          },
        ]),
    ...(isJsonObject(patternProperties) ? [byPattern(schema, patternProperties, required, writing)] : []),
    ...dependencies(schema, writing),
  ];
}

function byPattern(
  schema: JsonObject,
  patternProperties: JsonObject,
  required: readonly string[],
  writing: ValidatorWriter,
): Check {
  const known = Object.keys(isJsonObject(schema['properties']) ? schema['properties'] : {});
  const optional = known.filter(name => !required.includes(name));
  const patterns = Object.entries(patternProperties).map(
    ([pattern, own]) => `[${writing.expression(pattern)}, ${writing.named(own)}]`,
  );
  const others = schema['additionalProperties'];
  const rest = others === undefined ? 'undefined' : writing.named(others);
  const list = (names: readonly string[]) => `[${names.map(quoted).join(', ')}]`;
  return {
    test: `value => ${writing.use('named')}(value, ${list(known)}, ${list(optional)}, [${patterns.join(', ')}], ${rest})`,
    message: 'must have the properties that its schema allows',
  };
}

function dependencies(schema: JsonObject, writing: ValidatorWriter): Check[] {
  return ['dependentRequired', 'dependentSchemas', 'dependencies'].flatMap(keyword =>
    Object.entries(isJsonObject(schema[keyword]) ? schema[keyword] : {}).map(([name, needed]) => {
      const others = Array.isArray(needed) ? needed.filter(each => typeof each === 'string') : undefined;
      const then =
        others === undefined
          ? writing.fits(needed, 'value')
          : others.map(each => `Object.hasOwn(value, ${quoted(each)})`).join(' && ') || 'true';
      return {
        test: `value => !Object.hasOwn(value, ${quoted(name)}) || (${then})`,
        message: `must have what "${name.slice(0, 40)}" needs`,
      };
    }),
  );
}

type Words = readonly [test: string, message: string, native?: readonly [zod: string, valibot: string]];

function bound(value: unknown, words: (bound: number) => Words): Check[] {
  if (!isNumber(value)) return [];
  const [test, message, native] = words(value);
  return [
    {
      test: `value => ${test}`,
      message,
      ...(native && { native: { zod: `.${native[0]}(${value})`, valibot: `v.${native[1]}(${value})` } }),
    },
  ];
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
