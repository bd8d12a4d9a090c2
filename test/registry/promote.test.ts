import assert from 'node:assert/strict';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { aRegistry, assertProblem, type Json, type RegistryForTest } from './a-registry.ts';

describe('promoting', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
    await publishThree('p');
  });
  after(() => registry[Symbol.asyncDispose]());
  const publishThree = async (prompt: string) => {
    await registry.publish(prompt, 'one', null);
    await registry.publish(prompt, 'two', 1);
    await registry.publish(prompt, 'three', 2);
  };
  const promote = (change: object = {}, as = 'development approver', prompt = 'p') =>
    registry.call(
      'POST',
      `/v1/prompts/${prompt}/-/promotions`,
      { environment: 'development', channel: 'stable', version: 1, reason: 'Try', expected: null, ...change },
      { as },
    );

  it('moves a pointer, and records the previous version, who and why', async () => {
    await publishThree('first');
    const { status, json, headers } = await promote({}, 'development approver nia', 'first');
    assert.equal(status, 201);
    const { id, requestedAt, appliedAt, ...rest } = json;
    assert.equal(headers.get('location'), `/v1/promotions/${id}`);
    assert.equal(requestedAt, appliedAt);
    assert.deepEqual(rest, {
      prompt: 'first',
      environment: 'development',
      channel: 'stable',
      version: 1,
      from: null,
      rollback: false,
      reason: 'Try',
      state: 'applied',
      requestedBy: 'nia',
      effectiveAt: null,
      approvals: [],
      approvalsNeeded: 0,
      authors: [],
      held: null,
      closed: null,
      supersededBy: null,
      release: null,
      owners: [],
    });
    assert.deepEqual((await registry.call('GET', `/v1/promotions/${id}`)).json, json);
    const { json: summary } = await registry.call('GET', '/v1/prompts/first/-/summary');
    assert.deepEqual(summary.pointers, [
      {
        environment: 'development',
        channel: 'stable',
        version: 1,
        promotedAt: appliedAt,
        promotedBy: 'nia',
        promotion: id,
      },
    ]);
    const { json: log } = await registry.call('GET', '/v1/changes?limit=1000');
    const event = log.events.find((one: Json) => String(one.seq) === id);
    assert.equal(event.kind, 'promotion.applied');
    assert.deepEqual(event.data, { promotion: id, from: null, reason: 'Try', rollback: false });
  });
  it('is refused when the pointer is not at the expected version', async () => {
    await publishThree('moved');
    await registry.promote('moved', 1, 'development');
    const promoteMoved = (change: object) => promote(change, 'development approver', 'moved');
    for (const expected of [null, 3]) {
      const answered = await promoteMoved({ version: 2, expected });
      assertProblem(answered, 409, 'pointer_moved', /version 1 now/);
      assert.equal(answered.json.current, 1);
    }
    const unset = await promoteMoved({ channel: 'canary', expected: 1 });
    assertProblem(unset, 409, 'pointer_moved', /unset now/);
    assert.equal(unset.json.current, null);
    assertProblem(await promoteMoved({ version: 1, expected: 1 }), 409, 'already_live');
  });
  it('lets one of many with the same expectation win', async () => {
    await registry.publish('race', 'one', null);
    for (let version = 1; version < 7; version++) await registry.publish('race', `v${version}`, version);
    const answers = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(version => promote({ version }, 'development approver', 'race')),
    );
    assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 409, 409, 409, 409, 409]);
    for (const answered of answers)
      if (answered.status === 409) assertProblem(answered, 409, 'pointer_moved');
  });
  it('lets one win across two processes on one data folder, as publishing does', async () => {
    await using other = await aRegistry({ folder: registry.folder });
    await registry.publish('both', 'one', null);
    await other.publish('both', 'two', 1);
    const both = [registry, other];
    const published = await Promise.all(
      [0, 1, 2, 3, 4, 5].map(n =>
        both[n % 2]!.call('POST', '/v1/prompts/both/-/versions', { source: `n ${n}`, message: '', base: 2 }),
      ),
    );
    assert.deepEqual(published.map(({ status }) => status).sort(), [201, 409, 409, 409, 409, 409]);
    const promoted = await Promise.all(
      [1, 2, 3].flatMap(version =>
        both.map(each =>
          each.call('POST', '/v1/prompts/both/-/promotions', {
            environment: 'development',
            channel: 'stable',
            version,
            reason: 'Race',
            expected: null,
          }),
        ),
      ),
    );
    assert.deepEqual(promoted.map(({ status }) => status).sort(), [201, 409, 409, 409, 409, 409]);
    const texts = await Promise.all(both.map(each => each.call('GET', '/v1/prompts/both')));
    assert.equal(texts[0]?.text, texts[1]?.text);
  });
  it('recognizes a rollback: a version this pointer was at before', async () => {
    await registry.publish('r', 'one', null);
    await registry.publish('r', 'two', 1);
    await registry.promote('r', 1, 'development');
    const forward = await registry.promote('r', 2, 'development');
    const back = await registry.promote('r', 1, 'development');
    assert.deepEqual([forward.rollback, forward.from], [false, 1]);
    assert.deepEqual([back.rollback, back.from], [true, 2]);
    const canary = await registry.promote('r', 1, 'development', 'canary');
    assert.equal(canary.rollback, false, 'another pointer was never there');
  });
  it('requires a version that was stable in promoteFrom', async () => {
    await publishThree('staged');
    const release = () => promote({ environment: 'production' }, 'production approver', 'staged');
    assertProblem(await release(), 409, 'not_promoted_from', /staging/);
    await registry.promote('staged', 1, 'staging', 'canary');
    assertProblem(await release(), 409, 'not_promoted_from');
    await registry.promote('staged', 1, 'staging');
    await registry.promote('staged', 2, 'staging');
    assert.equal((await release()).status, 201, 'it was stable there once');
  });
  it('requires no such thing of a rollback, even if the policy came later', async () => {
    await using own = await aRegistry();
    await own.publish('late', 'one', null);
    await own.publish('late', 'two', 1);
    await own.promote('late', 1, 'staging');
    await own.promote('late', 2, 'staging');
    const { json } = await own.call('GET', '/v1/environments');
    const { policy } = json.data.find((one: Json) => one.name === 'staging');
    const put = { ...policy, promoteFrom: 'development' };
    const { status } = await own.call('PUT', '/v1/environments/staging', put, { as: 'staging admin' });
    assert.equal(status, 200);
    assert.equal((await own.promote('late', 1, 'staging')).rollback, true);
  });
  it('needs a key of that environment with the approver role', async () => {
    for (const as of ['development admin', 'staging admin'])
      assertProblem(await promote({ environment: 'production' }, as), 403, 'wrong_environment');
    const change = { version: 3 };
    assertProblem(await promote(change, 'development author'), 403, 'role_too_low', /approver/);
    assertProblem(await promote(change, 'development reader'), 403, 'role_too_low');
  });
  it('names what does not exist', async () => {
    assertProblem(await promote({}, 'development admin', 'nothing'), 404, 'prompt_not_found');
    assertProblem(await promote({ version: 9 }), 404, 'version_not_found', /newest is 3/);
    assertProblem(await promote({ environment: 'moon' }), 404, 'environment_not_found', /staging/);
    assertProblem(await registry.call('GET', '/v1/promotions/999'), 404, 'promotion_not_found');
    assertProblem(await registry.call('GET', '/v1/promotions/x'), 404, 'promotion_not_found');
  });
  it('requires a reason, never moves latest, and refuses unknown fields', async () => {
    const wrong: [object, string][] = [
      [{ reason: '' }, '/reason'],
      [{ channel: 'latest' }, '/channel'],
      [{ expected: undefined }, '/expected'],
      [{ version: 0 }, '/version'],
      [{ expcted: 1 }, '/expcted'],
    ];
    for (const [change, pointer] of wrong) {
      const answered = await promote(change);
      assertProblem(answered, 422, 'invalid_request');
      assert.equal(answered.json.fields[0].pointer, pointer);
    }
  });
  it('of archived prompts still allows rolling back what is live', async () => {
    await registry.publish('old', 'one', null);
    await registry.publish('old', 'two', 1);
    await registry.promote('old', 1, 'development');
    await registry.promote('old', 2, 'development');
    await registry.call('POST', '/v1/prompts/old/-/archive');
    assert.equal((await registry.promote('old', 1, 'development')).rollback, true);
  });
});

