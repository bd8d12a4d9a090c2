/** Tells whether an answer is one that the contract promises for its route: every test that asks something checks it. */
import assert from 'node:assert/strict';
import { problemsOf, ROUTES, type Route } from '../../src/contract/routes.ts';
import type { Answered } from './a-registry.ts';

const MATCHERS = Object.values(ROUTES).map((route: Route) => {
  const pattern = route.path
    .replaceAll('.', '\\.')
    .replace('{name}', '(?:(?!/-/).)+')
    .replace(/\{\w+\}/g, '[^/]+');
  return { route, pattern: new RegExp(`^${pattern}$`) };
});

export function assertConforms(method: string, target: string, { status, headers, json }: Answered): void {
  const asked = method === 'HEAD' ? 'GET' : method;
  const path = target.split('?')[0] ?? '';
  const found = MATCHERS.find(({ route, pattern }) => route.method === asked && pattern.test(path));
  if (found === undefined) {
    assert.ok([404, 405, 422].includes(status), `${method} ${path} is no route, yet answers ${status}`);
    return;
  }
  const { route } = found;
  const what = `${method} ${route.path} ${status}`;
  if (status >= 400) {
    if (method === 'HEAD') return;
    assert.ok(problemsOf(route).includes(json?.code), `${what}: "${json?.code}" is not among its problems`);
    return;
  }
  const response = route.responses[status];
  assert.ok(response, `${what} is not among its responses`);
  const type = headers.get('content-type')?.split(';')[0];
  if (type !== 'application/json') {
    assert.equal(type, status === 304 ? undefined : response.text, what);
    return;
  }
  if (method === 'HEAD') return;
  assert.ok(response.json, `${what} is not promised as JSON`);
  assert.deepEqual(response.json.parse(json), json, `${what} has what its schema says and nothing else`);
}
