/** The registry's HTTP app: every route of the contract with who may call it, what it takes and what answers it. */
import { type Context, Hono } from 'hono';
import { PatternRouter } from 'hono/router/pattern-router';
import { ROUTES, type Route, type RouteName } from '../../contract/routes.ts';
import { parseEnvironmentName } from '../../core/environment.ts';
import { Problem } from '../../core/problem.ts';
import { parseVersionNumber } from '../../core/version.ts';
import type { Authenticator } from '../access/authenticator.ts';
import { type Caller, checkRole } from '../access/caller.ts';
import { keptContents } from '../delivery/content.ts';
import { type Deliver, type DeliveryRequest, delivery, parseNameInPath } from '../delivery/deliver.ts';
import type { Identity } from '../identity.ts';
import type { Memory } from '../memory.ts';
import type { Store } from '../store/store.ts';
import { type Answer, problemAnswer, problemOf } from './answer.ts';
import { readJson } from './body.ts';
import type { Call, Handler, Standing } from './call.ts';
import { HANDLERS, type HandledRoute } from './handlers/table.ts';
import { repeatable } from './idempotency.ts';
import { honoPath, methodsOf } from './paths.ts';
import { parseQuery } from './query.ts';

export interface AppParts {
  readonly store: Store;
  readonly memory: Memory;
  readonly authenticator: Authenticator;
  /** What the registry proves itself with; without it, it signs no checkpoint and has no webhooks. */
  readonly identity?: Identity;
  /** Whether webhooks may send to this machine and private networks, and by HTTP; without it nobody sends any, so there are none. */
  readonly webhooksToPrivateNetworks?: boolean;
  /** Aborts when no call may wait any longer. */
  readonly closing: AbortSignal;
  /** What this process tells of itself to who watches it; without it there is no `/metrics`. */
  readonly standing: Standing;
  /** Told of every fault of the registry's own, and of the request that met it. */
  readonly onFault: (error: unknown, request: Request | DeliveryRequest) => void;
  /** Told which call a request is. */
  readonly onRoute?: (request: Request, route: RouteName) => void;
  /** Told who asks, once that is known, and before anything is done. What it throws is the answer. */
  readonly onCaller?: (request: Request | DeliveryRequest, caller: Caller) => void;
  /** Told where a delivery came from. */
  readonly onDelivered?: (from: 'memory' | 'database') => void;
}

export interface App {
  /** Answers any request; never rejects. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** The same answers to GET and HEAD of a prompt, without a Request or a Response. */
  readonly deliver: Deliver;
}

export function createApp(parts: AppParts): App {
  const { store, memory, authenticator, identity = null, webhooksToPrivateNetworks = null, onFault } = parts;
  const { onRoute, onCaller, onDelivered, standing } = parts;
  const contents = keptContents();
  const deliver = delivery({
    store,
    memory,
    authenticator,
    contents,
    onFault,
    ...(onCaller && { onCaller }),
    ...(onDelivered && { onDelivered }),
  });
  const app = new Hono({ router: new PatternRouter() });

  for (const name of Object.keys(HANDLERS) as HandledRoute[]) {
    const route: Route = ROUTES[name];
    app.on(route.method, honoPath(route), async context => {
      onRoute?.(context.req.raw, name);
      const call = await callOf(route, context);
      return response(await (HANDLERS[name] as Handler<HandledRoute>)(call));
    });
  }
  app.on(ROUTES.deliver.method, honoPath(ROUTES.deliver), async context => {
    const { url, headers } = context.req.raw;
    onRoute?.(context.req.raw, 'deliver');
    const { pathname, search } = new URL(url);
    return response(
      await deliver({
        target: pathname + search,
        authorization: headers.get('authorization') ?? undefined,
        accept: headers.get('accept') ?? undefined,
        ifNoneMatch: headers.get('if-none-match') ?? undefined,
      }),
    );
  });
  app.notFound(context => response(noRoute(context.req.method, context.req.path)));
  app.onError((error, context) => {
    const problem = problemOf(error);
    if (problem.code === 'internal_error') onFault(error, context.req.raw);
    return response(problemAnswer(problem));
  });
  return { fetch: async request => app.fetch(request), deliver };

  async function callOf(route: Route, context: Context): Promise<Call<HandledRoute>> {
    const request = context.req.raw;
    const asked =
      route.role !== null || (route.keyBeyondItsMachine === true && standing.metrics?.needsKey === true);
    const caller = asked ? await authenticated(route, request) : null;
    const { pathname, search } = new URL(request.url);
    const parameters = parametersOf(context.req.param());
    const query = route.query && parseQuery(route.query, search);
    const body = route.body && (await readJson(request, route.body));
    return {
      store,
      contents,
      identity,
      webhooksToPrivateNetworks,
      standing,
      caller,
      parameters,
      query,
      body: body?.value,
      request,
      repeatable: repeatable(request, pathname, body?.bytes ?? new Uint8Array()),
      // Made only when asked for: each one would stay tied to the signal of closing until it is collected.
      ended: () => AbortSignal.any([request.signal, parts.closing]),
    } as Call<HandledRoute>;
  }

  async function authenticated(route: Route, request: Request): Promise<Caller> {
    const caller = await authenticator.authenticate(request.headers.get('authorization') ?? undefined);
    onCaller?.(request, caller);
    if (route.role !== null) checkRole(caller, route.role);
    return caller;
  }
}

/** The parameters that a path has, each parsed into its own type. @throws Problem `invalid_name`, `invalid_request` */
function parametersOf(given: Readonly<Record<string, string>>): object {
  const { name, n, id, environment } = given;
  return {
    ...(name !== undefined && { name: parseNameInPath(name) }),
    ...(n !== undefined && { n: parseVersionNumber(n) }),
    ...(id !== undefined && { id }),
    ...(environment !== undefined && { environment: parseEnvironmentName(environment) }),
  };
}

function noRoute(method: string, path: string): Answer {
  const methods = methodsOf(path);
  if (methods.length === 0)
    return problemAnswer(
      new Problem('route_not_found', 'There is nothing here. /openapi.json lists every call of this API.'),
    );
  const problem = new Problem(
    'method_not_allowed',
    `${method} is not a method of this. It has: ${methods.join(', ')}.`,
  );
  return problemAnswer(problem, { Allow: methods.join(', ') });
}

function response({ status, headers, body }: Answer): Response {
  return new Response(body as string | Uint8Array<ArrayBuffer> | null, { status, headers });
}
