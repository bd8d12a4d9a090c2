/**
 * Validates values against JSON Schema (2020-12, and draft 7 where it differs). Schemas are interpreted, not compiled,
 * so that this runs where code generation is not allowed, and steps are counted, so that it always ends. `format` is an
 * annotation, schemas that only the application knows accept everything, and `unevaluatedProperties` and
 * `unevaluatedItems` are ignored.
 */
import { arrayFaults, numberFaults, objectFaults, stringFaults } from './keywords.ts';
import type { CompilePattern } from './patterns.ts';
import { isJsonObject, type JsonObject } from './schema-fault.ts';
import { referred } from './schemas-in.ts';
import { equals, isOfType, wordsOfTypes, wordsOfValue } from './values.ts';

/** A part of a value that does not fit its schema. */
export interface SchemaMisfit {
  /** RFC 6901 pointer to the part of the value. */
  readonly pointer: string;
  /** A clause, such as "must be text, not a number"; it never repeats the value. */
  readonly message: string;
}

export interface ValidateOptions {
  /** The maximum number of steps: schemas, values and characters that are examined. */
  readonly steps: number;
  /** Compiles `pattern` and the keys of `patternProperties`. */
  readonly pattern: CompilePattern;
}

/** Thrown if the validation has no result. */
export class ValidationStopped extends Error {
  override readonly name = 'ValidationStopped';
  readonly why: 'steps' | 'depth' | 'pattern';

  constructor(why: 'steps' | 'depth' | 'pattern') {
    super(`The validation stopped: ${why}`);
    this.why = why;
  }
}

const MAX_DEPTH = 300;
/** The steps that validation against one schema counts as, since it takes longer than a step of an evaluation. */
const STEPS_OF_SCHEMA = 20;
/** The maximum number of misfits that are reported. */
const MAX_MISFITS = 20;

/** Returns at most 20 misfits. @throws ValidationStopped above a limit, and for a pattern that cannot be run */
export function validate(
  value: unknown,
  schema: JsonObject,
  options: ValidateOptions,
): readonly SchemaMisfit[] {
  const validation = new Validation(schema, options);
  const misfits: SchemaMisfit[] = [];
  validation.check(schema, value, '', misfit => {
    if (misfits.length < MAX_MISFITS) misfits.push(misfit);
  });
  return misfits;
}

/** Reports a value that does not fit. */
export type ReportMisfit = (misfit: SchemaMisfit) => void;

export class Validation {
  readonly #root: JsonObject;
  readonly #options: ValidateOptions;
  #steps = 0;
  #depth = 0;

  constructor(root: JsonObject, options: ValidateOptions) {
    this.#root = root;
    this.#options = options;
  }

  /** @throws ValidationStopped */
  step(count = 1): void {
    this.#steps += count;
    if (this.#steps > this.#options.steps) throw new ValidationStopped('steps');
  }

  /** @throws ValidationStopped */
  matches(pattern: string, text: string): boolean {
    const compiled = this.#options.pattern(pattern);
    if (compiled === undefined) throw new ValidationStopped('pattern');
    this.step(compiled.steps(text.length));
    return compiled.test(text);
  }

  fits(schema: unknown, value: unknown): boolean {
    let fits = true;
    this.check(schema, value, '', () => {
      fits = false;
    });
    return fits;
  }

  check(schema: unknown, value: unknown, pointer: string, report: ReportMisfit): void {
    this.step(STEPS_OF_SCHEMA);
    if (schema === false) report({ pointer, message: 'is not allowed here' });
    if (!isJsonObject(schema)) return;
    if (this.#depth >= MAX_DEPTH) throw new ValidationStopped('depth');
    this.#depth += 1;
    this.#check(schema, value, pointer, report);
    this.#depth -= 1;
  }

  #check(schema: JsonObject, value: unknown, pointer: string, report: ReportMisfit): void {
    const { $ref: reference, type, enum: values } = schema;
    const wrong = (message: string) => report({ pointer, message });
    if (typeof reference === 'string' && reference.startsWith('#'))
      this.check(this.#referred(reference), value, pointer, report);
    const types = [type].flat().filter(each => typeof each === 'string');
    if (types.length > 0 && !types.some(each => isOfType(value, each)))
      wrong(`must be ${wordsOfTypes(types)}, not ${wordsOfValue(value)}`);
    const isSame = (other: unknown) => equals(value, other, () => this.step());
    if (Array.isArray(values) && !values.some(isSame)) wrong(wordsOfEnum(values));
    if (Object.hasOwn(schema, 'const') && !isSame(schema['const'])) wrong(wordsOfEnum([schema['const']]));
    if (typeof value === 'number') numberFaults(schema, value).forEach(wrong);
    else if (typeof value === 'string') stringFaults(schema, value, this).forEach(wrong);
    else if (Array.isArray(value)) arrayFaults(schema, value, pointer, this, report);
    else if (isJsonObject(value)) objectFaults(schema, value, pointer, this, report);
    this.#combined(schema, value, pointer, report);
  }

  #combined(schema: JsonObject, value: unknown, pointer: string, report: ReportMisfit): void {
    const { allOf, anyOf, oneOf, not } = schema;
    const wrong = (message: string) => report({ pointer, message });
    if (Array.isArray(allOf)) for (const each of allOf) this.check(each, value, pointer, report);
    if (Array.isArray(anyOf) && !anyOf.some(each => this.fits(each, value)))
      wrong('fits none of the alternatives of its schema');
    if (Array.isArray(oneOf)) {
      const fitting = oneOf.filter(each => this.fits(each, value)).length;
      if (fitting !== 1)
        wrong(`fits ${fitting === 0 ? 'none' : 'more than one'} of the alternatives of its schema`);
    }
    if (not !== undefined && this.fits(not, value)) wrong('is what its schema excludes');
    if (schema['if'] !== undefined) {
      const then = schema[this.fits(schema['if'], value) ? 'then' : 'else'];
      if (then !== undefined) this.check(then, value, pointer, report);
    }
  }

  /** Ignores dangling references, which only exist in versions published before they were rejected. */
  #referred(reference: string): unknown {
    const { schema, path } = referred(this.#root, reference) ?? { schema: undefined, path: [] };
    this.step(path.length);
    return schema;
  }
}

function wordsOfEnum(values: readonly unknown[]): string {
  const words = values.map(value => JSON.stringify(value)).join(', ');
  if (words.length > 120) return 'must be one of the values that its schema lists';
  return values.length === 1 ? `must be ${words}` : `must be one of ${words}`;
}
