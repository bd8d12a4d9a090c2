import assert from 'node:assert/strict';
import { promotionSchedule } from '../../src/registry/promotions/schedule.ts';
import { aGovernedRegistry, type GovernedRegistry, HOUR, START } from './a-governed-registry.ts';
import { aRegistry, assertProblem } from './a-registry.ts';

describe('a planned promotion', () => {
  let governed: GovernedRegistry;
  beforeEach(async () => {
    governed = await aGovernedRegistry();
  });
  afterEach(() => governed[Symbol.asyncDispose]());

  it('waits for its time once approved, and is applied then, not before', async () => {
    const { clock, request, approve, again, live, events, kindsOf, scheduled, hence } = governed;
    const asked = await request(1, null, { effectiveAt: '2026-09-12T15:00:00+02:00' });
    assert.equal(asked.json.effectiveAt, hence(HOUR));
    const planned = await approve(asked, 'ada');
    assert.deepEqual([planned.status, planned.json.state], [202, 'planned']);
    clock.now += HOUR - 1;
    await scheduled();
    assert.equal(await live(), null);
    clock.now += 1;
    await scheduled();
    assert.equal(await live(), 1);
    const { state, appliedAt } = await again(asked);
    assert.deepEqual([state, appliedAt], ['applied', hence(0)]);
    const event = (await events()).at(-1);
    assert.deepEqual([event.kind, event.actor, event.key], ['promotion.applied', 'rae', 'schedule']);
    assert.deepEqual(await kindsOf(asked), ['requested', 'approved', 'planned', 'applied']);
  });
  it('is applied at once if its time has passed at approval', async () => {
    const { clock, request, approve, again, scheduled, hence } = governed;
    const asked = await request(1, null, { effectiveAt: hence(HOUR) });
    clock.now += 2 * HOUR;
    await scheduled();
    assert.equal((await again(asked)).state, 'pending');
    assert.equal((await approve(asked, 'ada')).json.state, 'applied');
  });
  it('is planned without approval where the policy asks for none, by whoever could apply it', async () => {
    const { clock, request, approve, again, policy, scheduled, hence } = governed;
    await policy({ approvals: 0 });
    const time = { effectiveAt: hence(HOUR) };
    assertProblem(await request(1, null, time), 403, 'role_too_low');
    const asked = await request(1, null, time, 'production approver');
    assert.deepEqual([asked.status, asked.json.state], [202, 'planned']);
    await policy({ approvals: 1 });
    clock.now += HOUR;
    await scheduled();
    const held = await again(asked);
    assert.deepEqual([held.state, held.held?.code], ['pending', 'too_few_approvals']);
    assert.equal((await approve(asked, 'ada')).json.state, 'applied');
  });
  it('must have a time in the future, within a year', async () => {
    const { request, hence } = governed;
    for (const effectiveAt of [hence(0), hence(-1), hence(367 * 24 * HOUR), '2026-02-30T00:00:00Z', 'soon']) {
      const refused = await request(1, null, { effectiveAt });
      assertProblem(refused, 422, 'invalid_request');
      assert.equal(refused.json.fields[0].pointer, '/effectiveAt');
    }
    assert.equal((await request(1, null, { effectiveAt: hence(365 * 24 * HOUR) })).status, 202);
    assert.equal((await request(1, null, { effectiveAt: null })).status, 202);
  });
  it('can be canceled or rejected until its time', async () => {
    const { clock, request, act, approve, live, scheduled, hence } = governed;
    for (const what of ['cancel', 'reject']) {
      const asked = await request(1, null, { effectiveAt: hence(HOUR) });
      await approve(asked, 'ada');
      assert.equal((await act(what, asked, 'production admin bo')).status, 200);
      clock.now += HOUR;
      await scheduled();
      assert.equal(await live(), null);
    }
  });
  it('is held when the pointer has moved, and says why', async () => {
    const { clock, request, approve, again, live, kindsOf, scheduled, hence } = governed;
    await approve(await request(1, null), 'ada');
    await approve(await request(2, 1), 'ada');
    const asked = await request(3, 2, { effectiveAt: hence(HOUR) });
    await approve(asked, 'ada');
    await request(1, 2, {}, 'production approver oncall');
    clock.now += HOUR;
    await scheduled();
    const { state, held, approvals } = await again(asked);
    assert.deepEqual([state, held?.code, held?.at, approvals], ['pending', 'pointer_moved', hence(0), []]);
    assert.match(held?.detail ?? '', /version 1 now/);
    assert.equal(await live(), 1);
    await scheduled();
    assert.deepEqual(await kindsOf(asked), ['requested', 'approved', 'planned', 'held']);
    // Approving tries again, with approvals that are new.
    assertProblem(await approve(asked, 'ada'), 409, 'pointer_moved');
    await request(2, 1, {}, 'production approver oncall');
    assert.equal((await approve(asked, 'ada')).json.state, 'applied');
    assert.equal(await live(), 3);
  });
  it('is held when the policy now asks for more approvals, unless they are given in time', async () => {
    const { clock, request, approve, again, live, policy, scheduled, hence } = governed;
    const asked = await request(1, null, { effectiveAt: hence(HOUR) });
    await approve(asked, 'ada');
    await policy({ approvals: 2 });
    const more = await approve(asked, 'bo');
    assert.deepEqual([more.status, more.json.state, more.json.approvals.length], [202, 'planned', 2]);
    await policy({ approvals: 3 });
    clock.now += HOUR;
    await scheduled();
    assert.equal((await again(asked)).held?.code, 'too_few_approvals');
    assert.equal(await live(), null);
  });
  it('is held when a key that approved it is revoked', async () => {
    const { clock, request, approve, again, live, revokeKeyOf, scheduled, hence } = governed;
    const asked = await request(1, null, { effectiveAt: hence(HOUR) });
    await approve(asked, 'ada');
    await revokeKeyOf('ada');
    assert.deepEqual(
      [(await again(asked)).state, (await again(asked)).held?.code],
      ['pending', 'key_revoked'],
    );
    clock.now += HOUR;
    await scheduled();
    assert.equal(await live(), null);
  });
  it('is held when the key that planned it is revoked, while a plain request is not', async () => {
    const { clock, request, again, live, policy, revokeKeyOf, scheduled, hence } = governed;
    const waiting = await request(1, null, { channel: 'canary' }, 'production approver ada');
    await policy({ approvals: 0 });
    const asked = await request(1, null, { effectiveAt: hence(HOUR) }, 'production approver ada');
    await revokeKeyOf('ada');
    assert.equal((await again(asked)).held?.code, 'key_revoked');
    assert.equal((await again(waiting)).held, null);
    clock.now += HOUR;
    await scheduled();
    assert.equal(await live(), null);
  });
  it("is applied by the clock at the log's time, so a shifted log does not bring it forward", async () => {
    const { clock, request, approve, again, publishAt, scheduled, hence } = governed;
    const asked = await request(1, null, { effectiveAt: hence(HOUR) });
    await approve(asked, 'ada');
    // By a process whose clock is ahead: the one that serves has a schedule of its own, which looks at its own clock.
    await publishAt(START + 3 * HOUR, 'another');
    await scheduled();
    assert.equal((await again(asked)).state, 'planned');
    clock.now += HOUR;
    await scheduled();
    const { state, appliedAt } = await again(asked);
    assert.deepEqual([state, appliedAt], ['applied', new Date(START + 3 * HOUR).toISOString()]);
  });
  it('is applied once, by one of many processes', async () => {
    const { registry, clock, request, approve, kindsOf, hence } = governed;
    await using other = await aRegistry({ folder: registry.folder, now: () => new Date(clock.now) });
    const asked = await request(1, null, { effectiveAt: hence(HOUR) });
    await approve(asked, 'ada');
    clock.now += HOUR;
    const schedules = [registry, other, registry, other].map(({ store }) =>
      promotionSchedule({ store, onFault: assert.ifError }),
    );
    await Promise.all(schedules.map(schedule => schedule.applyDue()));
    assert.deepEqual(await kindsOf(asked), ['requested', 'approved', 'planned', 'applied']);
  });
});
