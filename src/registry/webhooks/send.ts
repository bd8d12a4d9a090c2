/** One attempt to send an event to a receiver: an HTTP POST without redirects, only to allowed addresses. */
import type { LookupAddress } from 'node:dns';
import { lookup as systemLookup } from 'node:dns/promises';
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import { retryAfterMs } from '../../contract/retry-after.ts';
import type { DeliveryAttempt } from './outbox.ts';
import { isPublicAddress, isPublicHost } from './public-address.ts';

/** The timeout for a receiver's answer, in ms: it should accept the event first and process it afterwards. */
const ANSWER_TIMEOUT = 15_000;

export interface SendOptions {
  /** True if it may be sent to this machine and private networks. */
  readonly privateNetworks: boolean;
  readonly signal: AbortSignal;
  /** Resolves all addresses of a host; default: the system's lookup. */
  readonly lookup?: (hostname: string) => Promise<LookupAddress[]>;
  /** In ms; 15 s by default. */
  readonly timeout?: number;
  /** In ms since 1970. */
  readonly now?: () => number;
}

/** Never rejects, and never reveals more of the URL than its host. */
export async function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  { privateNetworks, signal, lookup = addressesOf, timeout = ANSWER_TIMEOUT, now = Date.now }: SendOptions,
): Promise<DeliveryAttempt> {
  if (!privateNetworks && url.protocol !== 'https:') return failed('its URL is not one of https');
  // An address in the URL is not looked up.
  if (!privateNetworks && !isPublicHost(url.hostname)) return failed(notPublic(url.hostname));
  const late = AbortSignal.timeout(timeout);
  try {
    const { statusCode = 0, headers: answered } = await post(url, headers, body, {
      signal: AbortSignal.any([signal, late]),
      lookup: guardedLookup(lookup, privateNetworks),
    });
    return outcomeOf(statusCode, answered['retry-after'], now());
  } catch (error) {
    if (signal.aborted) return { kind: 'interrupted' };
    if (late.aborted) return failed(`did not answer within ${timeout / 1000} s`);
    return failed(reasonOf(error));
  }
}

/** Resolves with the head of the response; its body is ignored, and may arrive until the signal aborts. */
function post(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  options: { readonly signal: AbortSignal; readonly lookup: LookupFunction },
): Promise<IncomingMessage> {
  const ask = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const asking: ClientRequest = ask(url, {
      ...options,
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      // A separate connection, whose address is resolved and checked again.
      agent: false,
    });
    asking.once('response', answer => {
      answer.on('error', () => {}).resume();
      resolve(answer);
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

class NotPublic extends Error {}

/** Checks the addresses that are actually connected to: a name may resolve differently each time. */
function guardedLookup(
  lookup: (hostname: string) => Promise<LookupAddress[]>,
  privateNetworks: boolean,
): LookupFunction {
  return (hostname, { all }, callback) => {
    lookup(hostname).then(
      addresses => {
        const refused = privateNetworks ? [] : addresses.filter(({ address }) => !isPublicAddress(address));
        const [first] = addresses;
        if (refused.length > 0 || first === undefined)
          callback(new NotPublic(notPublic(refused[0]?.address ?? hostname)), '', 0);
        else if (all) callback(null, addresses);
        else callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, '', 0),
    );
  };
}

function addressesOf(hostname: string): Promise<LookupAddress[]> {
  return systemLookup(hostname, { all: true });
}

function outcomeOf(status: number, retryAfter: string | undefined, now: number): DeliveryAttempt {
  if (status >= 200 && status < 300) return { kind: 'taken' };
  if (status === 410) return { kind: 'gone', reason: 'answered 410, so it gets no more events' };
  const redirects = status >= 300 && status < 400 ? ', a redirect, which is not followed' : '';
  return {
    kind: 'failed',
    reason: `answered ${status}${redirects}`,
    retryAfter: retryAfterMs(retryAfter, now) ?? 0,
  };
}

function failed(reason: string): DeliveryAttempt {
  return { kind: 'failed', reason };
}

function notPublic(address: string): string {
  return `${address} is not a public address, and this registry sends to no other`;
}

function reasonOf(error: unknown): string {
  if (error instanceof NotPublic) return error.message;
  const { code = '' } = error as NodeJS.ErrnoException;
  if (/CERT|SIGNATURE/.test(code)) return `its certificate is not one that this machine trusts (${code})`;
  const said: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there',
    ENOTFOUND: 'there is no such host',
    EAI_AGAIN: 'its host cannot be looked up now',
    ECONNRESET: 'it closed the connection',
    EHOSTUNREACH: 'it cannot be reached',
    ENETUNREACH: 'it cannot be reached',
  };
  // Only the code, because a message might quote the request.
  return said[code] ?? `it cannot be reached (${code || 'no reason given'})`;
}
