/**
 * Delivery: from a request line and its headers to a response. Applications request the same all day, so responses are
 * cached until a commit changes them.
 */
import { STABLE } from '../../core/channel.ts';
import { Problem } from '../../core/problem.ts';
import type { Authenticator } from '../access/authenticator.ts';
import type { Caller } from '../access/caller.ts';
import { negotiate } from '../http/accept.ts';
import { noneMatchFails } from '../http/conditional.ts';
import { type HttpResponse, problemOf } from '../http/http-response.ts';
import { credentialOf, refusal } from '../http/langfuse.ts';
import type { Integrity } from '../proof/integrity.ts';
import type { RegistryCache } from '../registry-cache.ts';
import type { Store } from '../store/store.ts';
import { checkOneWanted } from './choose-version.ts';
import { type DeliverySpec, REPRESENTATIONS, type Representation } from './delivery-cache.ts';
import { type FailoverWaitOptions, failoverWait } from './failover-wait.ts';
import type { DeliveryMaker } from './maker.ts';
import type { PreparedDelivery } from './prepared.ts';
import { sharedLoads } from './shared-loads.ts';
import { sharedReads } from './shared-reads.ts';
import { canonicalTarget, isLangfusePath, parseTarget } from './target.ts';

export interface DeliveryRequest {
  /** Path and query as in the request line. */
  readonly target: string;
  readonly authorization: string | undefined;
  readonly accept: string | undefined;
  readonly ifNoneMatch: string | undefined;
  /** https://www.w3.org/TR/trace-context/ */
  readonly traceparent?: string | undefined;
  /** The connection of the request, if it stays open. */
  readonly connection?: object;
}

/** Synchronous if the response is cached. Never throws: a problem is a response. */
export type Deliver = (request: DeliveryRequest) => HttpResponse | Promise<HttpResponse>;

export interface DeliveryParts {
  readonly store: Store;
  readonly memory: RegistryCache;
  readonly integrity: Integrity;
  readonly authenticator: Authenticator;
  readonly maker: DeliveryMaker;
  /** Called for internal errors of the registry. */
  readonly onFault: (error: unknown, request: DeliveryRequest) => void;
  /** Called with the caller, once per request. An error that it throws is the response. */
  readonly onCaller?: (request: DeliveryRequest, caller: Caller) => void;
  /** Called with the source of the response. */
  readonly onDelivered?: (from: 'memory' | 'database') => void;
  readonly failover?: FailoverWaitOptions;
}

/** The maximum number of reads for a delivery: the next primary may fail as well. */
const MAX_READS = 4;

export function delivery(parts: DeliveryParts): Deliver {
  const { store, memory, integrity, authenticator, maker, onFault, onCaller, onDelivered } = parts;
  const load = sharedLoads(memory);
  const read = sharedReads(store);
  const isBack = failoverWait(store, parts.failover);
  return request => {
    try {
      const kept = memory.present();
      const caller = kept && authenticator.recognize(request.authorization, kept, request.connection);
      const known =
        caller && kept.deliveries.get(caller.environment, representationOf(request), request.target);
      if (caller === undefined || known === undefined) return fromStore(request, caller);
      onCaller?.(request, caller);
      onDelivered?.('memory');
      return answerFrom(known, request);
    } catch (error) {
      return failed(error, request);
    }
  };

  /** @param recognized the caller, if its key is cached */
  async function fromStore(request: DeliveryRequest, recognized: Caller | undefined): Promise<HttpResponse> {
    try {
      const { target, authorization } = request;
      const caller = recognized ?? (await authenticator.authenticate(credentialOf(target, authorization)));
      onCaller?.(request, caller);
      const spec = specOf(request, caller);
      const { known, age, found, keepDelivery } = await readWhenBack(spec, caller);
      onDelivered?.(known === undefined ? 'database' : 'memory');
      if (known !== undefined) return answerFrom(known, request, age);
      const made = 'ready' in found ? found.ready : await found.prepare(caller.key);
      integrity.checkIntact();
      keepDelivery(made);
      return answerFrom(made.prepared, request);
    } catch (error) {
      return failed(error, request);
    }
  }

  /** Reads again while the database may be failing over. @throws Problem `unavailable` if it does not answer */
  async function readWhenBack(spec: DeliverySpec, caller: Caller) {
    for (let reads = 1; ; reads++) {
      try {
        return await readSpec(spec);
      } catch (error) {
        const mayPass = Problem.is(error, 'unavailable') && reads < MAX_READS;
        if (!mayPass || !(await isBack(caller.key))) throw error;
      }
    }
  }

  async function readSpec(spec: DeliverySpec) {
    const { kept, age, keepDelivery } = await load();
    const known = kept.deliveries.get(spec.environment, spec.representation, canonicalTarget(spec));
    if (known !== undefined) return { known, age, keepDelivery };
    // Anything not in memory is read only from a log that continues the known one.
    integrity.checkIntact();
    return { found: await read(snapshot => maker.read(snapshot, spec)), keepDelivery };
  }

  function failed(error: unknown, request: DeliveryRequest): HttpResponse {
    const problem = problemOf(error);
    if (problem.code === 'internal_error') onFault(error, request);
    return refusal(request.target, problem);
  }
}

/**
 * @param age for how long it may have been out of date, in seconds (RFC 9111, section 5.1); undefined if it is current
 */
function answerFrom(
  { etag, whole, notModified }: PreparedDelivery,
  { ifNoneMatch }: DeliveryRequest,
  age?: number,
): HttpResponse {
  const answer = ifNoneMatch !== undefined && noneMatchFails(ifNoneMatch, etag) ? notModified : whole;
  return age === undefined ? answer : { ...answer, headers: { ...answer.headers, Age: String(age) } };
}

/** @throws Problem `not_acceptable` */
function representationOf({ target, accept }: DeliveryRequest): Representation {
  if (isLangfusePath(target)) return 'langfuse';
  return accept === undefined ? 'text/plain' : negotiate(accept, REPRESENTATIONS);
}

/** @throws Problem `not_acceptable`, `invalid_name`, `invalid_request` */
function specOf(request: DeliveryRequest, { environment }: Caller): DeliverySpec {
  const representation = representationOf(request);
  const { prompt, wanted } = parseTarget(request.target);
  checkOneWanted(wanted);
  const { version, channel = STABLE } = wanted;
  return { environment, representation, prompt, wanted: version === undefined ? { channel } : { version } };
}
