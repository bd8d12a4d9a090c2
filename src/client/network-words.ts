/**
 * Explains failed connections in our own words, because those of undici and OpenSSL name their internal functions and
 * files.
 */
import { redactKeys } from '../core/key.ts';

/**
 * Returns a reason to follow a colon, such as `nothing listens there (ECONNREFUSED)`. `message` is that of `fetch`,
 * for an error without a code.
 */
export function describeNetworkError(code: string, message: string): string {
  const words =
    UNREACHED[code] ?? (message === 'bad port' ? 'fetch refuses this port' : 'the connection failed');
  return withCode(words, code);
}

const UNREACHED: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'no machine has this name',
  EAI_AGAIN: 'its name cannot be looked up now',
  EHOSTUNREACH: 'no network leads there',
  ENETUNREACH: 'no network leads there',
  ENETDOWN: 'the network of this machine is down',
  EADDRNOTAVAIL: 'this machine has no address to call from',
  EACCES: 'this machine does not allow the connection',
  EPERM: 'this machine does not allow the connection',
  EMFILE: 'this process has too many files and connections open',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_OVERFLOW: 'its answer has longer headers than any registry',
};

/** Returns a reason to follow a colon, such as `its certificate has expired (CERT_HAS_EXPIRED)`. */
export function describeTlsError(code: string): string {
  return withCode(UNTRUSTED.find(([codes]) => codes.test(code))?.[1] ?? 'it could not be secured', code);
}

const UNTRUSTED: readonly (readonly [RegExp, string])[] = [
  [
    /^ERR_SSL_(?:WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$|^EPROTO$/,
    'what answers there does not speak TLS',
  ],
  [/^CERT_HAS_EXPIRED$/, 'its certificate has expired'],
  [/^CERT_NOT_YET_VALID$/, 'its certificate is not valid yet'],
  [/^CERT_REVOKED$/, 'its certificate was revoked'],
  [/ALTNAME_INVALID$|^HOSTNAME_MISMATCH$/, 'its certificate is for another name'],
  [/SELF_SIGNED/, 'its certificate is self-signed'],
  [/^UNABLE_TO_|^CERT_|^INVALID_CA/, 'its certificate is not one that this machine trusts'],
];

/** Describes any error thrown by `fetch`. */
export function whyFailed(error: unknown): string {
  const { code, message } = innermost(error);
  return isTls(error) ? describeTlsError(code) : describeNetworkError(code, message);
}

const TLS_CODES =
  /^(?:ERR_TLS_|ERR_SSL_|CERT_|EPROTO$|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(?:VERIFY|GET_ISSUER|GET_CRL)|INVALID_CA|HOSTNAME_MISMATCH)/;

export function isTls(error: unknown): boolean {
  return TLS_CODES.test(innermost(error).code);
}

/** The innermost meaningful error in a chain of causes, because undici's own is only "fetch failed". */
export function innermost(error: unknown): { name: string; code: string; message: string } {
  let deepest = error;
  for (let depth = 0; depth < 8 && deepest instanceof Error; depth++) {
    const [first] = deepest instanceof AggregateError ? deepest.errors : [];
    const next: unknown = first ?? deepest.cause;
    if (!(next instanceof Error)) break;
    deepest = next;
  }
  const code = deepest instanceof Error && 'code' in deepest ? String(deepest.code) : '';
  const message = deepest instanceof Error ? deepest.message : String(deepest);
  const name = deepest instanceof Error ? deepest.name : '';
  return { name, code, message: redactKeys(message.split('\n', 1)[0] ?? '').replace(/\.$/, '') };
}

function withCode(words: string, code: string): string {
  return code === '' ? words : `${words} (${code})`;
}
