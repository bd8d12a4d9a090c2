/** An answer before it is HTTP of one kind or another, and the headers that every answer has. */
import { API_VERSION, HEADER, MEDIA } from '../../contract/headers.ts';
import {
  PROBLEM_MEDIA_TYPE,
  PROBLEM_STATUS,
  PROBLEM_TITLE,
  type ProblemDocument,
} from '../../contract/problems.ts';
import { redactKeys } from '../../core/key.ts';
import { Problem, type ProblemCode } from '../../core/problem.ts';

export interface HttpResponse {
  readonly status: number;
  /** Names in the case they are written in. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null where there is none; in pieces where it is long, each asked for when the one before was taken. */
  readonly body: string | Buffer | AsyncIterable<string> | null;
  /** Of a string body, where every character is one byte in UTF-8 too; UTF-8 otherwise. */
  readonly encoding?: 'latin1';
}

export const COMMON_HEADERS = {
  [HEADER.api]: String(API_VERSION),
  'X-Content-Type-Options': 'nosniff',
  // Nothing here is a page: whoever opens it in a browser runs none of it, and sends its address nowhere.
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
} as const;

/** How soon to try again after a 503, in seconds. */
const RETRY_AFTER = 1;

export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): HttpResponse {
  return jsonTextAnswer(status, JSON.stringify(value), headers);
}

/** As `jsonAnswer`, of what is JSON already. */
export function jsonTextAnswer(
  status: number,
  body: string | Buffer | AsyncIterable<string>,
  headers: Record<string, string> = {},
): HttpResponse {
  return {
    status,
    headers: { ...COMMON_HEADERS, 'Content-Type': MEDIA.json, 'Cache-Control': 'no-store', ...headers },
    body,
  };
}

export function isInPieces(body: HttpResponse['body']): body is AsyncIterable<string> {
  return typeof body === 'object' && body !== null && Symbol.asyncIterator in body;
}

export function problemAnswer(problem: Problem, headers: Record<string, string> = {}): HttpResponse {
  const { code, details } = problem;
  const status = PROBLEM_STATUS[code];
  const document: ProblemDocument = {
    type: `urn:promptforge:problem:${code}`,
    title: PROBLEM_TITLE[code],
    status,
    detail: redactKeys(problem.message),
    code,
    ...(details as Partial<ProblemDocument>),
  };
  return {
    status,
    headers: {
      ...COMMON_HEADERS,
      'Content-Type': PROBLEM_MEDIA_TYPE,
      'Cache-Control': 'no-store',
      ...(status === 401 && { 'WWW-Authenticate': challenge(code) }),
      ...((status === 503 || status === 429) && {
        'Retry-After': String(details.retryAfter ?? RETRY_AFTER),
      }),
      ...headers,
    },
    body: JSON.stringify(document),
  };
}

/** RFC 6750, section 3. */
function challenge(code: ProblemCode): string {
  const realm = 'Bearer realm="promptforge"';
  return code === 'key_missing' ? realm : `${realm}, error="invalid_token"`;
}

/** Converts an error for the client: a problem as it is, anything else without its reason. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(
    'internal_error',
    'The registry has an internal error. Nothing was changed; see its log for details.',
    {},
    { cause: error },
  );
}
