import assert from 'node:assert/strict';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { aRegistry, assertProblem, type Json, type RegistryForTest } from './a-registry.ts';

describe('environments', () => {
  let registry: RegistryForTest;
  beforeEach(async () => {
    registry = await aRegistry();
  });
  afterEach(() => registry[Symbol.asyncDispose]());
  const [development, , production] = defaultEnvironments(0);
  const put = (name: string, policy: unknown, as = 'development admin') =>
    registry.call('PUT', `/v1/environments/${name}`, policy, { as });
  const kinds = async () =>
    (await registry.call('GET', '/v1/changes?limit=1000')).json.events.map((one: Json) => one.kind);

  it('are listed in promotion order, with their policies', async () => {
    const { json } = await registry.call('GET', '/v1/environments', undefined, { as: 'production author' });
    assert.deepEqual(json, { data: defaultEnvironments(0), nextCursor: null });
  });
  it('affect delivery as soon as they change', async () => {
    await registry.publish('p', 'draft', null);
    const draft = () =>
      registry.call('GET', '/v1/prompts/p?channel=latest', undefined, { as: 'production reader' });
    assertProblem(await draft(), 403, 'channel_not_served');
    const policy = { ...production!.policy, serves: ['stable', 'latest'], authorsReadDrafts: true };
    assert.equal((await put('production', policy, 'production admin')).status, 200);
    assert.equal((await draft()).text, 'draft');
  });
  it('record a change of policy, but not the same policy set again', async () => {
    await registry.key('development');
    const before = await kinds();
    assert.equal((await put('development', development!.policy)).status, 200);
    assert.deepEqual(await kinds(), before);
    await put('development', { ...development!.policy, approvals: 2 });
    assert.deepEqual((await kinds()).slice(before.length), ['environment.set']);
  });
  it('are set by their own admins, and added by admins of one that publishes', async () => {
    assertProblem(await put('production', production!.policy), 403, 'wrong_environment');
    assertProblem(await put('development', development!.policy, 'development approver'), 403, 'role_too_low');
    assertProblem(
      await put('preview', production!.policy, 'production admin'),
      403,
      'publishing_not_allowed',
    );
    const added = await put('preview', { ...production!.policy, promoteFrom: 'development' });
    assert.equal(added.status, 201);
    const { json } = await registry.call('GET', '/v1/environments');
    assert.deepEqual(
      json.data.map((one: Json) => one.name),
      ['development', 'staging', 'production', 'preview'],
    );
  });
  it('refuse an invalid policy', async () => {
    const { policy } = development!;
    assertProblem(await put('development', { ...policy, promoteFrom: 'moon' }), 404, 'environment_not_found');
    assertProblem(
      await put('development', { ...policy, promoteFrom: 'development' }),
      422,
      'invalid_request',
      /circle/,
    );
    const staging = { ...policy, promoteFrom: 'production' };
    assertProblem(
      await put('staging', staging, 'staging admin'),
      422,
      'invalid_request',
      /staging → production → staging/,
    );
    assertProblem(
      await put('development', { ...policy, serves: ['stable', 'stable'] }),
      422,
      'invalid_request',
      /twice/,
    );
    assertProblem(await put('development', { ...policy, serves: [] }), 422, 'invalid_request');
    assertProblem(await put('development', { ...policy, approvals: -1 }), 422, 'invalid_request');
    assertProblem(await put('development', { ...policy, extra: true }), 422, 'invalid_request', /extra/);
    assertProblem(await put('Development', policy), 422, 'invalid_request');
  });
});
