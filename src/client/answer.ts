/** Reads a response: checks that it is from a registry and matches the API. */
import type * as z from 'zod';
import { API_VERSION, HEADER, MEDIA } from '../contract/headers.ts';
import { wordsOfIssue } from '../contract/issue-words.ts';
import { PROBLEM_MEDIA_TYPE, problemDocument } from '../contract/problems.ts';
import { retryAfterMs } from '../contract/retry-after.ts';
import { redactKeys } from '../core/key.ts';
import { Problem, type ProblemCode, type ProblemDetails } from '../core/problem.ts';
import type { TransportResponse } from './transport.ts';
import { RegistryUnreachable } from './unreachable.ts';

/** Statuses that gateways in front of a registry send themselves. */
const GATEWAY_STATUSES: readonly number[] = [429, 500, 502, 503, 504];

/**
 * The JSON of a response whose status is in `schemas`.
 * @throws Problem when the registry reports one.
 * @throws RegistryUnreachable `not_a_registry`, `older_api`, `newer_api`, `unavailable`, `wrong_shape`
 */
export function readJson<Out>(
  answer: TransportResponse,
  url: string,
  schemas: Readonly<Record<number, z.ZodType<Out> | undefined>>,
): Out {
  checkIsRegistry(answer, url);
  const schema = schemas[answer.status];
  if (schema === undefined) throw problemOf(answer, url);
  if (mediaType(answer) !== MEDIA.json)
    throw wrongShape(url, `expected ${MEDIA.json}, got ${shown(mediaType(answer))}`);
  return checked(parseJson(answer, url), schema, url);
}

/** @throws RegistryUnreachable `not_a_registry`, `older_api`, `newer_api`, `unavailable` */
export function checkIsRegistry(answer: TransportResponse, url: string): void {
  const api = answer.headers.get(HEADER.api);
  if (api === String(API_VERSION)) return;
  if (api === null) {
    if (GATEWAY_STATUSES.includes(answer.status))
      throw new RegistryUnreachable('unavailable', url, gatewayMessage(answer, url));
    throw new RegistryUnreachable(
      looksLikeOlderApi(answer) ? 'older_api' : 'not_a_registry',
      url,
      looksLikeOlderApi(answer)
        ? `${url} speaks an API without the header ${HEADER.api}, older than version ${API_VERSION}, which this client needs. Update the registry.`
        : `${url} is not a PromptForge registry: expected the header "${HEADER.api}: ${API_VERSION}" and JSON, got ${what(answer)}. Check the URL; if a login page appears, sign in to the network first.`,
    );
  }
  const version = /^\d{1,6}$/.test(api) ? Number(api) : undefined;
  if (version === undefined)
    throw new RegistryUnreachable(
      'not_a_registry',
      url,
      `${url} sends the header ${HEADER.api} with ${shown(api)} where ${API_VERSION} was expected. Check the URL.`,
    );
  const older = version < API_VERSION;
  throw new RegistryUnreachable(
    older ? 'older_api' : 'newer_api',
    url,
    `${url} speaks version ${version} of the API, this client version ${API_VERSION}. Update ${older ? 'the registry' : 'PromptForge'}.`,
  );
}

/** Returns true for our own problem document, or a list as in the API, without the header that version 1 introduced. */
function looksLikeOlderApi(answer: TransportResponse): boolean {
  if (mediaType(answer) === PROBLEM_MEDIA_TYPE) return problemDocument.safeParse(tryJson(answer)).success;
  if (mediaType(answer) !== MEDIA.json) return false;
  const value = tryJson(answer);
  return typeof value === 'object' && value !== null && 'data' in value && 'nextCursor' in value;
}

function gatewayMessage(answer: TransportResponse, url: string): string {
  const wait = retryAfterMs(answer.headers.get('retry-after'));
  const when = wait === undefined ? 'later' : `in ${Math.ceil(wait / 1000)} s`;
  return `${url} is unavailable: a server in front of the registry returned ${what(answer)}. Try again ${when}.`;
}

/**
 * Returns the problem that the registry reports, or `wrong_shape` if the response has another type.
 * @throws RegistryUnreachable `wrong_shape` for an invalid problem document
 */
function problemOf(answer: TransportResponse, url: string): Error {
  if (mediaType(answer) !== PROBLEM_MEDIA_TYPE)
    return wrongShape(
      url,
      `expected ${PROBLEM_MEDIA_TYPE} with status ${answer.status}, got ${what(answer)}`,
    );
  const document = checked(parseJson(answer, url), problemDocument, url);
  const { issues, missing, newest, current, existing, firstLiveAt, fields, refused, retryAfter } = document;
  const details: ProblemDetails = {
    ...(issues !== undefined && { issues }),
    ...(missing !== undefined && { missing }),
    ...(newest !== undefined && { newest }),
    ...(current !== undefined && { current }),
    ...(existing !== undefined && { existing }),
    ...(firstLiveAt !== undefined && { firstLiveAt }),
    ...(fields !== undefined && { fields }),
    ...(refused !== undefined && { refused }),
    ...(retryAfter !== undefined && { retryAfter }),
  };
  const detail = document.detail + whereInTheLog(document.code, answer.headers);
  return new Problem(document.code, redactKeys(detail), details);
}

/** The request's id in the registry's server log, for its operator; empty for all but an internal error. */
function whereInTheLog(code: ProblemCode, headers: Headers): string {
  const id = headers.get(HEADER.requestId) ?? '';
  return code === 'internal_error' && /^[0-9a-f]{32}$/.test(id) ? ` (request ${id})` : '';
}

function checked<Out>(value: unknown, schema: z.ZodType<Out>, url: string): Out {
  const result = schema.safeParse(value, { error: wordsOfIssue });
  if (result.success) return result.data;
  const [first] = result.error.issues;
  const field =
    first === undefined || first.path.length === 0
      ? 'the whole answer'
      : `the field "${first.path.join('.')}"`;
  throw wrongShape(
    url,
    `${field} is wrong: ${redactKeys(first?.message ?? 'not as promised').replace(/\.$/, '')}`,
  );
}

export function wrongShape(url: string, why: string): RegistryUnreachable {
  return new RegistryUnreachable(
    'wrong_shape',
    url,
    `${url} returned a response that does not follow version ${API_VERSION} of the API: ${why}. Check the version of the registry, and whether a proxy changes its responses.`,
  );
}

function parseJson(answer: TransportResponse, url: string): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(answer.bytes));
  } catch {
    // The parser's message is not passed on, because it quotes the text, which may contain a prompt or a key.
    throw wrongShape(url, `expected JSON, got ${answer.bytes.byteLength} bytes that are not`);
  }
}

function tryJson(answer: TransportResponse): unknown {
  try {
    return JSON.parse(Buffer.from(answer.bytes).toString('utf8'));
  } catch {
    return undefined; // a response that is not JSON is not an older registry's
  }
}

function mediaType(answer: TransportResponse): string {
  return (answer.headers.get('content-type') ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
}

function what(answer: TransportResponse): string {
  const type = mediaType(answer);
  const kind = type === 'text/html' ? 'an HTML page' : type === '' ? 'no content type' : shown(type);
  return `${kind} with status ${answer.status}`;
}

/** Text from outside, shortened and without control characters. */
function shown(text: string): string {
  return redactKeys(JSON.stringify(text.slice(0, 60)));
}
