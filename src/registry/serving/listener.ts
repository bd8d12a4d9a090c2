/** Answers requests of `node:http`: deliveries on a fast path, everything else through the app. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { HEADER } from '../../contract/headers.ts';
import { ROUTES, type RouteName } from '../../contract/routes.ts';
import { Problem } from '../../core/problem.ts';
import { isDeliveryPath, isLangfusePath } from '../delivery/target.ts';
import type { App } from '../http/app.ts';
import { type HttpResponse, problemAnswer, problemOf } from '../http/http-response.ts';
import { inFormOf, refusal } from '../http/langfuse.ts';
import { routeOf } from '../http/paths.ts';
import { answerBudget } from './answer-budget.ts';
import type { Clients } from './clients.ts';
import type { Forwarder } from './forward.ts';
import { headersOf } from './header-fields.ts';
import { inTime } from './in-time.ts';
import { askedByNode, originForm } from './incoming.ts';
import { endUnread } from './linger.ts';
import type { RequestCount, RequestCounts } from './request-counts.ts';
import { requestEntry } from './request-log.ts';
import type { NotedDelivery, RequestNotes } from './request-notes.ts';
import type { Send } from './send.ts';

export interface ListenerParts {
  readonly app: App;
  readonly notes: RequestNotes;
  readonly counts: RequestCounts;
  readonly log: (entry: object) => void;
  /** Called with an error that kept a request from being answered. */
  readonly onFault: (error: unknown) => void;
  /** Returns true if connections should be closed after the current response. */
  readonly stopping: () => boolean;
  /** The time limit for a response, in ms. */
  readonly timeout: number;
  readonly send: Send;
  /** Notified of each request that is answered. */
  readonly clients: Pick<Clients, 'begun' | 'answered'>;
  /** In a delivery thread: forwards everything that it does not answer itself. */
  readonly forwarding?: Forwarding | undefined;
}

export interface Forwarding {
  readonly forwarder: Forwarder;
  /** Identifies the caller. @returns a refusal if the request is over a rate limit */
  recognize(request: NotedDelivery): Promise<HttpResponse | undefined>;
}

type Listener = (incoming: IncomingMessage, outgoing: ServerResponse) => void;

const REQUEST_ID = HEADER.requestId.toLowerCase();
/** Machines request these every few seconds, so only failures are logged. */
const WATCHING: ReadonlySet<RouteName> = new Set(['healthz', 'readyz', 'metrics']);
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

