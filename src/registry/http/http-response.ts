/** An answer, independent of how it is sent, and the headers of every answer. */
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
  /** Names have the case in which they are sent. */
  readonly headers: Readonly<Record<string, string>>;
  /** Null if there is no body. A long body comes in pieces, each produced once the previous one is sent. */
  readonly body: string | Buffer | AsyncIterable<string> | null;
  /** Set only if the body is a string of ASCII characters, which is faster to send; otherwise it is sent as UTF-8. */
  readonly encoding?: 'latin1';
}

export const COMMON_HEADERS = {
  [HEADER.api]: String(API_VERSION),
  'X-Content-Type-Options': 'nosniff',
  // Answers are not pages: in a browser, they run no scripts and send no referrer.
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
  'Referrer-Policy': 'no-referrer',
} as const;

/** The Retry-After of a 503, in seconds. */
const RETRY_AFTER = 1;

export function jsonAnswer(
  status: number,
  value: unknown,
  headers: Record<string, string> = {},
): HttpResponse {
  return jsonTextAnswer(status, JSON.stringify(value), headers);
}

/** Like `jsonAnswer`, for a body that is already JSON. */
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

/** The problem that the client sees: a problem as it is, any other error without its details. */
export function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(
    'internal_error',
    'The registry has an internal error. Nothing was changed; see its log for details.',
    {},
    { cause: error },
  );
}
