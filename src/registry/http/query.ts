/** Parses queries and bodies by their schemas, and reports every error with its position. */
import type * as z from 'zod';
import { UNKNOWN_FIELD, wordsOfIssue } from '../../contract/issue-words.ts';
import { Problem } from '../../core/problem.ts';
import { unknownFields } from './unknown-fields.ts';

/**
 * Refuses unknown and repeated parameters: a mistyped "version" must not deliver another version. Numbers must be
 * digits, because JavaScript would also accept `1e2`, `0x1` and a space.
 * @throws Problem `invalid_request`
 */
export function parseQuery<Schema extends z.ZodObject>(schema: Schema, query: string): z.output<Schema> {
  const values: Record<string, string> = Object.create(null);
  for (const [name, value] of new URLSearchParams(query)) {
    if (name in values)
      throw new Problem('invalid_request', `The query has "${name.slice(0, 40)}" twice. Send it once.`, {
        fields: [{ pointer: pointer([name]), message: 'is given twice' }],
      });
    const isDigits = /^\d+$/.test(value);
    if (Object.hasOwn(schema.shape, name) && isNumber(schema.shape[name]) && !/^\d{1,15}$/.test(value))
      throw new Problem(
        'invalid_request',
        `The query gives "${name.slice(0, 40)}" as ${JSON.stringify(value.slice(0, 40))}. ${isDigits ? 'Give a smaller number.' : 'Give a whole number in digits.'}`,
        {
          fields: [
            {
              pointer: pointer([name]),
              message: isDigits ? 'is too large' : 'is not a whole number in digits',
            },
          ],
        },
      );
    values[name] = value;
  }
  return parseStrictly(schema, { ...values }, 'The query');
}

function isNumber(field: z.core.$ZodType | undefined): boolean {
  const inner = field?._zod.def as
    | { readonly type: string; readonly innerType?: z.core.$ZodType }
    | undefined;
  return inner?.innerType === undefined ? inner?.type === 'number' : isNumber(inner.innerType);
}

/** @throws Problem `invalid_request` with each wrong field; `what` begins the message. */
export function parseStrictly<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  what: string,
): z.output<Schema> {
  const parsed = strictly(schema).safeParse(value, { error: wordsOfIssue });
  const wrong = parsed.success
    ? unknownFields(schema, value).map(path => ({ pointer: pointer(path), message: UNKNOWN_FIELD }))
    : parsed.error.issues.flatMap(fieldsOf);
  if (parsed.success && wrong.length === 0) return parsed.data as z.output<Schema>;
  const fields = firstOfEach(wrong).slice(0, 20);
  const [first] = fields;
  const place = first === undefined || first.pointer === '' ? '' : ` at ${first.pointer}`;
  throw new Problem('invalid_request', `${what} is invalid${place}: ${first?.message ?? ''}`, {
    fields,
  });
}

/** One error per position, because others merely follow from it, such as the length of text that must be a list. */
function firstOfEach<Field extends { readonly pointer: string }>(fields: readonly Field[]): Field[] {
  return [...new Map(fields.toReversed().map(field => [field.pointer, field])).values()].reverse();
}

/** Cached, because each schema is compiled when it is first used. */
function strictly(schema: z.ZodType): z.ZodType {
  const known = strictSchemas.get(schema);
  if (known !== undefined) return known;
  const strict = 'strict' in schema ? (schema as unknown as z.ZodObject).strict() : schema;
  strictSchemas.set(schema, strict);
  return strict;
}

const strictSchemas = new WeakMap<z.ZodType, z.ZodType>();

function fieldsOf(issue: z.core.$ZodIssue): { pointer: string; message: string }[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ pointer: pointer(path), message: issue.message }];
  return issue.keys.map(key => ({
    pointer: pointer([...path, key]),
    message: UNKNOWN_FIELD,
  }));
}

/** RFC 6901 */
function pointer(path: readonly string[]): string {
  return path.map(part => `/${part.slice(0, 100).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}
