/**
 * Converts JSON Schema to the code of a validator that accepts and rejects the same values as `validate` (core/schema).
 * It uses the library's built-in checks, and custom ones for the rest.
 */
import type { CompilePattern } from '../../core/schema/patterns.ts';
import { isJsonObject, type JsonObject } from '../../core/schema/schema-fault.ts';
import { referred } from '../../core/schema/schemas-in.ts';
import { Validation } from '../../core/schema/validate.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import {
  arrayChecks,
  type Check,
  numberChecks,
  objectChecks,
  stringChecks,
  type ValidatorWriter,
  WHOLE,
} from './checks.ts';
import { type Dialect, HELPERS_OF } from './dialect.ts';
import { commentOf, keyOf, quoted } from './type-of-schema.ts';

export interface ValidatorCode {
  readonly code: string;
  /** True if it accepts undefined, so that a required property needs an additional check. */
  readonly takesUndefined: boolean;
}

/** Code before the validators. */
export interface Definitions {
  /** Each line follows those that it uses immediately. */
  readonly lines: string[];
  readonly helpers: Set<string>;
}

export interface ValidatorOptions {
  readonly dialect: Dialect;
  readonly definitions: Definitions;
  readonly pattern: CompilePattern;
  /** The prompt in error messages. */
  readonly label: string;
}

/** `$ref` can make a small schema very large, more than compilers can handle. */
const MAX_PARTS = 2000;
const MAX_DEPTH = 40;
const STEPS = 1_000_000;

const TYPES = ['string', 'number', 'boolean', 'null', 'array', 'object'];
/** By type, the keywords that apply only to its values. */
const KEYWORDS: Readonly<Record<string, readonly string[]>> = {
  string: ['minLength', 'maxLength', 'pattern'],
  number: ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf'],
  array: ['items', 'prefixItems', 'minItems', 'maxItems', 'uniqueItems', 'contains'],
  object: [
    ...['properties', 'patternProperties', 'additionalProperties', 'propertyNames', 'required'],
    ...['minProperties', 'maxProperties', 'dependentRequired', 'dependentSchemas', 'dependencies'],
  ],
};

/** @throws CommandFailure for a schema that is too large, or cannot have a validator */
export function validatorOfSchema(schema: unknown, options: ValidatorOptions, indent = ''): string {
  const writer = new Writer(isJsonObject(schema) ? schema : { allOf: [schema] }, options);
  try {
    return writer.write(schema, indent).code;
  } catch (error) {
    // A long chain of references overflows the stack.
    throw error instanceof RangeError ? writer.tooLarge() : error;
  }
}

class Writer implements ValidatorWriter {
  readonly #dialect: Dialect;
  readonly #root: JsonObject;
  readonly #options: ValidatorOptions;
  /** The names of validators by the schema that a reference leads to; not done while one is being written. */
  readonly #named = new Map<unknown, { readonly name: string; isDone: boolean }>();
  #parts = 0;
  #depth = 0;

  constructor(root: JsonObject, options: ValidatorOptions) {
    this.#dialect = options.dialect;
    this.#root = root;
    this.#options = options;
  }

