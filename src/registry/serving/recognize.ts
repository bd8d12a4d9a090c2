/** Whose request it is that another server answers: its connection and its rate are counted where it arrived. */
import type { Authenticator } from '../access/authenticator.ts';
import type { Caller } from '../access/caller.ts';
import { type HttpResponse, problemAnswer, problemOf } from '../http/http-response.ts';
import type { CachedEntries } from '../registry-cache.ts';
import type { NotedDelivery } from './request-notes.ts';

/**
 * A key that was known before is recognized too: the server that answers the request checks it again.
 * @param kept what memory keeps
 * @param admit told who asks; what it throws is the answer
 * @returns notes the caller of a request that has a valid key; the answer that refuses it, if any
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
      // The server behind says what is wrong with the key.
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
