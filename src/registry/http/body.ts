/** Reads the JSON of a request: checks its type, its size as it arrives, its text and its values. */
import type * as z from 'zod';
import { inexactNumberIn } from '../../core/exact-numbers.ts';
import { jsonFault } from '../../core/json-syntax.ts';
import { Problem } from '../../core/problem.ts';
import { countNames, repeatedNameIn } from '../../core/repeated-names.ts';
import type { BodyReading, HttpRequest } from './http-request.ts';
import { parseStrictly } from './query.ts';

const MAX_DEPTH = 100;
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

/**
 * The bytes of a body, whose type must be JSON.
 * @param arrived checks again once the bytes have arrived, before they are parsed, because the sender decides how long
 * that takes
 * @throws Problem `unsupported_media_type`; like `HttpRequest.bytes`; what `arrived` throws
 */
export async function readBytes(
  request: HttpRequest,
  reading: BodyReading,
  arrived: () => Promise<void>,
): Promise<Uint8Array> {
  const bytes = await request.bytes(reading);
  await arrived();
  if (bytes.byteLength > 0) checkType(request.header('content-type'));
  return bytes;
}

/**
 * The value of a body; no body is the same as `{}`.
 * @throws Problem `invalid_request` with each wrong field
 */
export function bodyValue<Schema extends z.ZodType>(bytes: Uint8Array, schema: Schema): z.output<Schema> {
  const text = bytes.byteLength === 0 ? '{}' : decode(bytes);
  const json = parseJson(text);
  const names = checkValues(json);
  checkNames(text, names);
  checkNumbers(text);
  return parseStrictly(schema, json, 'The body');
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
    // The parser's message may quote the body, which must not be repeated.
    const { line, column, message } = jsonFault(text) ?? {};
    const where =
      line === undefined
        ? 'Check its quotes, commas and brackets.'
        : `Line ${line}, column ${column}: ${message}`;
    throw new Problem('invalid_request', `The body is not valid JSON. ${where}`);
  }
}

/**
 * Refuses what neither the log nor a template can hold: nesting that is too deep, and unpaired surrogates, which UTF-8
 * cannot encode. Those in a source are reported later, with their position.
 * @returns the number of property names
 */
function checkValues(json: unknown): number {
  let names = 0;
  checkText(json, undefined, '');
  let level: Holder[] = isHolder(json) ? [{ value: json, key: '', above: undefined }] : [];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MAX_DEPTH)
      throw new Problem(
        'invalid_request',
        `The body nests deeper than ${MAX_DEPTH} levels. Make it flatter.`,
      );
    const next: Holder[] = [];
    const look = (key: string | number, value: unknown, above: Holder) => {
      checkText(value, above, key);
      if (isHolder(value)) next.push({ value, key, above });
    };
    for (const holder of level) {
      const { value } = holder;
      if (isList(value)) {
        for (let index = 0; index < value.length; index++) look(index, value[index], holder);
        continue;
      }
      for (const key in value) {
        names += 1;
        if (!key.isWellFormed()) throw halfCharacter(pointerOf(holder));
        look(key, value[key], holder);
      }
    }
    level = next;
  }
  return names;
}

/** @param names the number of names that were left after parsing `text` */
function checkNames(text: string, names: number): void {
  if (countNames(text) === names) return;
  const pointer = repeatedNameIn(text);
  if (pointer === undefined) return;
  const message = 'is given twice';
  throw new Problem('invalid_request', `The body has ${pointer} twice. Remove one of the two.`, {
    fields: [{ pointer, message }],
  });
}

/** @param text JSON whose depth was checked */
function checkNumbers(text: string): void {
  const pointer = inexactNumberIn(text);
  if (pointer === undefined) return;
  const message = 'has digits that a number does not keep';
  throw new Problem('invalid_request', `The number at ${pointer || '/'} ${message}. Pass it as text.`, {
    fields: [{ pointer, message }],
  });
}

/** An object or list and its position. A body may hold millions, so the pointer is built only for errors. */
interface Holder {
  readonly value: Readonly<Record<string, unknown>> | readonly unknown[];
  readonly key: string | number;
  readonly above: Holder | undefined;
}

function isHolder(value: unknown): value is Holder['value'] {
  return typeof value === 'object' && value !== null;
}

function isList(value: Holder['value']): value is readonly unknown[] {
  return Array.isArray(value);
}

function checkText(value: unknown, above: Holder | undefined, key: string | number): void {
  if (typeof value !== 'string' || value.isWellFormed()) return;
  const pointer = above === undefined ? '' : `${pointerOf(above)}/${key}`;
  if (pointer !== '/source') throw halfCharacter(pointer);
}

function pointerOf({ key, above }: Holder): string {
  return above === undefined ? '' : `${pointerOf(above)}/${key}`;
}

function halfCharacter(pointer: string): Problem {
  const message = 'contains a lone surrogate, half of a character, which UTF-8 cannot encode';
  return new Problem('invalid_request', `The text${pointer && ` at ${pointer}`} ${message}. Remove it.`, {
    fields: [{ pointer, message }],
  });
}
