/** Finds unknown fields in nested objects of a body, because zod's `strict` checks only the outermost one. */
import type * as z from 'zod';

/** The unknown fields, each as a path into `value`, which must match the schema. */
export function unknownFields(schema: z.core.$ZodType, value: unknown): string[][] {
  const { def } = schema._zod as { readonly def: Def };
  if (def.innerType !== undefined) return unknownFields(def.innerType, value);
  if (def.type === 'array' && def.element !== undefined && Array.isArray(value)) {
    const { element } = def;
    return value.flatMap((each, index) => within(String(index), unknownFields(element, each)));
  }
  if (def.type !== 'object' || def.shape === undefined || !isObject(value)) return [];
  const { shape, catchall } = def;
  return Object.entries(value).flatMap(([name, each]) => {
    const field = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (field !== undefined) return within(name, unknownFields(field, each));
    return catchall === undefined ? [[name]] : [];
  });
}

/** The parts of a zod definition that are used: objects, lists and wrappers of them. */
interface Def {
  readonly type: string;
  readonly innerType?: z.core.$ZodType;
  readonly element?: z.core.$ZodType;
  readonly shape?: Readonly<Record<string, z.core.$ZodType>>;
  /** The schema of further fields, or the one that refuses them. */
  readonly catchall?: z.core.$ZodType;
}

function within(name: string, paths: string[][]): string[][] {
  return paths.map(path => [name, ...path]);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
