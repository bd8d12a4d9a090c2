import assert from 'node:assert/strict';
import { request } from 'node:http';
import fc from 'fast-check';
import { isPromptName, validatePromptName } from '../../src/core/name.ts';
import { runs } from '../runs.ts';
import { aRegistry, assertProblem, type RegistryForTest } from './a-registry.ts';

describe('names in paths', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
    await registry.publish('a/b', 'x', null);
  });
  after(() => registry[Symbol.asyncDispose]());

  /** The path goes out as it is: fetch would tidy it. */
  const raw = async (path: string, method = 'GET') => {
    const { hostname, port } = new URL(registry.url);
    const authorization = `Bearer ${await registry.key('development')}`;
    return new Promise<{ status: number; code: string | undefined }>((resolve, reject) => {
      const sent = request({ hostname, port, path, method, headers: { authorization } }, response => {
        let text = '';
        response.on('data', chunk => (text += chunk));
        response.on('end', () => {
          const code = text.startsWith('{') ? JSON.parse(text).code : undefined;
          resolve({ status: response.statusCode ?? 0, code });
        });
      });
      sent.on('error', reject);
      sent.end();
    });
  };

  it('may be encoded or not', async () => {
    assert.equal((await raw('/v1/prompts/a/b?channel=latest')).status, 200);
    assert.equal((await raw('/v1/prompts/a%2Fb?channel=latest')).status, 200);
    assert.equal((await raw('/v1/prompts/a%2Fb/-/versions')).status, 200);
  });
  const CLIMBING = [
    '/v1/prompts/../keys',
    '/v1/prompts/%2e%2e/keys',
    '/v1/prompts/a/%2E./b',
    '/v1/prompts/a/./b',
    '/v1/prompts/..%2fkeys',
    '/v1/prompts/%2e%2e%2f%2e%2e%2fetc%2fpasswd',
    '/v1/prompts/a/../../keys',
    '/v1/prompts/%252e%252e/x',
    '/v1/prompts//a',
    '/v1/prompts/a//b',
    '/v1/prompts/a/',
    '/v1/prompts/%00',
    '/v1/prompts/%',
    '/v1/prompts/%ff',
    '/v1/prompts/a%0ab',
    '/v1/prompts/con',
    '/v1/prompts/%E2%84%AA',
    '/v1/prompts/Con',
    `/v1/prompts/${'a'.repeat(201)}`,
    '/v1/prompts/a/b/c/d/e/f/g/h/i',
    '/v1/prompts/../x/-/versions',
    '/v1/prompts/%2e%2e/-/versions',
    '/v1/prompts/a%5cb/-/versions',
  ];
  for (const path of CLIMBING)
    it(`refuses ${path.slice(0, 50)}`, async () =>
      assert.deepEqual(await raw(path), { status: 422, code: 'invalid_name' }));
  it('have no routes after /-/ other than the documented ones', async () => {
    assert.deepEqual(await raw('/v1/prompts/a/b/-/nothing'), { status: 404, code: 'route_not_found' });
    assert.deepEqual(await raw('/v1/prompts/a/b/-/versions/1/x'), { status: 404, code: 'route_not_found' });
    assert.deepEqual(await raw('/v1/prompts/-/versions'), { status: 422, code: 'invalid_name' });
  });
  it('are parsed from any text without a fault', async () => {
    const segment = fc.oneof(fc.stringMatching(/^[A-Za-z0-9_.-]{1,6}$/), fc.string({ maxLength: 6 }));
    await fc.assert(
      fc.asyncProperty(fc.array(segment, { minLength: 1, maxLength: 9 }), async segments => {
        const name = segments.join('/');
        fc.pre(name.isWellFormed() && !name.includes('/-/') && !name.endsWith('/-'));
        const path = `/v1/prompts/${encodeURIComponent(name).replaceAll('%2F', '/')}`;
        fc.pre(path !== '/v1/prompts/');
        const { status, code } = await raw(path);
        if (isPromptName(name)) assert.ok(code === 'prompt_not_found' || name === 'a/b', `${name} ${code}`);
        else
          assert.deepEqual({ status, code }, { status: 422, code: 'invalid_name' }, validatePromptName(name));
      }),
      { numRuns: runs(150, 60) },
    );
  });
  it('must be valid to publish', async () => {
    const content = { source: 'x', message: '', base: null };
    assertProblem(await registry.call('POST', '/v1/prompts/a%20b/-/versions', content), 422, 'invalid_name');
    assertProblem(await registry.call('POST', '/v1/prompts/a..b./-/versions', content), 422, 'invalid_name');
  });
});
