/** What becomes known of a request on its way to the answer, for its line in the log and for the metrics. */
import type { RouteName } from '../../contract/routes.ts';
import type { Caller } from '../access/caller.ts';
import type { DeliveryRequest } from '../delivery/deliver.ts';
import { type Trace, traceOf } from './trace.ts';

/** Has its caller itself: there are too many of them for a map. */
export interface NotedDelivery extends DeliveryRequest {
  caller: Caller | undefined;
}

type Asked = Request | DeliveryRequest;

export interface RequestNotes {
  /** The same however often it is asked for: made only for what is logged. */
  trace(request: Asked): Trace;
  routeOf(request: Request): RouteName | undefined;
  noteRoute(request: Request, route: RouteName): void;
  callerOf(request: Asked): Caller | undefined;
  noteCaller(request: Asked, caller: Caller): void;
}

export function requestNotes(): RequestNotes {
  const traces = new WeakMap<Asked, Trace>();
  const routes = new WeakMap<Request, RouteName>();
  const callers = new WeakMap<Request, Caller>();
  return {
    trace(request) {
      const known = traces.get(request);
      if (known !== undefined) return known;
      const made = traceOf(isRequest(request) ? request.headers.get('traceparent') : request.traceparent);
      traces.set(request, made);
      return made;
    },
    routeOf: request => routes.get(request),
    noteRoute: (request, route) => void routes.set(request, route),
    callerOf: request => (isRequest(request) ? callers.get(request) : (request as NotedDelivery).caller),
    noteCaller(request, caller) {
      if (isRequest(request)) callers.set(request, caller);
      else (request as NotedDelivery).caller = caller;
    },
  };
}

function isRequest(request: Asked): request is Request {
  return 'headers' in request;
}
