/** Converts an error response to an error that says what to do. */
import { type ErrorCode, PromptForgeError } from './errors.ts';

interface Refused {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly url: string;
  /** The answer may quote it; the error must not. */
  readonly key: string;
  /** In milliseconds. */
  readonly retryAfter: number | undefined;
}

/** By the registry's own codes; others by their status. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  wrong_environment: 'wrong_environment',
  prompt_not_found: 'prompt_not_found',
  version_not_found: 'version_not_found',
  channel_unset: 'channel_unset',
  invalid_name: 'invalid_name',
  invalid_source: 'invalid_source',
  missing_input: 'missing_input',
  invalid_input: 'invalid_input',
  invalid_request: 'invalid_input',
  too_large: 'invalid_input',
  too_expensive: 'too_expensive',
  route_not_found: 'unsupported',
  method_not_allowed: 'unsupported',
};

const MAX_QUOTED = 1000;

export function refusalOf(refused: Refused): PromptForgeError {
  const { status, headers, url, retryAfter } = refused;
  const document = problemIn(refused);
  const details = {
    status,
    requestId: headers.get('request-id') ?? undefined,
    ...(retryAfter !== undefined && { retryAfter: Math.ceil(retryAfter / 1000) }),
  };
  if (document !== undefined) return refusedBy(document, { ...refused, details });
  // A proxy before a registry that is down answers in its own words.
  if (status === 429 || status >= 500) {
    const code = status === 429 ? 'rate_limited' : 'unavailable';
    return new PromptForgeError(code, `${url} answers with status ${status}. Ask again later.`, details);
  }
  const isRedirect = status === 0 || (status >= 300 && status < 400 && status !== 304);
  const type = headers.get('content-type')?.split(';', 1)[0]?.slice(0, 60);
  return new PromptForgeError(
    'not_a_registry',
    isRedirect
      ? `${url} redirects elsewhere, which is not followed, so that the key is not sent to another server. Set "url" to the registry's own address.`
      : `The server at ${url} is not a PromptForge registry (status ${status}${type ? `, ${type}` : ''}). Check "url", and whether a proxy or a login page is in between.`,
    details,
  );
}

interface Document {
  readonly code: string;
  readonly detail: string;
  readonly missing?: unknown;
}

/** RFC 9457, as the registry writes it. Another type is of another API, whose codes and words mean nothing here. */
function problemIn({ text, key }: Refused): Document | undefined {
  try {
    // Throws for what is no such document.
    const { type, code, detail, missing } = JSON.parse(text);
    if (!type.startsWith('urn:promptforge:')) return undefined;
    return { code: String(code), detail: detail.replaceAll(key, 'pf_…').slice(0, MAX_QUOTED), missing };
  } catch {
    return undefined;
  }
}

function refusedBy(
  { code: problem, detail, missing }: Document,
  { status, details }: Refused & { readonly details: object },
): PromptForgeError {
  const names = Array.isArray(missing) ? { missing: missing.map(String) } : {};
  return new PromptForgeError(codeOf(problem, status), detail, { ...details, problem, ...names });
}

function codeOf(problem: string, status: number): ErrorCode {
  const known = Object.hasOwn(CODES, problem) ? CODES[problem] : undefined;
  if (known !== undefined) return known;
  if (status === 401) return 'key_refused';
  if (status === 403) return 'access_denied';
  if (status === 429) return 'rate_limited';
  return status >= 500 ? 'unavailable' : 'unsupported';
}
