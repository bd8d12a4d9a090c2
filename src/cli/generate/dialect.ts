/** A validation library's syntax: the code that `validator-of-schema.ts` writes. */
import type { Check } from './checks.ts';

export interface Dialect {
  /** The import statement. */
  readonly import: string;
  readonly unknown: string;
  readonly never: string;
  readonly string: string;
  readonly number: string;
  readonly boolean: string;
  readonly null: string;
  array(item: string): string;
  /**
   * @param fields `{…}` with a validator for each name
   * @param rest for other properties: none, any, or this validator
   */
  object(fields: string, rest: 'none' | 'any' | { readonly of: string }): string;
  /** @param options two or more */
  union(options: readonly string[]): string;
  /** @param values one or more, each as code */
  literals(values: readonly string[]): string;
  /** Also accepts null, and with `orLeftOut` a missing value. */
  nullable(inner: string, orLeftOut: boolean): string;
  /** References a later or an enclosing definition. */
  later(name: string): string;
  where(inner: string, check: Check): string;
  /** Functions that the code may call, by name; those that are used are written to the file. */
  readonly helpers: Readonly<Record<string, string>>;
}

/** Helpers for both libraries. */
export const PLAIN_HELPERS: Readonly<Record<string, string>> = {
  same: `/** As JSON has them. */
function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every(
      name =>
        Object.hasOwn(other, name) &&
        same((one as Record<string, unknown>)[name], (other as Record<string, unknown>)[name]),
    )
  );
}`,
  distinct: `function distinct(items: readonly unknown[]): boolean {
  return items.every((item, index) => items.slice(0, index).every(each => !same(each, item)));
}`,
  multipleOf: `/** 0.3 is a multiple of 0.1, which binary numbers only nearly say. */
function multipleOf(value: number, of: number): boolean {
  return Math.abs(value / of - Math.round(value / of)) < 1e-9;
}`,
};

/** Helpers that a helper calls. */
export const HELPERS_OF: Readonly<Record<string, readonly string[]>> = {
  distinct: ['same'],
  exactlyOne: ['fits'],
  named: ['fits'],
};

/** @param schemaType the type of any validator of the library */
export function namedHelper(schemaType: string): string {
  return `/** Holds properties against the patterns of their names, and others against the rest. Null is "not given" where it may be left out. */
function named(
  value: object,
  known: readonly string[],
  optional: readonly string[],
  patterns: readonly (readonly [RegExp, ${schemaType}])[],
  rest: ${schemaType} | undefined,
): boolean {
  return Object.entries(value).every(([name, own]) => {
    if (own === null && optional.includes(name)) return true;
    const matching = patterns.filter(([pattern]) => pattern.test(name));
    if (!matching.every(([, schema]) => fits(schema, own))) return false;
    return matching.length > 0 || known.includes(name) || rest === undefined || fits(rest, own);
  });
}`;
}
