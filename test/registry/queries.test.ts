/** The rule for queries: what a call does not know is refused, on every method, and a number is digits. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { pathOf, ROUTES, type Route } from '../../src/contract/routes.ts';
import { runs } from '../runs.ts';
import { aRegistry, assertProblem, type RegistryForTest, ask as unauthenticated } from './a-registry.ts';

const CALLS = Object.values<Route>(ROUTES);
const PARAMETERS = { name: 'support/triage', n: 1, id: '1', environment: 'development' };

describe('a query parameter', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry({ serving: { publicUrl: 'https://prompts.example.com' } });
    await registry.publish('support/triage', 'Text', null);
  });
  after(() => registry[Symbol.asyncDispose]());

  const ask = ({ method, path }: Route, query: string, body?: unknown) =>
    registry.call(method, `${pathOf({ path }, PARAMETERS)}?${query}`, body, { as: 'development admin' });

  it('unknown to a route is refused before anything is done, whatever the method', async () => {
    for (const route of CALLS) {
      const answer = await ask(route, 'dryrun=true', route.method === 'GET' ? undefined : {});
      assertProblem(answer, 422, 'invalid_request');
      const pointers = answer.json.fields.map(({ pointer }: { pointer: string }) => pointer);
      assert.ok(pointers.includes('/dryrun'), `${route.method} ${route.path}: ${pointers.join(', ')}`);
    }
  });

  it('dryRun other than true or false does not publish', async () => {
    const body = { source: 'Another text', message: '', base: 1 };
    for (const value of ['', '1', 'TRUE', 'yes', 'true&dryRun=false'])
      assertProblem(await ask(ROUTES.publish, `dryRun=${value}`, body), 422, 'invalid_request', /dryRun/);
    assert.equal((await registry.call('GET', '/v1/prompts/support/triage/-/versions/2')).status, 404);
  });

  it('accepts only digits as a number, unlike JavaScript', async () => {
    const numbers: [Route, string][] = CALLS.flatMap(route =>
      ['limit', 'version', 'wait']
        .filter(name => route.query !== undefined && name in route.query.shape)
        .map((name): [Route, string] => [route, name]),
    );
    assert.ok(numbers.length > 5);
    const spelled = fc.constantFrom(
      '1e2',
      '0x1',
      '0b1',
      '0o7',
      ' 1',
      '1 ',
      '+1',
      '-0',
      '1.0',
      '',
      '١',
      '1_0',
      'NaN',
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...numbers), spelled, async ([route, name], value) => {
        const answer = await ask(route, `${name}=${encodeURIComponent(value)}`);
        assertProblem(answer, 422, 'invalid_request', /whole number in digits/);
      }),
      { numRuns: runs(200, 60) },
    );
  });

  it('named like a built-in property of objects is refused too', async () => {
    for (const name of ['valueOf', 'constructor', '__proto__', 'toString'])
      assertProblem(await ask(ROUTES.listVersions, `${name}=1`), 422, 'invalid_request');
  });

  it('unknown to a route without authentication is refused too', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics', '/openapi.json', '/open/promotion/1'])
      assertProblem(
        await unauthenticated(registry.url, 'GET', `${path}?t=1`),
        422,
        'invalid_request',
        /\/t\b/,
      );
  });
});
