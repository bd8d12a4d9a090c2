/** Validates an input against the schema of its prompt, for strict renderings. */
import { LIMITS, type Limits } from '../evaluate/limits.ts';
import { Problem } from '../problem.ts';
import { patternsIn } from '../schema/check-patterns.ts';
import { isNamedSchema } from '../schema/expand-schema.ts';
import { type CompilePattern, loadPatterns } from '../schema/patterns.ts';
import { isJsonObject, type JsonObject } from '../schema/schema-fault.ts';
import { type SchemaMisfit, ValidationStopped, validate } from '../schema/validate.ts';

/**
 * Throws Problem `invalid_input` naming each place that does not fit, `too_expensive` above the limits' steps, or
 * `invalid_source` for a pattern that cannot be run.
 */
export type CheckInput = (limits?: Limits) => void;

/**
 * @param schema of the input; null if nothing is declared
 * @param input from the caller, without null values
 * @param reads the names that the text reads, which are allowed even if a closed schema does not name them
 * @param label of the prompt or file in error messages
 */
export async function inputCheck(
  schema: JsonObject | null,
  input: JsonObject,
  reads: () => { has(name: string): boolean },
  label: string,
): Promise<CheckInput> {
  if (schema === null || isNamedSchema(schema)) return () => undefined;
  const held = withoutUndeclared(schema, input, reads);
  const pattern = patternsIn(schema).length === 0 ? runsNone : await loadPatterns();
  return (limits = LIMITS) => {
    const misfits = misfitsOf(schema, held, label, { steps: limits.steps, pattern });
    if (misfits.length > 0) throw invalidInput(misfits, label);
  };
}

const runsNone: CompilePattern = () => undefined;

function withoutUndeclared(
  schema: JsonObject,
  input: JsonObject,
  reads: () => { has(name: string): boolean },
): JsonObject {
  const properties = isJsonObject(schema['properties']) ? schema['properties'] : {};
  const undeclared = Object.keys(input).filter(name => !Object.hasOwn(properties, name));
  if (schema['additionalProperties'] !== false || undeclared.length === 0) return input;
  const read = reads();
  const left = new Set(undeclared.filter(name => read.has(name)));
  return Object.fromEntries(Object.entries(input).filter(([name]) => !left.has(name)));
}

function misfitsOf(
  schema: JsonObject,
  input: JsonObject,
  label: string,
  options: { readonly steps: number; readonly pattern: CompilePattern },
): readonly SchemaMisfit[] {
  try {
    return validate(input, schema, options);
  } catch (cause) {
    if (!(cause instanceof ValidationStopped) && !(cause instanceof RangeError)) throw cause;
    if (cause instanceof ValidationStopped && cause.why === 'pattern')
      throw new Problem(
        'invalid_source',
        `${label}: A pattern in the schema cannot be checked. Write it with at most 1,000 characters and without look-around and back references.`,
        {},
        { cause },
      );
    const why =
      cause instanceof ValidationStopped && cause.why === 'steps'
        ? `takes more than ${options.steps.toLocaleString('en-US')} steps`
        : 'nests too deep';
    throw new Problem(
      'too_expensive',
      `${label}: Checking the input against its schema ${why}. Give a smaller input, or simplify the schema.`,
      {},
      { cause },
    );
  }
}

function invalidInput(misfits: readonly SchemaMisfit[], label: string): Problem {
  const sentences = misfits
    .slice(0, 3)
    .map(({ pointer, message }) => `${wordsOfPointer(pointer)} ${message}`);
  const more = misfits.length > 3 ? `, and ${misfits.length - 3} more` : '';
  return new Problem(
    'invalid_input',
    `${label}: The input does not fit its schema: ${sentences.join('; ')}${more}. Correct the input.`,
    { fields: misfits.map(({ pointer, message }) => ({ pointer: `/input${pointer}`, message })) },
  );
}

/** `/customer/tags/1` as `"customer.tags[1]"`. */
function wordsOfPointer(pointer: string): string {
  if (pointer === '') return 'it';
  const words = pointer
    .split('/')
    .slice(1)
    .map(part => (/^\d+$/.test(part) ? `[${part}]` : `.${part.replaceAll('~1', '/').replaceAll('~0', '~')}`))
    .join('');
  return JSON.stringify(words.replace(/^\./, ''));
}
