/** Releases over HTTP: several promotions under one id, on whatever keeps the registry. */
import assert from 'node:assert/strict';
import type { Caller } from '../../src/registry/access/caller.ts';
import { approveRelease } from '../../src/registry/promotions/decide-release.ts';
import { verifyRegistry } from '../../src/registry/proof/verification.ts';
import { aGovernedRegistry, type GovernedRegistry, HOUR } from './a-governed-registry.ts';
import { type Answered, assertProblem, type Json } from './a-registry.ts';

describe('a release', () => {
  let governed: GovernedRegistry;
  before(async () => {
    governed = await aGovernedRegistry();
  });
  after(async () => {
    // Whatever was done, the log and the tables tell the same.
    await verifyRegistry(governed.registry.store);
    await governed[Symbol.asyncDispose]();
  });

  let made = 0;
  /** Names of prompts of two versions each, both stable in staging once, by an author of development unless told. */
  const prompts = async (count: number, as = 'development author dana'): Promise<string[]> => {
    const names = Array.from({ length: count }, () => `r${++made}`);
    for (const name of names) {
      await governed.registry.publish(name, `${name} one`, null, { as });
      await governed.registry.publish(name, `${name} two`, 1, { as });
      for (const version of [1, 2]) await governed.registry.promote(name, version, 'staging');
    }
    return names;
  };
  const item = (prompt: string, version = 1, from: number | null = null) => ({ prompt, version, from });
  const request = (items: object[], change: object = {}, as = 'production author rae') =>
    governed.registry.call(
      'POST',
      '/v1/releases',
      { environment: 'production', channel: 'stable', reason: 'Sprint 12', items, ...change },
      { as },
    );
  const act = (what: string, asked: Answered, as = 'production approver ada', comment = '') =>
    governed.registry.call('POST', `/v1/releases/${asked.json.release.id}/${what}`, { comment }, { as });
  const again = async (asked: Answered): Promise<Json> =>
    (await governed.registry.call('GET', `/v1/releases/${asked.json.release.id}`)).json;
  const live = async (prompt: string): Promise<number | null> => {
    const { json } = await governed.registry.call('GET', `/v1/prompts/${prompt}/-/summary`);
    const pointer = json.pointers.find((each: Json) => each.environment === 'production');
    return pointer?.version ?? null;
  };
  const allLive = (names: readonly string[]) => Promise.all(names.map(live));
  const outcomes = ({ json }: Answered) =>
    json.results.map(({ prompt, outcome, code }: Json) => [prompt, outcome, code]);
  /** With no approvals needed meanwhile. */
  const atOnce = async (names: readonly string[], version = 1, from: number | null = null) => {
    await governed.policy({ approvals: 0 });
    const items = names.map(name => item(name, version, from));
    const done = await request(items, {}, 'production approver ops');
    await governed.policy({ approvals: 1 });
    assert.equal(done.status, 201, done.text);
    return done;
  };

  it('waits for one approval, and then goes live as a whole', async () => {
    const names = await prompts(3);
    const asked = await request(
      names.map(name => item(name)),
      { atomic: true },
    );
    assert.equal(asked.status, 202, asked.text);
    const { release } = asked.json;
    assert.equal(asked.headers.get('location'), `/v1/releases/${release.id}`);
    assert.equal(release.id, release.promotions[0].id);
    assert.deepEqual([release.state, release.counts, release.atomic], ['pending', { pending: 3 }, true]);
    for (const promotion of release.promotions) {
      assert.deepEqual(promotion.release, { id: release.id, atomic: true });
      assert.deepEqual([promotion.reason, promotion.approvalsNeeded], ['Sprint 12', 1]);
    }
    assert.deepEqual(await allLive(names), [null, null, null]);
    const approved = await act('approve', asked, 'production approver ada', 'Read it all');
    assert.equal(approved.status, 200, approved.text);
    assert.deepEqual(
      outcomes(approved),
      names.map(name => [name, 'applied', null]),
    );
    assert.deepEqual(await allLive(names), [1, 1, 1]);
    for (const { approvals } of approved.json.release.promotions)
      assert.deepEqual(
        approvals.map(({ actor, comment }: Json) => [actor, comment]),
        [['ada', 'Read it all']],
      );
    assertProblem(await act('approve', asked, 'production approver bo'), 409, 'promotion_closed', /applied/);
    const { json: log } = await governed.registry.call('GET', `/v1/changes?after=${release.id - 1}`);
    const events = log.events.filter(({ data }: Json) => data.release === release.id);
    assert.deepEqual(
      events.map(({ prompt, data }: Json) => [prompt, data.atomic]),
      names.map(name => [name, true]),
    );
  });
  it('is applied at once when no approval is needed, and repeating it does nothing', async () => {
    const names = await prompts(2);
    const done = await atOnce(names);
    assert.equal(done.json.release.state, 'applied');
    const repeated = await request(
      names.map(name => item(name)),
      { atomic: true },
    );
    assert.equal(repeated.status, 200);
    assert.equal(repeated.json.release, null);
    assert.deepEqual(
      outcomes(repeated),
      names.map(name => [name, 'already_live', null]),
    );
  });
  it('counts what is already live as done, and promotes the rest', async () => {
    const [first = '', second = ''] = await prompts(2);
    await atOnce([first]);
    const asked = await request([item(first, 1, null), item(second)], { atomic: true });
    assert.deepEqual(outcomes(asked), [
      [first, 'already_live', null],
      [second, 'pending', null],
    ]);
    assert.equal(asked.json.release.promotions.length, 1);
  });

  it('changes nothing if atomic and any item is refused, and names all that are', async () => {
    const [good = '', moved = '', archived = ''] = await prompts(3);
    await atOnce([moved]);
    await governed.registry.call('POST', `/v1/prompts/${archived}/-/archive`, { reason: 'Old' });
    const items = [
      item(good),
      item(moved, 2, null),
      item(archived),
      item('nobody'),
      item(good.replace('r', 'R')),
    ];
    const head = async () => (await governed.registry.call('GET', '/v1/checkpoint')).json.seq;
    const before = await head();
    const refused = await request(items.slice(0, 4), { atomic: true });
    assertProblem(refused, 409, 'pointer_moved', new RegExp(`Nothing of the release.*${moved}@2.*2 more`));
    assert.deepEqual(
      refused.json.refused.map(({ prompt, code }: Json) => [prompt, code]),
      [
        [moved, 'pointer_moved'],
        [archived, 'prompt_archived'],
        ['nobody', 'prompt_not_found'],
      ],
    );
    assert.equal(await head(), before);
    const asked = await request(items);
    assert.equal(asked.status, 202);
    assert.deepEqual(
      outcomes(asked).map(([, outcome, code]: Json) => [outcome, code]),
      [
        ['pending', null],
        ['refused', 'pointer_moved'],
        ['refused', 'prompt_archived'],
        ['refused', 'prompt_not_found'],
        ['refused', 'prompt_not_found'],
      ],
    );
    assert.deepEqual(asked.json.release.counts, { pending: 1 });
  });
  it('applies only the items this key may promote if not atomic, and refuses the others', async () => {
    const [back = '', forward = ''] = await prompts(2);
    await atOnce([back]);
    await atOnce([back], 2, 1);
    // A rollback is live at once, which takes an approver; the other waits for one.
    const asked = await request([item(back, 1, 2), item(forward)]);
    assert.deepEqual(outcomes(asked), [
      [back, 'refused', 'role_too_low'],
      [forward, 'pending', null],
    ]);
    // As a whole it waits, and so may be requested by an author.
    const whole = await request([item(back, 1, 2), item(forward)], { atomic: true });
    assert.deepEqual(whole.json.release.counts, { pending: 2 });
    assert.deepEqual(
      whole.json.release.promotions.map(({ approvalsNeeded }: Json) => approvalsNeeded),
      [1, 1],
    );
    assert.equal((await act('approve', whole)).status, 200);
    assert.deepEqual(await allLive([back, forward]), [1, 1]);
  });

  it('cannot be approved by anyone who requested it or wrote any of its versions', async () => {
    const [mine = ''] = await prompts(1, 'development author ada');
    const [other = ''] = await prompts(1);
    const asked = await request([item(mine), item(other)], { atomic: true });
    for (const { authors } of asked.json.release.promotions)
      assert.deepEqual([...authors].sort(), ['ada', 'dana']);
    const own = await act('approve', asked, 'production approver ada');
    assertProblem(own, 409, 'self_approval', new RegExp(`You wrote ${mine}@1, which this release changes`));
    assert.equal(own.json.refused.length, 2);
    assertProblem(await act('approve', asked, 'production approver rae'), 409, 'self_approval');
    // So it is one by one, where it is not atomic.
    const loose = await request([item(mine), item(other)]);
    const [, second] = loose.json.release.promotions;
    const path = `/v1/promotions/${second.id}/approve`;
    assertProblem(
      await governed.registry.call('POST', path, {}, { as: 'production approver ada' }),
      409,
      'self_approval',
    );
    const approved = await governed.registry.call('POST', path, {}, { as: 'production approver bo' });
    assert.equal(approved.status, 200);
    assert.equal((await again(loose)).state, 'pending');
  });
  it('is decided only as a whole if atomic', async () => {
    const names = await prompts(2);
    const asked = await request(
      names.map(name => item(name)),
      { atomic: true },
    );
    const [{ id }] = asked.json.release.promotions;
    for (const what of ['approve', 'reject', 'cancel'])
      assertProblem(
        await governed.registry.call(
          'POST',
          `/v1/promotions/${id}/${what}`,
          {},
          { as: 'production admin ada' },
        ),
        409,
        'part_of_release',
        /as a whole/,
      );
    const rejected = await act('reject', asked, 'production approver ada', 'Not now');
    assert.equal(rejected.status, 200);
    assert.deepEqual(rejected.json.release.counts, { rejected: 2 });
    for (const { closed } of rejected.json.release.promotions) assert.equal(closed.comment, 'Not now');
    const taken = await request(
      names.map(name => item(name)),
      { atomic: true },
    );
    assertProblem(await act('cancel', taken, 'production approver ada'), 403, 'role_too_low');
    assert.equal((await act('cancel', taken, 'production author rae')).json.release.state, 'cancelled');
  });
  it('is applied by one of two simultaneous approvals where one is enough', async () => {
    const names = await prompts(2);
    const asked = await request(
      names.map(name => item(name)),
      { atomic: true },
    );
    const both = await Promise.all(
      ['ada', 'bo'].map(who => act('approve', asked, `production approver ${who}`)),
    );
    assert.deepEqual(both.map(({ status }) => status).sort(), [200, 409]);
    assert.deepEqual(await allLive(names), [1, 1]);
  });
  it('waits for approvals by two people where the policy asks for two', async () => {
    const names = await prompts(2);
    await governed.policy({ approvals: 2 });
    try {
      const asked = await request(
        names.map(name => item(name)),
        { atomic: true },
      );
      assert.equal((await act('approve', asked)).status, 202);
      assertProblem(await act('approve', asked), 409, 'already_approved');
      assert.deepEqual(await allLive(names), [null, null]);
      assert.equal((await act('approve', asked, 'production approver bo')).status, 200);
      assert.deepEqual(await allLive(names), [1, 1]);
    } finally {
      await governed.policy({ approvals: 1 });
    }
  });
  it('cannot be approved once a pointer has moved or a prompt is archived, and stays as it is', async () => {
    const [moves = '', stays = ''] = await prompts(2);
    const asked = await request([item(moves), item(stays)], { atomic: true });
    // A rollback supersedes nothing, so the pointer is moved by a promotion of a channel's own history.
    await governed.policy({ approvals: 0 });
    const other = await governed.registry.call(
      'POST',
      `/v1/prompts/${moves}/-/promotions`,
      { environment: 'production', channel: 'stable', version: 2, reason: 'Now', expected: null },
      { as: 'production approver ops' },
    );
    assert.equal(other.status, 201, other.text);
    await governed.policy({ approvals: 1 });
    const approved = await act('approve', asked);
    assertProblem(approved, 409, 'pointer_moved', new RegExp(`${moves}@1`));
    assert.deepEqual(
      approved.json.refused.map(({ prompt }: Json) => prompt),
      [moves],
    );
    assert.deepEqual(await allLive([moves, stays]), [2, null]);
    assert.deepEqual((await again(asked)).counts, { pending: 2 });

    const [gone = '', whole = ''] = await prompts(2);
    const late = await request([item(gone), item(whole)], { atomic: true });
    await governed.registry.call('POST', `/v1/prompts/${gone}/-/archive`, { reason: 'Old' });
    assertProblem(await act('approve', late), 409, 'prompt_archived');
    assert.deepEqual(await allLive([gone, whole]), [null, null]);
  });
  it('applies what it can if not atomic, and names what it cannot', async () => {
    const [gone = '', fine = ''] = await prompts(2);
    const asked = await request([item(gone), item(fine)]);
    await governed.registry.call('POST', `/v1/prompts/${gone}/-/archive`, { reason: 'Old' });
    const approved = await act('approve', asked);
    assert.equal(approved.status, 202);
    assert.deepEqual(outcomes(approved), [
      [gone, 'refused', 'prompt_archived'],
      [fine, 'applied', null],
    ]);
    assert.equal((await act('reject', asked)).json.release.state, 'mixed');
  });
  it('is superseded as a whole by a newer request for one of its pointers', async () => {
    const [one = '', two = ''] = await prompts(2);
    const asked = await request([item(one), item(two)], { atomic: true });
    const newer = await request([item(two, 2)], { atomic: true });
    const gone = await again(asked);
    assert.deepEqual(gone.counts, { superseded: 2 });
    for (const { supersededBy } of gone.promotions) assert.equal(supersededBy, newer.json.release.id);
    const loose = await request([item(one), item(two)]);
    await request([item(two, 2)]);
    assert.deepEqual((await again(loose)).counts, { pending: 1, superseded: 1 });
  });

  it('goes live as a whole at its time, or not at all', async () => {
    const [held = '', other = ''] = await prompts(2);
    const names = await prompts(2);
    const change = { atomic: true, effectiveAt: governed.hence(HOUR) };
    const failing = await request([item(held), item(other)], change);
    const going = await request(
      names.map(name => item(name)),
      change,
    );
    const loose = await prompts(2);
    const each = await request(
      loose.map(name => item(name)),
      { effectiveAt: governed.hence(HOUR) },
    );
    for (const asked of [failing, going, each])
      assert.equal((await act('approve', asked)).json.release.state, 'planned');
    for (const name of [other, loose[1]])
      await governed.registry.call('POST', `/v1/prompts/${name}/-/archive`, { reason: 'Old' });
    governed.clock.now += HOUR;
    await governed.scheduled();
    assert.deepEqual(await allLive([held, other, ...names, ...loose]), [null, null, 1, 1, 1, null]);
    const { promotions, state } = await again(failing);
    assert.equal(state, 'pending');
    for (const promotion of promotions) {
      assert.equal(promotion.held.code, 'prompt_archived');
      assert.match(promotion.held.detail, new RegExp(`"${other}" is archived`));
      assert.deepEqual(promotion.approvals, []);
    }
    assert.deepEqual((await again(each)).counts, { applied: 1, pending: 1 });
    const past = await request([item(held)], { effectiveAt: governed.hence(-1000) });
    assertProblem(past, 422, 'invalid_request', /past/);
  });
  it('is held as a whole when the key that approved it is revoked', async () => {
    const names = await prompts(2);
    const asked = await request(
      names.map(name => item(name)),
      { atomic: true, effectiveAt: governed.hence(HOUR) },
    );
    await act('approve', asked, 'production approver zoe');
    await governed.revokeKeyOf('zoe');
    const held = await again(asked);
    assert.deepEqual(held.counts, { pending: 2 });
    assert.equal((await act('approve', asked, 'production approver ada')).json.release.state, 'planned');
    await act('cancel', asked, 'production author rae');
  });

  it('keeps nothing of an approval interrupted halfway, as by a killed process', async () => {
    const names = await prompts(2);
    const asked = await request(
      names.map(name => item(name)),
      { atomic: true },
    );
    const { store } = governed.registry;
    const ada = {
      actor: 'ada',
      key: 'embedded',
      role: 'approver',
      environment: 'production',
    } as unknown as Caller;
    await assert.rejects(
      store.write(async transaction => {
        await approveRelease(transaction, store.now, ada, asked.json.release.id, '');
        throw new Error('killed');
      }),
      /killed/,
    );
    assert.deepEqual(await allLive(names), [null, null]);
    const { counts, promotions } = await again(asked);
    assert.deepEqual([counts, promotions[0].approvals], [{ pending: 2 }, []]);
  });

  it('is requested once when a request is repeated with its Idempotency-Key', async () => {
    const names = await prompts(2);
    const body = {
      environment: 'production',
      channel: 'stable',
      reason: 'Once',
      items: names.map(name => item(name)),
    };
    const options = { as: 'production author rae', headers: { 'idempotency-key': `release-${made}` } };
    const [first, second] = await Promise.all(
      [1, 2].map(() => governed.registry.call('POST', '/v1/releases', body, options)),
    );
    assert.equal(first?.text, second?.text);
  });
  it('says why a request is invalid: no item, too many, one twice, latest, no reason, another environment', async () => {
    const wrong = async (change: object, pointer: string, items: object[] = [item('p')]) => {
      const answered = await request(items, change);
      assertProblem(answered, 422, 'invalid_request');
      assert.ok(
        answered.json.fields.some((field: Json) => field.pointer === pointer),
        answered.text,
      );
    };
    await wrong({}, '/items', []);
    const many = Array.from({ length: 201 }, (_, index) => item(`many/${index}`));
    await wrong({}, '/items', many);
    await wrong({}, '/items/1/prompt', [item('p'), item('p', 2)]);
    await wrong({ channel: 'latest' }, '/channel');
    await wrong({ reason: ' \u200b' }, '/reason');
    await wrong({}, '/items/0/version', [{ prompt: 'p', version: 0, from: null }]);
    assertProblem(await request([item('p')], { environment: 'nowhere' }), 404, 'environment_not_found');
    assertProblem(await request([item('p')], {}, 'staging author'), 403, 'wrong_environment');
    assertProblem(await request([item('p')], {}, 'production reader'), 403, 'role_too_low');
    for (const id of ['0', '1', '99999', 'x', '1e3']) {
      assertProblem(await governed.registry.call('GET', `/v1/releases/${id}`), 404, 'release_not_found');
      const path = `/v1/releases/${id}/approve`;
      const as = 'production approver ada';
      assertProblem(await governed.registry.call('POST', path, {}, { as }), 404, 'release_not_found');
    }
  });
  it('takes 200 prompts, and is listed in pages, newest first', async () => {
    await governed.policy({ promoteFrom: null });
    try {
      const names = Array.from({ length: 200 }, (_, index) => `big/${'n'.repeat(180)}-${index}`);
      await Promise.all(names.map(name => governed.registry.publish(name, name, null)));
      const asked = await request(
        names.map(name => item(name)),
        { atomic: true },
      );
      assert.equal(asked.status, 202, asked.text.slice(0, 300));
      assert.equal((await act('approve', asked)).json.release.counts.applied, 200);
    } finally {
      await governed.policy({ promoteFrom: 'staging' });
    }
    const ids: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { json } = await governed.registry.call(
        'GET',
        `/v1/releases?environment=production&limit=2${query}`,
      );
      assert.ok(json.data.length <= 2);
      for (const each of json.data) {
        ids.push(each.id);
        assert.equal(each.promotions, undefined);
      }
      cursor = json.nextCursor;
    }
    assert.deepEqual(
      ids,
      ids.toSorted((a, b) => Number(b) - Number(a)),
    );
    const { json: all } = await governed.registry.call('GET', '/v1/releases?limit=100');
    assert.deepEqual(
      all.data.map(({ id }: Json) => id),
      ids,
    );
    const { json: none } = await governed.registry.call('GET', '/v1/releases?environment=staging');
    assert.deepEqual(none, { data: [], nextCursor: null });
  });
});
