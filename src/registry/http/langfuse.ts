/** Requests of Langfuse clients, which use Basic authentication and show the field `message` of errors. */
import { Problem } from '../../core/problem.ts';
import { type HttpResponse, problemAnswer } from './http-response.ts';

/** The prefix of all calls of Langfuse's API. */
const PREFIX = '/api/public/';
const BASIC = /^Basic +([A-Za-z0-9+/=_-]+) *$/i;

/** @param target the path and query of the request line */
export function isForLangfuse(target: string): boolean {
  return target.startsWith(PREFIX);
}

/**
 * The credential of a request as a `Bearer` header; for a Langfuse client, this is its secret key. Other calls do not
 * accept Basic authentication, because browsers resend it automatically. Undefined if there is none.
 */
export function credentialOf(target: string, authorization: string | undefined): string | undefined {
  if (authorization === undefined || !isForLangfuse(target)) return authorization;
  if (!/^Basic(?: |$)/i.test(authorization)) return authorization;
  const credentials = Buffer.from(BASIC.exec(authorization)?.[1] ?? '', 'base64').toString();
  // Our keys contain no colon, but the public key may be any text.
  const key = credentials.slice(credentials.lastIndexOf(':') + 1);
  return key === '' ? undefined : `Bearer ${key}`;
}

/** An error in the format that the client of this target reads. */
export function refusal(
  target: string,
  problem: Problem,
  headers: Record<string, string> = {},
): HttpResponse {
  if (!isForLangfuse(target)) return problemAnswer(problem, headers);
  const told = problem.code === 'key_missing' ? keyMissing() : problem;
  return inLangfusesForm(problemAnswer(told, headers));
}

/** Converts an error for the client of this target; leaves any other answer unchanged. */
export function inFormOf(target: string, answer: HttpResponse): HttpResponse {
  const isRefused = answer.status >= 400 && typeof answer.body === 'string' && isForLangfuse(target);
  return isRefused ? inLangfusesForm(answer) : answer;
}

function inLangfusesForm(answer: HttpResponse): HttpResponse {
  const { detail, title, message = detail, error = title, ...document } = JSON.parse(String(answer.body));
  return {
    ...answer,
    headers: {
      ...answer.headers,
      ...(answer.status === 401 && { 'WWW-Authenticate': 'Basic realm="promptforge", charset="UTF-8"' }),
    },
    body: JSON.stringify({ ...document, title, detail, error, message }),
  };
}

function keyMissing(): Problem {
  return new Problem(
    'key_missing',
    "This call needs a key. Give Langfuse's client a key of this registry (pf_<environment>_<id>_<secret>) as its secret key, and any text as its public key.",
  );
}
