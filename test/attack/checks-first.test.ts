/** What a request is refused for before anybody reads what it brings: permission, environment, existence and base. */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { aRegistry, assertProblem, type Json, type RegistryForTest } from '../registry/a-registry.ts';

const MIB = 1024 * 1024;
/** Takes seconds to parse, and is wrong at its end. */
const DENSE = `${'{{a}}'.repeat(200_000)}{{`;

describe('a check that needs neither body nor source', () => {
  let registry: RegistryForTest;
  before(async () => {
    // Nothing long can be read.
    registry = await aRegistry({
      serving: { work: { limits: { waitingPerKey: 0, waiting: 0, places: 0 } } },
    });
    await registry.publish('p', 'One', null);
    await registry.publish('p', 'Two', 1);
    await registry.publish('old', 'One', null);
    await registry.call('POST', '/v1/prompts/old/-/archive', {});
  });
  after(() => registry.close());

  /** Sends the headers and the first byte of a long body, and waits for the answer. */
  async function unread(path: string, as: string): Promise<Json> {
    const [environment = '', role] = as.split(' ');
    const headers = {
      authorization: `Bearer ${await registry.key(environment, role as 'admin')}`,
      'content-type': 'application/json',
      'content-length': MIB,
    };
    const request = httpRequest(registry.url + path, { method: 'POST', headers });
    const { promise, resolve, reject } = Promise.withResolvers<Json>();
    request.on('response', async response => {
      resolve(JSON.parse((await Array.fromAsync(response)).join('')));
      request.destroy();
    });
    request.on('error', reject);
    request.write('{');
    return promise;
  }

  for (const [path, as, code] of [
    ['/v1/prompts/p/-/versions', 'development reader', 'role_too_low'],
    ['/v1/prompts/p/-/versions', 'production author', 'publishing_not_allowed'],
    ['/v1/prompts/old/-/versions', 'development author', 'prompt_archived'],
    ['/v1/prompts/P../-/versions', 'development author', 'invalid_name'],
    ['/v1/prompts/p/-/versions?dryRun=1', 'development author', 'invalid_request'],
    ['/v1/prompts/none/-/render', 'development reader', 'prompt_not_found'],
    ['/v1/promotions/none/approve', 'development author', 'role_too_low'],
  ] as const)
    it(`answers ${code} to a ${as} at ${path} before the body is there`, async () => {
      const answered = await unread(path, as);
      assert.equal(answered.code, code, JSON.stringify(answered));
    });

  it('reports an outdated base before parsing the source', async () => {
    for (const base of [null, 1, 3]) {
      const body = { source: DENSE.slice(0, 10_000), message: '', base };
      const answered = await registry.call('POST', '/v1/prompts/p/-/versions', body);
      assertProblem(answered, 409, 'base_outdated', /is at version 2 now/);
      assert.equal(answered.json.newest.version, 2);
    }
  });

  it('reports an outdated base whatever else is wrong with a short source, and accepts an unchanged source with any base', async () => {
    const wrong = { source: '{{#if', message: '', base: 1 };
    assertProblem(await registry.call('POST', '/v1/prompts/p/-/versions', wrong), 409, 'base_outdated');
    const same = { source: 'Two', message: '', base: 1 };
    assert.equal((await registry.call('POST', '/v1/prompts/p/-/versions', same)).status, 200);
  });
});
