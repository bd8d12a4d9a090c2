/** Who wrote a version that a promotion changes counts as who requested it, unless the policy says otherwise. */
import assert from 'node:assert/strict';
import { aGovernedRegistry, type GovernedRegistry } from './a-governed-registry.ts';
import { type Answered, assertProblem, type Json } from './a-registry.ts';
import { anOlderKey } from './an-older-key.ts';

const CI = 'production author ci';

describe('four-eyes approvals', () => {
  let governed: GovernedRegistry;
  let names = 0;
  let p = '';
  beforeEach(() => {
    p = `eyes/p${++names}`;
  });
  before(async () => {
    governed = await aGovernedRegistry();
    await governed.policy({ promoteFrom: null });
  });
  after(() => governed[Symbol.asyncDispose]());
  afterEach(() => governed.policy({ authorsMayApprove: false, approvals: 1, rollbackNeedsApproval: false }));

  const publish = (prompt: string, source: string, base: number | null, actor: string) =>
    governed.registry.publish(prompt, source, base, { as: `development author ${actor}` });
  const request = (prompt: string, version: number, expected: number | null, change: object = {}) =>
    governed.registry.call(
      'POST',
      `/v1/prompts/${prompt}/-/promotions`,
      { environment: 'production', channel: 'stable', version, reason: 'Release', expected, ...change },
      { as: CI },
    );
  const refused = async (asked: Answered, actor: string, reference: string) =>
    assertProblem(
      await governed.approve(asked, actor),
      409,
      'self_approval',
      new RegExp(`^You wrote ${reference}, .*An approver of production who neither requested it nor wrote`),
    );

  it('exclude the author of the version when a CI key requested it, whatever the key and spelling', async () => {
    await publish(p, 'one', null, 'ana');
    const asked = await request(p, 1, null);
    assert.deepEqual(asked.json.authors, ['ana']);
    for (const actor of ['ana', 'Ana', 'ANA']) await refused(asked, actor, `${p}@1`);
    assertProblem(
      await governed.act('approve', asked, 'production admin ana'),
      409,
      'self_approval',
      /You wrote/,
    );
    assert.equal((await governed.again(asked)).state, 'pending');
    const approved = await governed.approve(asked, 'ben');
    assert.deepEqual([approved.status, approved.json.state, approved.json.authors], [200, 'applied', []]);
  });

  it('exclude the authors of all versions between live and requested, and of no others', async () => {
    await publish(p, 'one', null, 'ana');
    await publish(p, 'two', 1, 'ben');
    await publish(p, 'three', 2, 'cid');
    await publish(p, 'four', 3, 'dee');
    assert.equal((await governed.approve(await request(p, 1, null), 'eve')).status, 200);
    const asked = await request(p, 3, 1);
    assert.deepEqual(asked.json.authors, ['ben', 'cid']);
    await refused(asked, 'ben', `${p}@2`);
    await refused(asked, 'cid', `${p}@3`);
    assert.equal((await governed.approve(asked, 'ana')).status, 200, 'her version was live already');
  });

  it('exclude the author of any version while nothing is live', async () => {
    await publish(p, 'one', null, 'ana');
    await publish(p, 'two', 1, 'ben');
    const asked = await request(p, 2, null);
    await refused(asked, 'ana', `${p}@1`);
    await refused(asked, 'ben', `${p}@2`);
  });

  it('exclude the authors of changed partials, also nested ones, for every version between', async () => {
    await publish(`${p}/_inner`, 'inner one', null, 'ida');
    await publish(`${p}/_outer`, '{{> inner}} outer', null, 'otto');
    await publish(`${p}/use`, '{{> outer}} use', null, 'uma');
    assert.equal((await governed.approve(await request(`${p}/use`, 1, null), 'eve')).status, 200);
    await publish(`${p}/_inner`, 'inner two', 1, 'ina');
    await publish(`${p}/_inner`, 'inner three', 2, 'ian');
    await publish(`${p}/_outer`, '{{> inner}} outer!', 1, 'olga');
    await publish(`${p}/use`, '{{> outer}} use', 1, 'uwe');
    const asked = await request(`${p}/use`, 2, 1);
    assert.deepEqual(asked.json.authors.toSorted(), ['ian', 'ina', 'olga', 'uwe']);
    await refused(asked, 'ina', `${p}/_inner@2`);
    await refused(asked, 'ian', `${p}/_inner@3`);
    await refused(asked, 'olga', `${p}/_outer@2`);
    assert.equal((await governed.approve(asked, 'ida')).status, 200);
  });

  it('exclude the author of a newly used partial, but not of one no longer used', async () => {
    await publish(`${p}/_old`, 'old', null, 'ola');
    await publish(`${p}/_new`, 'new', null, 'nia');
    await publish(`${p}/use`, '{{> old}}', null, 'uma');
    assert.equal((await governed.approve(await request(`${p}/use`, 1, null), 'eve')).status, 200);
    await publish(`${p}/use`, '{{> new}}', 1, 'uwe');
    const asked = await request(`${p}/use`, 2, 1);
    assert.deepEqual(asked.json.authors.toSorted(), ['nia', 'uwe']);
    await refused(asked, 'nia', `${p}/_new@1`);
    assert.equal((await governed.approve(asked, 'ola')).status, 200);
  });

  it('exclude, for a pending rollback, the authors of the versions it undoes and of the one it restores', async () => {
    await publish(p, 'one', null, 'ana');
    await publish(p, 'two', 1, 'ben');
    await publish(p, 'three', 2, 'cid');
    for (const [version, from] of [[1, null] as const, [2, 1] as const, [3, 2] as const])
      assert.equal((await governed.approve(await request(p, version, from), 'eve')).status, 200);
    await governed.policy({ rollbackNeedsApproval: true });
    const asked = await request(p, 2, 3);
    assert.deepEqual([asked.status, asked.json.rollback, asked.json.authors], [202, true, ['ben', 'cid']]);
    await refused(asked, 'ben', `${p}@2`);
    await refused(asked, 'cid', `${p}@3`);
    assert.equal((await governed.approve(asked, 'ana')).status, 200);
  });

  it('do not keep an author from rolling back at once where the policy asks for no approval', async () => {
    await publish(p, 'one', null, 'ana');
    await publish(p, 'two', 1, 'ana');
    for (const [version, from] of [[1, null] as const, [2, 1] as const])
      assert.equal((await governed.approve(await request(p, version, from), 'eve')).status, 200);
    const { registry } = governed;
    const body = { environment: 'production', channel: 'stable', version: 1, reason: 'Wrong', expected: 2 };
    const as = 'production approver ana';
    assert.equal((await registry.call('POST', `/v1/prompts/${p}/-/promotions`, body, { as })).status, 201);
  });

  it('accept authors while the policy allows them, and stop counting theirs when it no longer does', async () => {
    await publish(p, 'one', null, 'ana');
    await publish(p, 'two', 1, 'ben');
    await governed.policy({ authorsMayApprove: true, approvals: 2 });
    const asked = await request(p, 2, null);
    assert.deepEqual(asked.json.authors, []);
    assert.equal((await governed.approve(asked, 'ana')).status, 202);
    await governed.policy({ authorsMayApprove: false });
    const now = await governed.again(asked);
    assert.deepEqual([now.approvals, now.authors], [[], ['ana', 'ben']], 'what ana gave counts no more');
    await refused(asked, 'ben', `${p}@2`);
    assert.equal((await governed.approve(asked, 'cid')).status, 202);
    assert.equal((await governed.approve(asked, 'eve')).json.state, 'applied');
  });

  it('hold a planned promotion that only authors approved, when a stricter policy applies at its time', async () => {
    await publish(p, 'one', null, 'ana');
    await governed.policy({ authorsMayApprove: true });
    const asked = await request(p, 1, null, { effectiveAt: governed.hence(60_000) });
    assert.equal((await governed.approve(asked, 'ana')).json.state, 'planned');
    await governed.policy({ authorsMayApprove: false });
    governed.clock.now += 61_000;
    await governed.scheduled();
    const { state, held } = await governed.again(asked);
    assert.deepEqual([state, held?.code], ['pending', 'too_few_approvals']);
    assert.match(held?.detail ?? '', /this has 0 that count: authors of what it changes may not approve it/);
  });

  it('ignore invisible characters in the names of older registries', async () => {
    await publish(p, 'one', null, 'ana');
    const asked = await request(p, 1, null);
    await governed.policy({ approvals: 2 });
    const withKeyOf = async (actor: string) => {
      const key = await anOlderKey(governed.registry.store, 'production', 'approver', actor);
      return governed.registry.call('POST', `/v1/promotions/${asked.json.id}/approve`, undefined, {
        headers: { authorization: `Bearer ${key}` },
      });
    };
    for (const actor of ['ana\u200b', '\u2060ana', 'a\u00adna', 'ａｎａ\u3164', 'ana\u{e0020}', 'ana\u2800'])
      assertProblem(await withKeyOf(actor), 409, 'self_approval', /^You wrote/);
    assertProblem(await withKeyOf('c\u200bi'), 409, 'self_approval', /^You requested/);
    assert.equal((await withKeyOf('ben')).status, 202);
    assertProblem(await withKeyOf('b\ufeffen'), 409, 'already_approved');
  });

  it('exclude authors by default, also for policies set by older releases', async () => {
    const { registry } = governed;
    const { json } = await registry.call('GET', '/v1/environments');
    const { policy } = json.data.find((one: Json) => one.name === 'production');
    const { authorsMayApprove, ...older } = policy;
    assert.equal(authorsMayApprove, false);
    const as = 'production admin';
    const set = await registry.call('PUT', '/v1/environments/production', older, { as });
    assert.equal(set.json.policy.authorsMayApprove, false);
  });

  it('use the policy at commit: when a policy and an approval race, one comes first', async () => {
    await publish(p, 'one', null, 'ana');
    for (let round = 0; round < 5; round++) {
      await governed.policy({ authorsMayApprove: true, approvals: 3 });
      const asked = await request(p, 1, null);
      const [, approved] = await Promise.all([
        governed.policy({ authorsMayApprove: false }),
        governed.approve(asked, 'ana'),
      ]);
      assert.ok([202, 409].includes(approved.status), approved.text);
      assert.deepEqual((await governed.again(asked)).approvals, []);
      assert.equal((await governed.act('cancel', asked, CI)).status, 200);
    }
  });
});
