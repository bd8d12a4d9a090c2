/** Zod 4 (zod.dev). */
import { type Dialect, namedHelper, PLAIN_HELPERS } from './dialect.ts';
import { quoted } from './type-of-schema.ts';

export const zod: Dialect = {
  import: "import * as z from 'zod';",
  unknown: 'z.unknown()',
  never: 'z.never()',
  string: 'z.string()',
  number: 'z.number()',
  boolean: 'z.boolean()',
  null: 'z.null()',
  array: item => `z.array(${item})`,
  object(fields, rest) {
    if (rest === 'none') return `z.strictObject(${fields})`;
    return rest === 'any' ? `z.looseObject(${fields})` : `z.object(${fields}).catchall(${rest.of})`;
  },
  union: options => `z.union([${options.join(', ')}])`,
  literals: values => `z.literal(${values.length === 1 ? values[0] : `[${values.join(', ')}]`})`,
  nullable(inner, orLeftOut) {
    const known = inner.endsWith('.nullable()') ? inner.slice(0, -'.nullable()'.length) : inner;
    return `${known}.${orLeftOut ? 'nullish' : 'nullable'}()`;
  },
  later: name => `z.lazy((): z.ZodType => ${name})`,
  where: (inner, { test, message, native }) =>
    inner + (native?.zod ?? `.refine(${test}, ${quoted(message)})`),
  helpers: {
    ...PLAIN_HELPERS,
    fits: `function fits(schema: z.ZodType, value: unknown): boolean {
  return schema.safeParse(value).success;
}`,
    exactlyOne: `function exactlyOne<const Options extends readonly [z.ZodType, ...z.ZodType[]]>(options: Options) {
  return z
    .union(options)
    .refine(
      value => options.filter(option => fits(option, value)).length === 1,
      'must fit exactly one of the alternatives',
    );
}`,
    named: namedHelper('z.ZodType'),
  },
};