  /** @param at the indentation of the line on which it begins */
  write(schema: unknown, at: string): ValidatorCode {
    this.#parts += 1;
    if (this.#parts > MAX_PARTS || this.#depth >= MAX_DEPTH) throw this.tooLarge();
    if (schema === false) return { code: this.#dialect.never, takesUndefined: false };
    if (!isJsonObject(schema)) return { code: this.#dialect.unknown, takesUndefined: true };
    this.#depth += 1;
    const written = this.#object(schema, at);
    this.#depth -= 1;
    return written;
  }

  tooLarge(): CommandFailure {
    return this.failure(
      'has a schema that is too large for validators. Simplify it, or leave out --schemas.',
    );
  }

  failure(what: string): CommandFailure {
    return new CommandFailure(EXIT.refused, `${this.#options.label} ${what}`);
  }

  /** Gives a validator its own name, for a check that would otherwise create it each time. */
  named(schema: unknown): string {
    return this.define(this.write(schema, '').code);
  }

  define(code: string): string {
    const { lines } = this.#options.definitions;
    const name = `part${lines.length + 1}`;
    lines.push(`const ${name} = ${code};`);
    return name;
  }

  /** Records that the code calls a helper. */
  use(helper: string): string {
    const { helpers } = this.#options.definitions;
    for (const other of HELPERS_OF[helper] ?? []) this.use(other);
    helpers.add(helper);
    return helper;
  }

  fits(schema: unknown, value: string): string {
    return `${this.use('fits')}(${this.named(schema)}, ${value})`;
  }

  /** A pattern as a literal, with `u` as in JSON Schema. */
  expression(pattern: string): string {
    for (const flags of ['u', ''])
      try {
        return String(new RegExp(pattern, flags));
      } catch {
        // A pattern that is invalid with "u" may be valid without.
      }
    throw this.failure(
      `has the pattern ${JSON.stringify(pattern.slice(0, 60))}, which JavaScript cannot run. Write it in JavaScript's syntax, or leave out --schemas.`,
    );
  }

  #where({ code, takesUndefined }: ValidatorCode, checks: readonly Check[]): ValidatorCode {
    let all = code;
    for (const check of checks) all = this.#dialect.where(all, check);
    return { code: all, takesUndefined };
  }

  #object(schema: JsonObject, at: string): ValidatorCode {
    if (Array.isArray(schema['enum']) || Object.hasOwn(schema, 'const')) return this.#values(schema);
    const all = [...this.#typed(schema, at), ...this.#combined(schema, at)];
    const [first = { code: this.#dialect.unknown, takesUndefined: true }, ...others] = all;
    return this.#where(first, [
      ...others.map(({ code }) => ({
        test: `value => ${this.use('fits')}(${this.define(code)}, value)`,
        message: 'must fit all of its schema',
      })),
      ...this.#excluded(schema),
    ]);
  }

  /** The enumerated values that also match the rest of the schema. */
  #values(schema: JsonObject): ValidatorCode {
    const listed = Array.isArray(schema['enum']) ? (schema['enum'] as readonly unknown[]) : [schema['const']];
    const { pattern } = this.#options;
    const validation = new Validation(this.#root, { steps: STEPS, pattern });
    const values = listed.filter(value => validation.fits(schema, value));
    const codes = [...new Set(values.map(value => literal(value)))];
    if (codes.length === 0) return { code: this.#dialect.never, takesUndefined: false };
    if (values.every(value => typeof value !== 'object' || value === null))
      return { code: this.#dialect.literals(codes), takesUndefined: false };
    const test = `value => [${codes.join(', ')}].some(each => ${this.use('same')}(each, value))`;
    return this.#where({ code: this.#dialect.unknown, takesUndefined: true }, [
      { test, message: 'must be one of the values that its schema lists' },
    ]);
  }

  /** Empty if there is neither a type nor a keyword that depends on one. */
  #typed(schema: JsonObject, at: string): ValidatorCode[] {
    const asked = [schema['type']].flat().filter(each => typeof each === 'string');
    const isAny = asked.length === 0 || asked.some(each => each !== 'integer' && !TYPES.includes(each));
    const isSilent = !Object.values(KEYWORDS).some(keywords =>
      keywords.some(each => schema[each] !== undefined),
    );
    if (isAny && isSilent) return [];
    const types = [...new Set(isAny ? TYPES : asked)];
    const isNullable = types.length === 2 && types.includes('null');
    const options = types
      .filter(type => !isNullable || type !== 'null')
      .map(type => this.#ofType(type, schema, at));
    const [only = this.#dialect.null] = options;
    if (isNullable) return [{ code: this.#dialect.nullable(only, false), takesUndefined: false }];
    return [{ code: options.length === 1 ? only : this.#dialect.union(options), takesUndefined: false }];
  }

  #ofType(type: string, schema: JsonObject, at: string): string {
    const dialect = this.#dialect;
    const checked = (code: string, checks: readonly Check[]) =>
      this.#where({ code, takesUndefined: false }, checks).code;
    switch (type) {
      case 'string':
        return checked(dialect.string, stringChecks(schema, this));
      case 'integer':
        return checked(dialect.number, [WHOLE, ...numberChecks(schema, this)]);
      case 'number':
        return checked(dialect.number, numberChecks(schema, this));
      case 'boolean':
        return dialect.boolean;
      case 'null':
        return dialect.null;
      case 'array': {
        const { items, prefixItems } = schema;
        const isPlain = !Array.isArray(prefixItems) && !Array.isArray(items);
        const item = isPlain ? this.write(items, at).code : dialect.unknown;
        return checked(dialect.array(item), arrayChecks(schema, this));
      }
      default: {
        const { code, asked } = this.#fields(schema, at);
        return checked(code, objectChecks(schema, this, asked));
      }
    }
  }

  /** @returns the code, and the names of properties that it requires itself */
  #fields(schema: JsonObject, at: string): { readonly code: string; readonly asked: ReadonlySet<string> } {
    const { additionalProperties: others, patternProperties } = schema;
    const required = new Set(Array.isArray(schema['required']) ? schema['required'] : []);
    const inside = `${at}  `;
    const asked = new Set<string>();
    const lines = Object.entries(asObject(schema['properties'])).flatMap(([name, own]) => {
      const { code, takesUndefined } = this.write(own, inside);
      if (!takesUndefined) asked.add(name);
      const key = name === '__proto__' ? "['__proto__']" : keyOf(name);
      return [
        ...commentOf(own),
        `${key}: ${required.has(name) ? code : this.#dialect.nullable(code, true)},`,
      ];
    });
    const fields = lines.length === 0 ? '{}' : `{\n${lines.map(each => inside + each).join('\n')}\n${at}}`;
    if (this.#dialect.helpers['noList'] !== undefined) this.use('noList');
    const isOpen = others === undefined || others === true || isJsonObject(patternProperties);
    const rest = isOpen ? 'any' : others === false ? 'none' : { of: this.write(others, at).code };
    return { code: this.#dialect.object(fields, rest), asked };
  }

  #combined(schema: JsonObject, at: string): ValidatorCode[] {
    const { $ref: reference, allOf, anyOf, oneOf } = schema;
    const all: ValidatorCode[] = [];
    if (typeof reference === 'string' && reference.startsWith('#')) all.push(this.#referred(reference));
    if (Array.isArray(allOf)) all.push(...allOf.map(each => this.write(each, at)));
    if (Array.isArray(anyOf)) all.push(this.#oneOf(anyOf, at, options => this.#dialect.union(options)));
    if (Array.isArray(oneOf))
      all.push(this.#oneOf(oneOf, at, options => `${this.use('exactlyOne')}([${options.join(', ')}])`));
    return all;
  }

  #oneOf(
    schemas: readonly unknown[],
    at: string,
    join: (options: readonly string[]) => string,
  ): ValidatorCode {
    const options = schemas.map(each => this.write(each, at));
    const [first = { code: this.#dialect.never, takesUndefined: false }] = options;
    if (options.length < 2) return first;
    return {
      code: join(options.map(({ code }) => code)),
      takesUndefined: options.some(each => each.takesUndefined),
    };
  }

  #excluded({ not, if: condition, then, else: otherwise }: JsonObject): Check[] {
    const checks: Check[] = [];
    if (not !== undefined)
      checks.push({
        test: `value => !${this.fits(not, 'value')}`,
        message: 'must not be what its schema excludes',
      });
    if (condition !== undefined && (then !== undefined || otherwise !== undefined)) {
      const fits = (branch: unknown) => (branch === undefined ? 'true' : this.fits(branch, 'value'));
      const test = `value => (${this.fits(condition, 'value')} ? ${fits(then)} : ${fits(otherwise)})`;
      checks.push({ test, message: 'must fit what its schema asks for in this case' });
    }
    return checks;
  }

  #referred(reference: string): ValidatorCode {
    if (reference !== '#' && !reference.startsWith('#/'))
      throw this.failure(
        `has the reference ${JSON.stringify(reference.slice(0, 60))}, an anchor. Write it as a path, such as "#/$defs/Order", or leave out --schemas.`,
      );
    const target = referred(this.#root, reference)?.schema;
    const known = this.#named.get(target);
    if (known !== undefined) {
      const code = known.isDone ? known.name : this.#dialect.later(known.name);
      return { code, takesUndefined: true };
    }
    if (!isJsonObject(target)) return this.write(target, '');
    const { lines } = this.#options.definitions;
    // Named before it is written, because it may refer to itself.
    const mine = { name: `shared${lines.length + 1}`, isDone: false };
    this.#named.set(target, mine);
    lines.push('');
    // Its code is not nested in the surrounding one.
    const around = this.#depth;
    this.#depth = 0;
    const { code } = this.write(target, '');
    this.#depth = around;
    lines.push(`const ${mine.name} = ${code};`);
    mine.isDone = true;
    return { code: mine.name, takesUndefined: true };
  }
}

function literal(value: unknown): string {
  return typeof value === 'string' ? quoted(value) : JSON.stringify(value);
}

function asObject(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {};
}
