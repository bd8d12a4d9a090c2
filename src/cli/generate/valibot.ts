/** Valibot 1 (valibot.dev). */
import { type Dialect, namedHelper, PLAIN_HELPERS } from './dialect.ts';
import { quoted } from './type-of-schema.ts';

export const valibot: Dialect = {
  import: "import * as v from 'valibot';",
  unknown: 'v.unknown()',
  never: 'v.never()',
  string: 'v.string()',
  number: 'v.number()',
  boolean: 'v.boolean()',
  null: 'v.null()',
  array: item => `v.array(${item})`,
  object(fields, rest) {
    const object =
      rest === 'none'
        ? `v.strictObject(${fields})`
        : rest === 'any'
          ? `v.looseObject(${fields})`
          : `v.objectWithRest(${fields}, ${rest.of})`;
    return `noList(${object})`;
  },
  union: options => `v.union([${options.join(', ')}])`,
  literals(values) {
    if (values.length > 1 && values.every(value => /^['"\d-]/.test(value)))
      return `v.picklist([${values.join(', ')}])`;
    const each = values.map(value => (value === 'null' ? 'v.null()' : `v.literal(${value})`));
    return each.length === 1 ? (each[0] as string) : `v.union([${each.join(', ')}])`;
  },
  nullable: (inner, orLeftOut) => `v.${orLeftOut ? 'nullish' : 'nullable'}(${inner})`,
  later: name => `v.lazy((): v.GenericSchema => ${name})`,
  where(inner, { test, message, native }) {
    const before = inner.startsWith('v.pipe(') ? inner.slice(0, -1) : `v.pipe(${inner}`;
    return `${before}, ${native?.valibot ?? `v.check(${test}, ${quoted(message)})`})`;
  },
  helpers: {
    ...PLAIN_HELPERS,
    noList: `/** Valibot takes a list for an object. */
function noList<Input, Output>(schema: v.GenericSchema<Input, Output>): v.GenericSchema<Input, Output> {
  return v.pipe(
    v.custom<Input>(value => !Array.isArray(value), 'must be an object'),
    schema,
  );
}`,
    fits: `function fits(schema: v.GenericSchema, value: unknown): boolean {
  return v.is(schema, value);
}`,
    exactlyOne: `function exactlyOne<const Options extends readonly v.GenericSchema[]>(options: Options) {
  return v.pipe(
    v.union(options),
    v.check(
      value => options.filter(option => fits(option, value)).length === 1,
      'must fit exactly one of the alternatives',
    ),
  );
}`,
    named: namedHelper('v.GenericSchema'),
  },
};
