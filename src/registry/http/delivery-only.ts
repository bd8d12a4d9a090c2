/** The part of the app for `promptforge serve --delivery-only`: delivery, and the endpoints for monitoring. */
import type { RouteName } from '../../contract/routes.ts';
import { Problem } from '../../core/problem.ts';
import type { App } from './app.ts';
import { askedByFetch } from './http-request.ts';
import { type HttpResponse, problemAnswer } from './http-response.ts';
import { routeOf } from './paths.ts';

const SERVED: ReadonlySet<RouteName> = new Set([
  'deliver',
  'deliverAll',
  'deliveryChanges',
  'langfusePrompt',
  'healthz',
  'readyz',
  'metrics',
]);

/** Refuses all other API calls before anything of them is read. */
export function deliveryOnly(app: App): App {
  const refusalOf = (method: string, target: string): HttpResponse | undefined => {
    const [path = ''] = target.split('?', 1);
    const found = routeOf(method, path);
    return found === undefined || SERVED.has(found.route) ? undefined : refused(method, found.route);
  };
  return {
    answer: async request => refusalOf(request.method, request.target) ?? app.answer(request),
    async fetch(request) {
      const { method, target } = askedByFetch(request);
      const refusal = refusalOf(method, target);
      if (refusal === undefined) return app.fetch(request);
      return new Response(refusal.body as string, { status: refusal.status, headers: refusal.headers });
    },
    deliver: app.deliver,
  };
}

function refused(method: string, route: RouteName): HttpResponse {
  return problemAnswer(
    new Problem(
      'route_not_found',
      `This process only delivers prompts (--delivery-only): it has no ${method} for "${route}". Send this request to a process of the registry that was started without --delivery-only.`,
    ),
  );
}