export function requestListener(parts: ListenerParts): Listener {
  const { app, notes, counts, log, onFault, stopping, timeout, clients, forwarding } = parts;
  const answers = answerBudget();
  /** Sends a response in the format that the client reads, whoever created it. */
  const send: Send = (incoming, outgoing, answer, more) =>
    parts.send(incoming, outgoing, inFormOf(incoming.url ?? '/', answer), more);
  const countsOf = (path: string) => ({ GET: counts.of('GET', path), HEAD: counts.of('HEAD', path) });
  const delivered = countsOf(ROUTES.deliver.path);
  const forLangfuse = countsOf(ROUTES.langfusePrompt.path);
  return (incoming, outgoing) => {
    const { method = 'GET' } = incoming;
    // Normalized once for all uses, so that no limit on a path can be evaded by another spelling of the target.
    incoming.url = originForm(incoming.url ?? '/');
    const { url } = incoming;
    if (stopping()) outgoing.shouldKeepAlive = false;
    let answered: Promise<void> | undefined;
    try {
      if (climbs(url)) refuse(incoming, outgoing);
      else if ((method === 'GET' || method === 'HEAD') && isDeliveryPath(url))
        answered = deliver(incoming, outgoing);
      else if (forwarding !== undefined && !isAnsweredHere(url))
        answered = forward(forwarding, incoming, outgoing);
      else answered = answer(incoming, outgoing);
    } catch (error) {
      fail(incoming, outgoing, error);
    }
    answered?.catch((error: unknown) => fail(incoming, outgoing, error));
  };

  /** An unforeseen request must not end the thread, and with it all other requests. */
  function fail(incoming: IncomingMessage, outgoing: ServerResponse, error: unknown): void {
    onFault(error);
    if (outgoing.headersSent) {
      outgoing.destroy();
      return;
    }
    counts.of(counted(incoming.method ?? 'GET'), 'none').answered(500, 0);
    outgoing.shouldKeepAlive = false;
    send(incoming, outgoing, problemAnswer(problemOf(error)));
  }

  /** The server behind reports anything that is wrong with the request. */
  async function forward(
    { recognize, forwarder }: Forwarding,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> {
    const started = performance.now();
    const request = noted(incoming);
    clients.begun(request, incoming);
    const answer = (await recognize(request)) ?? (await forwarder.forward(incoming, outgoing));
    if (typeof answer === 'number') {
      clients.answered(request, incoming, answer, request.caller);
      return;
    }
    const { method = 'GET', url = '/' } = incoming;
    const [path = ''] = url.split('?', 1);
    const route = routeOf(method, path)?.route;
    const count = counts.of(counted(method), route === undefined ? 'none' : ROUTES[route].path);
    finish(incoming, outgoing, request, answer, started, count);
  }

  function refuse(incoming: IncomingMessage, outgoing: ServerResponse): void {
    endUnread(incoming, outgoing);
    send(incoming, outgoing, refusedPath(incoming.url ?? '/'));
  }

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const started = performance.now();
    const request = askedByNode(incoming, outgoing);
    clients.begun(request, incoming);
    const made = await inTime(app.answer(request), timeout);
    const { method, target } = request;
    const route = notes.routeOf(request);
    const changes = method !== 'GET' && route !== 'render';
    const answer = answers.admit(made, notes.callerOf(request)?.key ?? '', changes, outgoing);
    const { status } = answer;
    clients.answered(request, incoming, status, notes.callerOf(request));
    const isLogged = status >= 400 || route === undefined || !WATCHING.has(route);
    endUnread(incoming, outgoing);
    send(incoming, outgoing, answer, isLogged ? [REQUEST_ID, notes.trace(request).trace] : undefined);
    const ms = performance.now() - started;
    counts.of(counted(method), route === undefined ? 'none' : ROUTES[route].path).answered(status, ms);
    if (!isLogged) return;
    const [trace, caller] = [notes.trace(request), notes.callerOf(request)];
    log(requestEntry({ method, target, status, ms, trace, caller }));
  }

  /** Successful requests are not logged: applications log the version they got. */
  function deliver(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> | undefined {
    const started = performance.now();
    const request = noted(incoming);
    const of = isLangfusePath(request.target) ? forLangfuse : delivered;
    const count = of[incoming.method === 'HEAD' ? 'HEAD' : 'GET'];
    const answer = app.deliver(request);
    if (answer instanceof Promise) {
      clients.begun(request, incoming);
      return answer.then(given => finish(incoming, outgoing, request, given, started, count));
    }
    finish(incoming, outgoing, request, answer, started, count);
    return undefined;
  }

  function finish(
    incoming: IncomingMessage,
    outgoing: ServerResponse,
    request: NotedDelivery,
    answer: HttpResponse,
    started: number,
    count: RequestCount,
  ): void {
    const { method = 'GET' } = incoming;
    const { status } = answer;
    const isLogged = status >= 400;
    endUnread(incoming, outgoing);
    clients.answered(request, incoming, status, request.caller);
    send(incoming, outgoing, answer, isLogged ? [REQUEST_ID, notes.trace(request).trace] : undefined);
    const ms = performance.now() - started;
    count.answered(status, ms);
    if (!isLogged) return;
    const { target, caller } = request;
    log(requestEntry({ method, target, status, ms, trace: notes.trace(request), caller }));
  }
}

/** Returns true for paths that a delivery thread answers itself: those of deliveries, and `/healthz`. */
function isAnsweredHere(target: string): boolean {
  return target === ROUTES.healthz.path || target.startsWith(ROUTES.deliverAll.path);
}

function noted({ url = '/', rawHeaders, socket }: IncomingMessage): NotedDelivery {
  return { target: url, ...headersOf(rawHeaders), connection: socket, caller: undefined };
}

/** The method for the metrics: clients may send anything, so unknown methods become `other`. */
export function counted(method: string): string {
  return METHODS.has(method) ? method : 'other';
}

/**
 * Returns true if a prompt's path has dot segments, encoded or not: URL parsers drop them silently, and with them part
 * of the name.
 */
function climbs(target: string): boolean {
  if (!target.includes('/.') && !target.includes('%')) return false;
  const [path = ''] = target.split('?', 1);
  const isPrompts = path.startsWith('/v1/prompts/') || path.startsWith('/api/public/v2/prompts/');
  return isPrompts && /\/(?:\.|%2e){1,2}(?:\/|%2f|$)/i.test(path);
}

function refusedPath(target: string): HttpResponse {
  return refusal(
    target,
    new Problem('invalid_name', '"." and ".." cannot be segments of a prompt name, encoded or not.'),
  );
}
