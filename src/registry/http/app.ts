/** The registry's HTTP app: connects every route of the contract to its access check, its schemas and its handler. */
import * as z from 'zod';
import { maxBodyBytes } from '../../contract/body-limits.ts';
import { ROUTES, type Route, type RouteName } from '../../contract/routes.ts';
import { parseEnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { parseVersionNumber } from '../../core/version.ts';
import type { Authenticator } from '../access/authenticator.ts';
import { type AuthorizedWrite, authorizedWrite } from '../access/authorized-write.ts';
import { type Caller, checkRole } from '../access/caller.ts';
import { drafts } from '../access/drafts.ts';
import type { Contents } from '../delivery/content.ts';
import { type Deliver, type DeliveryRequest, delivery } from '../delivery/deliver.ts';
import type { DeliveryMaker } from '../delivery/maker.ts';
import { moves } from '../delivery/moves.ts';
import { parseNameInPath } from '../delivery/target.ts';
import type { RegistryIdentity } from '../identity.ts';
import type { Integrity } from '../proof/integrity.ts';
import type { Signer } from '../proof/signer.ts';
import type { RegistryCache } from '../registry-cache.ts';
import { searchIndex } from '../search/search-index.ts';
import type { Store } from '../store/store.ts';
import { checkBeforeBody } from './before-body.ts';
import { readBytes } from './body.ts';
import { type BodyClaim, type BodyLimits, bodyBudget } from './body-budget.ts';
import { changesFeed, MAX_WAITING_PER_KEY } from './changes-feed.ts';
import { HANDLERS, type HandledRoute } from './handlers/table.ts';
import { askedByFetch, type HttpRequest } from './http-request.ts';
import { type HttpResponse, isInPieces, problemOf } from './http-response.ts';
import { repeatable } from './idempotency.ts';
import { isForLangfuse, refusal } from './langfuse.ts';
import { movesFeed } from './moves-feed.ts';
import { methodsOf, routeOf } from './paths.ts';
import { parseQuery } from './query.ts';
import type { Handler, ProcessStatus, RouteContext } from './route-context.ts';
import { streams } from './streams.ts';
import type { WorkerTasks } from './work.ts';

export interface AppParts {
  readonly store: Store;
  readonly memory: RegistryCache;
  readonly integrity: Integrity;
  readonly signer: Signer;
  readonly authenticator: Authenticator;
  /** Runs tasks that may take long. */
  readonly work: WorkerTasks;
  /** Limits of the memory for request bodies; for tests. */
  readonly bodies?: BodyLimits | undefined;
  readonly contents: Contents;
  readonly maker: DeliveryMaker;
  /** The registry's identity; without it, there are no signed checkpoints and no webhooks. */
  readonly identity?: RegistryIdentity;
  /**
   * True if webhooks may send to this machine and private networks, and by HTTP; undefined if this process sends no
   * webhooks, so that none can be created.
   */
  readonly webhooksToPrivateNetworks?: boolean;
  /** The registry's address for people, without a trailing slash. */
  readonly publicUrl?: string | undefined;
  /** Aborts when calls must stop waiting. */
  readonly closing: AbortSignal;
  /** The number of calls per key that may wait for changes at once; 1000 by default. */
  readonly maxWaitingPerKey?: number | undefined;
  /** The time that deliveries wait for a lost database, in ms; `FAILOVER_TIME` by default. */
  readonly failoverTime?: number | undefined;
  /** The state of this process for monitoring; without it there is no `/metrics`. */
  readonly standing: ProcessStatus;
  /** Called with each internal error, and the request that caused it. */
  readonly onFault: (error: unknown, request: HttpRequest | DeliveryRequest) => void;
  /** Called with the route of each request. */
  readonly onRoute?: (request: HttpRequest, route: RouteName) => void;
  /** Called once the caller is known, before anything is done. An error that it throws becomes the answer. */
  readonly onCaller?: (request: HttpRequest | DeliveryRequest, caller: Caller) => void;
  /** Called with the source of each delivery. */
  readonly onDelivered?: (from: 'memory' | 'database') => void;
}

export interface App {
  /** Answers any request; never rejects. */
  readonly answer: (request: HttpRequest) => Promise<HttpResponse>;
  /** The same for `fetch`. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Gives the same answers to GET and HEAD of a prompt, synchronously if they are in memory. */
  readonly deliver: Deliver;
}

/**
 * Routes that work even if the log is broken: the evidence, what a client needs to request it, and cached deliveries.
 */
const ANSWERED_WHILE_BROKEN: ReadonlySet<RouteName> = new Set([
  'changes',
  'consistency',
  'deliverAll',
  'currentKey',
  'listEnvironments',
  'healthz',
  'readyz',
  'metrics',
  'openapi',
  'openPromotion',
  'openVersion',
  'openOwners',
]);

/** The query schema of a call without a query: `?dryRun=true` must not publish. */
const NO_QUERY = z.object({});

export function createApp(parts: AppParts): App {
  const {
    store,
    memory,
    integrity,
    signer,
    authenticator,
    work,
    contents,
    maker,
    identity = null,
    webhooksToPrivateNetworks = null,
    publicUrl = null,
    onFault,
  } = parts;
  const { onRoute, onCaller, onDelivered, standing } = parts;
  const readable = drafts(store);
  const budget = bodyBudget(parts.bodies);
  const streaming = streams();
  const index = searchIndex(store, work, parts.closing);
  const feed = changesFeed(store, parts.closing, parts.maxWaitingPerKey);
  const movesOfEnvironments = movesFeed(
    store,
    moves(store),
    parts.closing,
    parts.maxWaitingPerKey ?? MAX_WAITING_PER_KEY,
  );
  const deliver = delivery({
    store,
    memory,
    integrity,
    authenticator,
    maker,
    onFault,
    failover: { time: parts.failoverTime, closing: parts.closing },
    ...(onCaller && { onCaller }),
    ...(onDelivered && { onDelivered }),
  });

  async function answer(request: HttpRequest): Promise<HttpResponse> {
    try {
      return await answered(request);
    } catch (error) {
      const problem = isAbortedBy(request, error) ? LEFT : problemOf(error);
      if (problem.code === 'internal_error') onFault(error, request);
      return refusal(request.target, problem);
    }
  }

  async function answered(request: HttpRequest): Promise<HttpResponse> {
    const { method, target } = request;
    const [path = '', search = ''] = halves(target);
    const found = routeOf(method, path);
    if (found === undefined) return noRoute(method, path);
    const { route, parameters } = found;
    onRoute?.(request, route);
    if (route === 'deliver' || route === 'langfusePrompt')
      return deliver({
        target,
        authorization: request.header('authorization'),
        accept: request.header('accept'),
        ifNoneMatch: request.header('if-none-match'),
        traceparent: request.header('traceparent'),
      });
    const claims: Pick<BodyClaim, 'release'>[] = [];
    try {
      const call = await callOf(route, request, path, search, parameters, claims);
      if (!ANSWERED_WHILE_BROKEN.has(route)) integrity.checkIntact();
      return await (HANDLERS[route] as Handler<HandledRoute>)(call);
    } finally {
      for (const claim of claims) claim.release();
    }
  }

  async function callOf(
    name: HandledRoute,
    request: HttpRequest,
    path: string,
    search: string,
    given: Readonly<Record<string, string>>,
    claims: Pick<BodyClaim, 'release'>[],
  ): Promise<RouteContext<HandledRoute>> {
    const route: Route = ROUTES[name];
    const asked =
      route.role !== null || (route.keyBeyondItsMachine === true && standing.metrics?.needsKey === true);
    const caller = asked ? await authenticated(route, request) : null;
    const parameters = parametersOf(given);
    const query = parseQuery(route.query ?? NO_QUERY, search);
    const reauthenticate = async (): Promise<void> => {
      if (caller !== null)
        checkAllowed(await authenticator.authenticate(request.header('authorization')), route);
    };
    const asker = () => ({
      key: caller?.key ?? '',
      // Lazy, because most work is done synchronously, without a signal.
      get signal() {
        return request.gone();
      },
    });
    let bytes: Uint8Array = new Uint8Array();
    if (route.body !== undefined) {
      const length = request.header('content-length');
      await checkBeforeBody(name, store, caller, (parameters as { name?: PromptName }).name, length);
      const claim = budget.claim(caller?.key ?? '');
      claims.push(claim);
      bytes = await readBytes(request, { limit: maxBodyBytes(name), take: claim.take }, reauthenticate);
      const read = bytes;
      claims.push({ release: () => request.release(read) });
    }
    const body = route.body && (await work.readBody({ route: name, bytes }, asker()));
    return {
      store,
      write:
        caller === null || route.role === null ? writesNothing : authorizedWrite(store, caller, route.role),
      reauthenticate,
      contents,
      integrity,
      signer,
      drafts: readable,
      identity,
      webhooksToPrivateNetworks,
      publicUrl,
      standing,
      caller,
      parameters,
      query: route.query && query,
      body: body?.value,
      bytes,
      request,
      repeatable: repeatable(request, path, bytes),
      work,
      searchIndex: index,
      streams: streaming,
      asker,
      feed,
      deliver,
      moves: movesOfEnvironments,
      // Lazy, because each signal stays attached to `closing` until it is garbage collected.
      ended: () => AbortSignal.any([request.gone(), parts.closing]),
    } as RouteContext<HandledRoute>;
  }

  async function authenticated(route: Route, request: HttpRequest): Promise<Caller> {
    const caller = await authenticator.authenticate(request.header('authorization'));
    onCaller?.(request, caller);
    checkAllowed(caller, route);
    return caller;
  }

  return {
    answer,
    async fetch(request) {
      const { status, headers, body } = await answer(askedByFetch(request));
      return new Response(request.method === 'HEAD' ? null : bodyOfFetch(body), { status, headers });
    },
    deliver,
  };
}

const LEFT = new Problem('invalid_request', 'The connection ended before the response was ready.');

/** Returns true if the error only reports that the client has gone and its work was aborted. */
function isAbortedBy(request: HttpRequest, error: unknown): boolean {
  return !(error instanceof Problem) && request.gone().aborted && error === request.gone().reason;
}

function bodyOfFetch(body: HttpResponse['body']): ConstructorParameters<typeof Response>[0] {
  if (!isInPieces(body)) return body as string | Uint8Array<ArrayBuffer> | null;
  return ReadableStream.from(body).pipeThrough(new TextEncoderStream()) as ReadableStream<
    Uint8Array<ArrayBuffer>
  >;
}

function checkAllowed(caller: Caller, { role }: Route): void {
  if (role !== null) checkRole(caller, role);
}

const writesNothing: AuthorizedWrite = () =>
  Promise.reject(new TypeError('A call without a key writes nothing.'));

/** Splits a target into its path and its query, without the question mark. */
function halves(target: string): [string, string] {
  const question = target.indexOf('?');
  return question < 0 ? [target, ''] : [target.slice(0, question), target.slice(question + 1)];
}

/** The parameters of a path, each parsed into its own type. @throws Problem `invalid_name`, `invalid_request` */
function parametersOf(given: Readonly<Record<string, string>>): object {
  const { name, n, id, environment } = given;
  return {
    ...(name !== undefined && { name: parseNameInPath(name) }),
    ...(n !== undefined && { n: parseVersionNumber(decoded(n)) }),
    ...(id !== undefined && { id: decoded(id) }),
    ...(environment !== undefined && { environment: parseEnvironmentName(decoded(environment)) }),
  };
}

/** Decodes a path parameter. Text that cannot be decoded stays unchanged, so nothing is found by that name. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function noRoute(method: string, path: string): HttpResponse {
  const methods = methodsOf(path);
  if (methods.length === 0)
    return refusal(
      path,
      new Problem(
        'route_not_found',
        isForLangfuse(path)
          ? `This registry supports only GET ${ROUTES.langfusePrompt.path} of Langfuse's API. Publish and promote prompts with promptforge, and send traces to Langfuse itself.`
          : 'There is no such resource. /openapi.json lists every call of this API.',
      ),
    );
  const problem = new Problem(
    'method_not_allowed',
    `${method} is not allowed for this resource. Use one of: ${methods.join(', ')}.`,
  );
  return refusal(path, problem, { Allow: methods.join(', ') });
}
