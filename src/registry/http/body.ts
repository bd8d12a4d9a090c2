/** Reading a request's JSON: its type, its size as it arrives, its text, its values. */
import type * as z from 'zod';
import { inexactNumberIn } from '../../core/exact-numbers.ts';
import { jsonFault } from '../../core/json-syntax.ts';
import { Problem } from '../../core/problem.ts';
import type { Asked } from './asked.ts';
import { parseStrictly } from './query.ts';

const MAX_DEPTH = 100;
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

export interface JsonBody<T> {
  readonly value: T;
  /** As it arrived, for recognizing a repeated request. */
  readonly bytes: Uint8Array;
}

/**
 * No body at all is read as `{}`.
 * @param arrived what is checked once it is there, before anything of it is parsed: its sender decides how long it takes
 * @throws Problem `unsupported_media_type`, `too_large`, `invalid_request` with each wrong field
 */
export async function readJson<Schema extends z.ZodType>(
  request: Asked,
  schema: Schema,
  arrived: () => Promise<void>,
): Promise<JsonBody<z.output<Schema>>> {
  const bytes = await request.bytes();
  await arrived();
  if (bytes.byteLength > 0) checkType(request.header('content-type'));
  const text = bytes.byteLength === 0 ? '{}' : decode(bytes);
  const json = parseJson(text);
  checkValues(json);
  checkNumbers(text);
  return { value: parseStrictly(schema, json, 'The body'), bytes };
}

function checkType(contentType: string | undefined): void {
  const [type = ''] = (contentType ?? '').split(';');
  if (/^application\/(?:json|[\w.-]+\+json)$/i.test(type.trim())) return;
  throw new Problem(
    'unsupported_media_type',
    `The body must be JSON, with the header "Content-Type: application/json"${contentType === undefined ? '' : `, not "${contentType.slice(0, 60)}"`}.`,
  );
}

function decode(bytes: Uint8Array): string {
  try {
    return UTF_8.decode(bytes);
  } catch (cause) {
    throw new Problem('invalid_request', 'The body is not UTF-8. Send JSON in UTF-8.', {}, { cause });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // What the parser says may quote the body, which is not repeated.
    const { line, column, message } = jsonFault(text) ?? {};
    const where =
      line === undefined
        ? 'Check its quotes, commas and brackets.'
        : `Line ${line}, column ${column}: ${message}`;
    throw new Problem('invalid_request', `The body is not valid JSON. ${where}`);
  }
}

/**
 * Refuses what has no place in the log or in a template: nesting without end, and halves of characters, which
 * UTF-8 cannot hold. A source is left to be refused with the place in it.
 */
function checkValues(json: unknown): void {
  let level: [path: string, value: unknown][] = [['', json]];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH)
      throw new Problem(
        'invalid_request',
        `The body nests deeper than ${MAX_DEPTH} levels. Make it flatter.`,
      );
    const next: typeof level = [];
    for (const [path, value] of level) {
      if (typeof value === 'string' && path !== '/source' && !value.isWellFormed()) throw halfCharacter(path);
      if (typeof value !== 'object' || value === null) continue;
      for (const [key, item] of Object.entries(value)) {
        if (!key.isWellFormed()) throw halfCharacter(path);
        if (typeof item === 'string' || typeof item === 'object') next.push([`${path}/${key}`, item]);
      }
    }
    level = next;
  }
}

/** @param text whose depth is bounded */
function checkNumbers(text: string): void {
  const pointer = inexactNumberIn(text);
  if (pointer === undefined) return;
  const message = 'has more digits than a number can keep';
  throw new Problem('invalid_request', `The number at ${pointer || '/'} ${message}. Pass it as text.`, {
    fields: [{ pointer, message }],
  });
}

function halfCharacter(pointer: string): Problem {
  const message = 'holds a lone surrogate: half of a character, which UTF-8 cannot hold';
  return new Problem('invalid_request', `The text${pointer && ` at ${pointer}`} ${message}. Remove it.`, {
    fields: [{ pointer, message }],
  });
}
