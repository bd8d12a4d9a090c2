/** Details of a request collected until the response, for its log line and the metrics. */
import type { RouteName } from '../../contract/routes.ts';
import type { Caller } from '../access/caller.ts';
import type { DeliveryRequest } from '../delivery/deliver.ts';
import type { HttpRequest } from '../http/http-request.ts';
import { type Trace, traceOf } from './trace.ts';

/** Stores its caller itself, because a map would be too slow for deliveries. */
export interface NotedDelivery extends DeliveryRequest {
  caller: Caller | undefined;
}

type Noted = HttpRequest | DeliveryRequest;

export interface RequestNotes {
  /** The request's trace, created on the first call, so only if it is logged. */
  trace(request: Noted): Trace;
  routeOf(request: HttpRequest): RouteName | undefined;
  noteRoute(request: HttpRequest, route: RouteName): void;
  callerOf(request: Noted): Caller | undefined;
  noteCaller(request: Noted, caller: Caller): void;
}

export function requestNotes(): RequestNotes {
  const traces = new WeakMap<Noted, Trace>();
  const routes = new WeakMap<HttpRequest, RouteName>();
  const callers = new WeakMap<HttpRequest, Caller>();
  return {
    trace(request) {
      const known = traces.get(request);
      if (known !== undefined) return known;
      const made = traceOf(isAsked(request) ? request.header('traceparent') : request.traceparent);
      traces.set(request, made);
      return made;
    },
    routeOf: request => routes.get(request),
    noteRoute: (request, route) => void routes.set(request, route),
    callerOf: request => (isAsked(request) ? callers.get(request) : (request as NotedDelivery).caller),
    noteCaller(request, caller) {
      if (isAsked(request)) callers.set(request, caller);
      else (request as NotedDelivery).caller = caller;
    },
  };
}

function isAsked(request: Noted): request is HttpRequest {
  return 'header' in request;
}