describe('a policy that asks for approvals', () => {
  let registry: RegistryForTest;
  beforeEach(async () => {
    registry = await aRegistry({ environments: defaultEnvironments(1) });
    await registry.publish('p', 'one', null);
    await registry.publish('p', 'two', 1);
    await registry.promote('p', 1, 'staging');
    await registry.promote('p', 2, 'staging');
  });
  afterEach(() => registry[Symbol.asyncDispose]());
  const promote = (version: number, expected: number | null, as: string) =>
    registry.call(
      'POST',
      '/v1/prompts/p/-/promotions',
      { environment: 'production', channel: 'stable', version, reason: 'Release', expected },
      { as },
    );

  it('records the request of an author or an approver as pending, and moves nothing', async () => {
    for (const role of ['author', 'approver']) {
      const { status, json } = await promote(1, null, `production ${role}`);
      assert.equal(status, 202);
      assert.deepEqual([json.state, json.appliedAt], ['pending', null]);
      const { json: log } = await registry.call('GET', '/v1/changes?limit=1000');
      const event = log.events.find((one: Json) => String(one.seq) === json.id);
      assert.equal(event.kind, 'promotion.requested');
    }
    const unset = await registry.call('GET', '/v1/prompts/p', undefined, { as: 'production reader' });
    assertProblem(unset, 404, 'prompt_not_found');
    const released = await registry.call('GET', '/v1/prompts/p?version=1', undefined, {
      as: 'production reader',
    });
    assertProblem(released, 404, 'prompt_not_found');
    const { json } = await registry.call('GET', '/v1/promotions?state=pending&environment=production');
    assert.equal(json.data.length, 1, 'the newer took the place of the older');
  });
  it('lets a rollback act at once, unless configured otherwise', async () => {
    const policy = async (change: object) => {
      const { json } = await registry.call('GET', '/v1/environments');
      const present = json.data.find((one: Json) => one.name === 'production').policy;
      const put = { ...present, ...change };
      const { status } = await registry.call('PUT', '/v1/environments/production', put, {
        as: 'production admin',
      });
      assert.equal(status, 200);
    };
    await policy({ approvals: 0 });
    assert.equal((await promote(1, null, 'production approver')).status, 201);
    assert.equal((await promote(2, 1, 'production approver')).status, 201);
    await policy({ approvals: 2 });
    assertProblem(await promote(1, 2, 'production author'), 403, 'role_too_low');
    assert.equal((await promote(1, 2, 'production approver')).status, 201);
    await policy({ rollbackNeedsApproval: true });
    assert.equal((await promote(2, 1, 'production approver')).status, 202);
  });
});
