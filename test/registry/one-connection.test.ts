/** A connection is nobody: each request over it is judged by its own key, as if it came alone. */
import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { aRegistry, type RegistryForTest } from './a-registry.ts';

const PATH = '/v1/prompts/support/triage';

describe('requests over one connection', () => {
  let registry: RegistryForTest;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  before(async () => {
    registry = await aRegistry();
    await registry.publish('support/triage', 'One', null);
    await registry.publish('support/triage', 'Two', 1);
    await registry.promote('support/triage', 1, 'development');
    await registry.promote('support/triage', 2, 'staging');
  });
  after(async () => {
    agent.destroy();
    await registry[Symbol.asyncDispose]();
  });

  let used = 0;
  async function get(key: string): Promise<string> {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    const asking = request(
      registry.url + PATH,
      { agent, headers: { Authorization: `Bearer ${key}` } },
      async answer => {
        const body = await text(answer);
        const { statusCode = 0 } = answer;
        resolve(statusCode === 200 ? body : `${statusCode} ${JSON.parse(body).code}`);
      },
    );
    asking.once('error', reject).end();
    const answered = await promise;
    if (asking.reusedSocket) used++;
    return answered;
  }

  it('are each answered for their own key', async () => {
    const development = await registry.key('development', 'reader');
    const staging = await registry.key('staging', 'reader');
    const ofAnother = await registry.key('development', 'reader', 'another');
    const [, environment = '', id = ''] = development.split('_');
    // The secret and checksum of another key under this one's id.
    const mixed = `pf_${environment}_${id}_${ofAnother.split('_')[3]}`;
    assert.equal(await get(development), 'One');
    used = 0;
    const asked = [
      development,
      staging,
      mixed,
      development,
      `${development.slice(0, -1)}!`,
      'x',
      development,
    ];
    const told: string[] = [];
    for (const key of asked) told.push(await get(key));
    assert.deepEqual(told.slice(0, 2), ['One', 'Two']);
    assert.match(told[2] ?? '', /^401 key_/);
    assert.deepEqual(told.slice(3), ['One', '401 key_malformed', '401 key_malformed', 'One']);
    assert.equal(used, asked.length, 'it was one connection');
  });

  it('are refused as soon as their key is revoked', async () => {
    const key = await registry.key('development', 'reader', 'revoked');
    assert.deepEqual([await get(key), await get(key)], ['One', 'One']);
    const { status } = await registry.call('POST', `/v1/keys/${key.split('_')[2]}/revoke`, {});
    assert.equal(status, 200);
    assert.equal(await get(key), '401 key_revoked');
  });

  it('report a key that was not copied in full, before and after the whole key was used', async () => {
    const key = await registry.key('development', 'reader', 'copied');
    const last = key.at(-1) === 'a' ? 'b' : 'a';
    const damaged = `${key.slice(0, -1)}${last}`;
    assert.equal(await get(damaged), '401 key_malformed');
    assert.equal(await get(key), 'One');
    assert.equal(await get(damaged), '401 key_malformed');
  });
});
