import assert from 'node:assert/strict';
import type { Promotion } from '../../src/contract/promotions.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { Problem } from '../../src/core/problem.ts';
import { authorizedWrite } from '../../src/registry/access/authorized-write.ts';
import { approve as decide } from '../../src/registry/promotions/decide.ts';
import { aGovernedRegistry, type GovernedRegistry, HOUR } from './a-governed-registry.ts';
import { aRegistry, ask, assertProblem, type Json } from './a-registry.ts';

describe('approvals', () => {
  let governed: GovernedRegistry;
  beforeEach(async () => {
    governed = await aGovernedRegistry();
  });
  afterEach(() => governed[Symbol.asyncDispose]());

  describe('by two people', () => {
    it('apply the promotion with the last one, and record who approved, when and why', async () => {
      const { registry, clock, request, approve, live, events, kindsOf, hence } = governed;
      const asked = await request(1, null);
      assert.equal(asked.status, 202);
      clock.now += HOUR;
      const { status, json } = await approve(asked, 'ada', 'Read it twice');
      assert.equal(status, 200);
      assert.deepEqual(
        [json.state, json.requestedBy, json.requestedAt, json.appliedAt],
        ['applied', 'rae', hence(-HOUR), hence(0)],
      );
      assert.deepEqual(json.approvals, [{ actor: 'ada', at: hence(0), comment: 'Read it twice' }]);
      assert.equal(await live(), 1);
      assert.deepEqual(await kindsOf(asked), ['requested', 'approved', 'applied']);
      const applied = (await events()).at(-1);
      assert.deepEqual(
        [applied.actor, applied.version, applied.data],
        ['ada', 1, { promotion: json.id, from: null, reason: 'Release', rollback: false }],
      );
      const { json: summary } = await registry.call('GET', '/v1/prompts/p/-/summary');
      const pointer = summary.pointers.find((one: Json) => one.environment === 'production');
      assert.deepEqual(
        [pointer.promotedBy, pointer.promotedAt, pointer.promotion],
        ['rae', hence(0), json.id],
      );
    });
    it('must come from two people, whichever keys they use', async () => {
      const { request, act, approve, again, live, policy } = governed;
      const asked = await request(1, null, {}, 'production approver mara');
      for (const role of ['approver', 'admin']) {
        const own = await act('approve', asked, `production ${role} mara`);
        assertProblem(own, 409, 'self_approval', /someone else/);
      }
      assertProblem(await approve(asked, 'Mara'), 409, 'self_approval');
      await policy({ approvals: 2 });
      assert.equal((await approve(asked, 'ada')).status, 202);
      for (const role of ['approver', 'admin'])
        assertProblem(await act('approve', asked, `production ${role} ada`), 409, 'already_approved');
      assert.deepEqual([(await again(asked)).approvals.length, await live()], [1, null]);
      assert.equal((await approve(asked, 'bo')).status, 200);
      assert.equal(await live(), 1);
    });
    it('need the approver role and a key of the environment', async () => {
      const { registry, request, act, again } = governed;
      const asked = await request(1, null);
      assertProblem(await act('approve', asked, 'production author sam'), 403, 'role_too_low');
      assertProblem(await act('reject', asked, 'production author sam'), 403, 'role_too_low');
      for (const what of ['approve', 'reject', 'cancel'])
        assertProblem(await act(what, asked, 'staging admin'), 403, 'wrong_environment');
      assertProblem(await act('cancel', asked, 'development author rae'), 403, 'wrong_environment');
      assert.equal((await again(asked)).state, 'pending');
      for (const what of ['approve', 'reject', 'cancel', 'comments'])
        assertProblem(
          await registry.call(
            'POST',
            `/v1/promotions/999/${what}`,
            what === 'comments' ? { text: 'x' } : {},
            {
              as: 'production admin',
            },
          ),
          404,
          'promotion_not_found',
        );
    });
    it('cover every channel: a canary cannot release an unapproved version', async () => {
      const { registry, request, approve, live } = governed;
      const asked = await request(2, null, { channel: 'canary' }, 'production admin');
      assert.equal(asked.status, 202);
      const pinned = () =>
        registry.call('GET', '/v1/prompts/p?version=2', undefined, { as: 'production reader' });
      assertProblem(await pinned(), 404, 'prompt_not_found');
      await approve(asked, 'ada');
      assert.equal((await pinned()).status, 200);
      assert.equal(await live(), null);
    });
    it('fail if the key is revoked after it was authenticated', async () => {
      const { registry, request, live } = governed;
      const asked = await request(1, null);
      const key = (await registry.key('production', 'approver', 'ada')).split('_')[2] ?? '';
      await registry.call('POST', `/v1/keys/${key}/revoke`, {}, { as: 'production admin' });
      const environment = parseEnvironmentName('production');
      const caller = { actor: 'ada', key, role: 'approver', environment } as const;
      const { store } = registry;
      const write = authorizedWrite(store, caller, 'approver');
      const decided = write(transaction => decide(transaction, store.now, caller, asked.json.id, ''));
      await assert.rejects(decided, error => Problem.is(error, 'key_revoked'));
      assert.equal(await live(), null);
    });
    it('are recorded once when a request is repeated with its Idempotency-Key', async () => {
      const { registry, request, kindsOf, policy } = governed;
      await policy({ approvals: 2 });
      const asked = await request(1, null);
      const once = { as: 'production approver ada', headers: { 'idempotency-key': 'one' } };
      const path = `/v1/promotions/${asked.json.id}/approve`;
      const first = await registry.call('POST', path, { comment: 'Yes' }, once);
      const second = await registry.call('POST', path, { comment: 'Yes' }, once);
      assert.deepEqual([second.status, second.json], [202, first.json]);
      const another = await registry.call('POST', path, { comment: 'No' }, once);
      assertProblem(another, 422, 'idempotency_key_reused');
      assert.deepEqual(await kindsOf(asked), ['requested', 'approved']);
    });
  });

  describe('a pending promotion', () => {
    it('follows the policy in force at the approval: approvals needed and promoteFrom', async () => {
      const { registry, request, approve, again, live, policy } = governed;
      const asked = await request(1, null);
      assert.equal((await again(asked)).approvalsNeeded, 1);
      await policy({ approvals: 3 });
      assert.equal((await again(asked)).approvalsNeeded, 3);
      await approve(asked, 'ada');
      await approve(asked, 'bo');
      assert.equal(await live(), null);
      await policy({ approvals: 1 });
      assert.equal(await live(), null, 'a policy applies nothing by itself');
      assert.equal((await approve(asked, 'cy')).status, 200);

      const next = await request(2, 1);
      await policy({ promoteFrom: 'development' });
      assertProblem(await approve(next, 'ada'), 409, 'not_promoted_from', /development/);
      await registry.promote('p', 2, 'development');
      assert.equal((await approve(next, 'ada')).status, 200);
    });
    it('stays pending and records nothing when the pointer has moved, and names the version it is at', async () => {
      const { registry, request, approve, again, live, events, policy } = governed;
      await policy({ approvals: 0 });
      await request(1, null, {}, 'production approver');
      await request(2, 1, {}, 'production approver');
      await policy({ approvals: 1 });
      const asked = await request(3, 2);
      assert.equal((await request(1, 2, {}, 'production approver oncall')).status, 201, 'a rollback');
      await registry.key('production', 'approver', 'ada');
      const before = (await events()).length;
      const refused = await approve(asked, 'ada');
      assertProblem(refused, 409, 'pointer_moved', /version 1 now/);
      assert.equal(refused.json.current, 1);
      assert.equal((await events()).length, before);
      assert.deepEqual([(await again(asked)).state, (await again(asked)).approvals], ['pending', []]);
      assert.equal(await live(), 1);
      // It is where it stood again: what was reviewed is what would happen.
      await request(2, 1, {}, 'production approver oncall');
      assert.equal((await approve(asked, 'ada')).status, 200);
    });
    it('is superseded by a newer request for the same pointer, not by a rollback or another pointer', async () => {
      const { request, approve, again, policy } = governed;
      await policy({ approvals: 0 });
      await request(1, null, {}, 'production approver');
      await request(2, 1, {}, 'production approver');
      await policy({ approvals: 1, rollbackNeedsApproval: true });
      const older = await request(3, 2);
      const canary = await request(3, null, { channel: 'canary' });
      const rollback = await request(1, 2);
      assert.deepEqual([rollback.json.rollback, rollback.json.state], [true, 'pending']);
      assert.equal((await again(older)).state, 'pending');
      const newer = await request(4, 2, {}, 'production author nia');
      const gone = await again(older);
      assert.deepEqual(
        [gone.state, gone.supersededBy, gone.closed?.by],
        ['superseded', newer.json.id, 'nia'],
      );
      assert.equal((await again(rollback)).state, 'superseded');
      assert.equal((await again(canary)).state, 'pending');
      assertProblem(await approve(older, 'ada'), 409, 'promotion_closed', /superseded/);
      assert.equal((await approve(newer, 'ada')).status, 200);
    });
    it('is rejected by an approver, with a reason that is kept', async () => {
      const { request, act, live, hence } = governed;
      const asked = await request(1, null);
      const { status, json } = await act('reject', asked, 'production approver ada', 'Too long');
      assert.equal(status, 200);
      assert.deepEqual(
        [json.state, json.closed],
        ['rejected', { at: hence(0), by: 'ada', comment: 'Too long' }],
      );
      for (const what of ['approve', 'reject', 'cancel'])
        assertProblem(await act(what, asked, 'production admin bo'), 409, 'promotion_closed', /rejected/);
      assert.equal(await live(), null);
    });
    it('is canceled by its requester or an admin', async () => {
      const { registry, request, act } = governed;
      const asked = await request(1, null);
      assertProblem(await act('cancel', asked, 'production approver ada'), 403, 'role_too_low', /rae/);
      const { json } = await act('cancel', asked, 'production author rae');
      assert.deepEqual([json.state, json.closed.by], ['cancelled', 'rae']);
      const late = await act('approve', asked, 'production approver ada');
      assertProblem(late, 409, 'promotion_closed', /was canceled already/);
      const another = await request(1, null);
      assert.equal((await act('cancel', another, 'production admin')).json.state, 'cancelled');
      const { json: list } = await registry.call('GET', '/v1/promotions?state=cancelled&prompt=p');
      assert.deepEqual(
        list.data.map(({ id }: Promotion) => id),
        [another.json.id, asked.json.id],
      );
    });
    it('does not apply once its prompt is archived, though what was live can still be rolled back', async () => {
      const { registry, request, approve } = governed;
      await approve(await request(1, null), 'ada');
      await approve(await request(2, 1), 'ada');
      const asked = await request(3, 2);
      await registry.call('POST', '/v1/prompts/p/-/archive', { reason: 'Not used' });
      assertProblem(await approve(asked, 'ada'), 409, 'prompt_archived');
      assertProblem(await request(4, 2), 409, 'prompt_archived', /Restore/);
      assert.equal((await request(1, 2, {}, 'production approver')).status, 201);
      await registry.call('POST', '/v1/prompts/p/-/restore');
      await request(2, 1, {}, 'production approver');
      assert.equal((await approve(asked, 'ada')).status, 200);
    });
    it('loses the approvals of a revoked key, but not those of a rotated key', async () => {
      const { registry, request, act, approve, again, live, policy, revokeKeyOf } = governed;
      await policy({ approvals: 2 });
      const asked = await request(1, null);
      await approve(asked, 'ada');
      const id = (await registry.key('production', 'approver', 'ada')).split('_')[2];
      await registry.call('POST', `/v1/keys/${id}/rotate`, {}, { as: 'production admin' });
      assert.equal((await again(asked)).approvals.length, 1);
      await revokeKeyOf('ada');
      const held = await again(asked);
      assert.deepEqual([held.state, held.approvals, held.held?.code], ['pending', [], 'key_revoked']);
      await approve(asked, 'bo');
      assert.equal(await live(), null);
      assert.equal((await act('approve', asked, 'production admin ada')).status, 200, 'by another key');
    });
  });

  describe('a rollback', () => {
    it('acts at once where the policy allows it, and waits when it is planned', async () => {
      const { request, approve, events, hence } = governed;
      await approve(await request(1, null), 'ada');
      await approve(await request(2, 1), 'ada');
      assertProblem(await request(1, 2), 403, 'role_too_low');
      const later = await request(1, 2, { effectiveAt: hence(HOUR) }, 'production approver');
      assert.deepEqual([later.json.state, later.json.approvalsNeeded], ['pending', 1]);
      const { json } = await request(1, 2, {}, 'production approver oncall');
      assert.deepEqual([json.state, json.rollback], ['applied', true]);
      assert.equal((await events()).at(-1).data.rollback, true);
    });
    it('waits for approvals when the policy asks for them', async () => {
      const { request, act, approve, live, policy } = governed;
      await approve(await request(1, null), 'ada');
      await approve(await request(2, 1), 'ada');
      await policy({ rollbackNeedsApproval: true });
      const asked = await request(1, 2, {}, 'production admin oncall');
      assert.equal(asked.status, 202);
      assertProblem(await act('approve', asked, 'production admin oncall'), 409, 'self_approval');
      assert.equal((await approve(asked, 'ada')).status, 200);
      assert.equal(await live(), 1);
    });
  });

  describe('concurrent reviews', () => {
    it('of many approvers through two servers apply the promotion once and count only the approvals needed', async () => {
      const { registry, clock, request, again, policy } = governed;
      await policy({ approvals: 5 });
      const asked = await request(1, null);
      await using other = await aRegistry({ folder: registry.folder, now: () => new Date(clock.now) });
      const path = `/v1/promotions/${asked.json.id}/approve`;
      const keys = await Promise.all(
        Array.from({ length: 20 }, (_, n) => registry.key('production', 'approver', `approver-${n}`)),
      );
      const answers = await Promise.all(
        keys.map((key, n) =>
          ask((n % 2 === 0 ? registry : other).url, 'POST', path, {}, { authorization: `Bearer ${key}` }),
        ),
      );
      const statuses = Map.groupBy(answers, ({ status }) => status);
      assert.deepEqual(
        [200, 202, 409].map(status => statuses.get(status)?.length),
        [1, 4, 15],
      );
      for (const refused of statuses.get(409) ?? []) assertProblem(refused, 409, 'promotion_closed');
      assert.equal((await again(asked)).approvals.length, 5);
    });
    it('of one person count once', async () => {
      const { registry, request, act, live, policy } = governed;
      await policy({ approvals: 2 });
      const asked = await request(1, null);
      await Promise.all(
        ['approver', 'admin'].map(role => registry.key('production', role as 'admin', 'ada')),
      );
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          act('approve', asked, `production ${n % 2 === 0 ? 'approver' : 'admin'} ada`),
        ),
      );
      assert.equal(answers.filter(({ status }) => status === 202).length, 1);
      assert.equal(answers.filter(({ json }) => json.code === 'already_approved').length, 19);
      assert.equal(await live(), null);
    });
    it('let either an approval or a cancellation win', async () => {
      const { request, act, approve, live } = governed;
      for (let round = 0; round < 5; round++) {
        const channel = `round-${round}`;
        const asked = await request(1, null, { channel });
        const [approved, canceled] = await Promise.all([
          approve(asked, 'ada'),
          act('cancel', asked, 'production author rae'),
        ]);
        assert.deepEqual([approved.status, canceled.status].sort(), [200, 409]);
        assert.equal(await live(channel), approved.status === 200 ? 1 : null);
      }
    });
    it('leave the last of twenty requests for one pointer pending and supersede the others', async () => {
      const { request, approve } = governed;
      const asked = await Promise.all(
        Array.from({ length: 20 }, (_, n) => request(1 + (n % 4), null, {}, `production author a-${n}`)),
      );
      assert.ok(asked.every(({ status }) => status === 202));
      const answers = await Promise.all(asked.map(each => approve(each, 'ada')));
      assert.equal(answers.filter(({ status }) => status === 200).length, 1);
      assert.equal(answers.filter(({ json }) => json.code === 'promotion_closed').length, 19);
      const last = Math.max(...asked.map(({ json }) => Number(json.id)));
      const applied = answers.find(({ status }) => status === 200);
      assert.equal(applied?.json.id, String(last));
    });
  });
});
