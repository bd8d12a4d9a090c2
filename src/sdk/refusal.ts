/** Converts an error response to an error that says what to do. */
import { type ErrorCode, PromptForgeError } from './errors.ts';

interface Refused {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly url: string;
  /** The response may quote the key; the error must not. */
  readonly key: string;
  /** In milliseconds. */
  readonly retryAfter: number | undefined;
}

/** The client's error codes, by the registry's problem codes. For all others, the status decides. */
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
  // If the registry is down, a proxy in front of it answers without a problem document.
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

/** The registry's problem document (RFC 9457); undefined for that of another API, which has another `type`. */
function problemIn({ text, key }: Refused): Document | undefined {
  try {
    // Throws if the response is not a problem document.
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
