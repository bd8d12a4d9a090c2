/** Finds the route of the contract for a request, and its parameters. */
import { ROUTES, type RouteName } from '../../contract/routes.ts';

/** A prompt's name may contain slashes, and ends before `/-/`. */
const NAME = '(?<name>(?:(?!/-(?:/|$)).)+)';

/** In the order of the contract, where more specific routes come first. */
const PATTERNS = (Object.keys(ROUTES) as RouteName[]).map(route => {
  const { method, path } = ROUTES[route];
  const pattern = path
    .replaceAll('.', '\\.')
    .replace('{name}', NAME)
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return { route, method, pattern: new RegExp(`^${pattern}$`) };
});

export interface MatchedRoute {
  readonly route: RouteName;
  /** Undecoded, as in the path. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Undefined if the path has no route for this method. */
export function routeOf(method: string, path: string): MatchedRoute | undefined {
  const asked = method === 'HEAD' ? 'GET' : method;
  for (const { route, method, pattern } of PATTERNS) {
    if (method !== asked) continue;
    const match = pattern.exec(path);
    if (match !== null) return { route, parameters: match.groups ?? {} };
  }
  return undefined;
}

/** The methods of a path, including HEAD if it has GET; empty if there is no such path. */
export function methodsOf(path: string): string[] {
  const methods = PATTERNS.filter(({ pattern }) => pattern.test(path)).flatMap(({ method }) =>
    method === 'GET' ? ['GET', 'HEAD'] : [method],
  );
  return [...new Set(methods)];
}
