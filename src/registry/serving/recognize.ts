/**
 * Identifies the caller of a request that another server answers: its connection and rate are counted where it arrived.
 */
import type { Authenticator } from '../access/authenticator.ts';
import type { Caller } from '../access/caller.ts';
import { type HttpResponse, problemAnswer, problemOf } from '../http/http-response.ts';
import type { CachedEntries } from '../registry-cache.ts';
import type { NotedDelivery } from './request-notes.ts';

/**
 * Accepts keys from the cache even if it may be outdated, because the server that answers the request checks them
 * again.
 * @param kept the cached entries
 * @param admit called with the caller; an error that it throws is the response
 * @returns a function that notes the caller of a request with a valid key, and returns a refusal if there is one
 */
export function recognizing(
  authenticator: Authenticator,
  kept: CachedEntries,
  admit: (request: NotedDelivery, caller: Caller) => void,
): (request: NotedDelivery) => Promise<HttpResponse | undefined> {
  return async request => {
    if (request.authorization === undefined) return undefined;
    try {
      const { authorization } = request;
      request.caller =
        authenticator.recognize(authorization, kept) ?? (await authenticator.authenticate(authorization));
    } catch {
      // The server behind reports what is wrong with the key.
      return undefined;
    }
    try {
      admit(request, request.caller);
      return undefined;
    } catch (error) {
      return problemAnswer(problemOf(error));
    }
  };
}
