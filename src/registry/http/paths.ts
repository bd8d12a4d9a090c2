/** The routes' paths as Hono and as a search for "which methods does this path have" need them. */
import { ROUTES, type Route, type RouteName } from '../../contract/routes.ts';

/** A prompt's name has slashes, and ends where `/-/` begins. */
const NAME = '(?:(?!/-(?:/|$)).)+';

/** `/v1/prompts/{name}/-/diff` as Hono's pattern. */
export function honoPath({ path }: Pick<Route, 'path'>): string {
  return path.replace('{name}', `:name{${NAME}}`).replace(/\/\{(\w+)\}/g, '/:$1');
}

const PATTERNS = (Object.keys(ROUTES) as RouteName[]).map(name => {
  const { method, path } = ROUTES[name];
  const pattern = path
    .replaceAll('.', '\\.')
    .replace('{name}', NAME)
    .replace(/\{\w+\}/g, '[^/]+');
  return { method, pattern: new RegExp(`^${pattern}$`) };
});

/** The methods of a path, HEAD among them where GET is; empty when there is no such path. */
export function methodsOf(path: string): string[] {
  const methods = PATTERNS.filter(({ pattern }) => pattern.test(path)).flatMap(({ method }) =>
    method === 'GET' ? ['GET', 'HEAD'] : [method],
  );
  return [...new Set(methods)];
}
