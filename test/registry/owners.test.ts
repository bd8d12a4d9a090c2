/** Owners of prompts: of whom one must approve what goes live, and how they are changed. */
import assert from 'node:assert/strict';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import type { Caller } from '../../src/registry/access/caller.ts';
import { approveOwners } from '../../src/registry/owners/change.ts';
import { readOwners } from '../../src/registry/owners/events.ts';
import { verifyRegistry } from '../../src/registry/proof/verification.ts';
import { aGovernedRegistry, type GovernedRegistry, HOUR } from './a-governed-registry.ts';
import { type Answered, assertProblem, type Json } from './a-registry.ts';

const OWNERS = '/v1/environments/production/owners';

describe('owners of prompts', () => {
  let governed: GovernedRegistry;
  beforeEach(async () => {
    governed = await aGovernedRegistry();
    for (const actor of ['dana', 'sam', 'lee']) await governed.registry.key('production', 'approver', actor);
    await governed.registry.key('production', 'admin', 'ada');
  });
  afterEach(() => governed[Symbol.asyncDispose]());

  const show = async (): Promise<Json> => (await governed.registry.call('GET', OWNERS)).json;
  /** By an admin of production, from what holds. */
  const ask = async (text: string, change: object = {}, as = 'production admin ada'): Promise<Answered> => {
    const body = { text, reason: 'Teams', expected: (await show()).current?.id ?? null, ...change };
    return governed.registry.call('POST', OWNERS, body, { as });
  };
  const decide = (what: string, id: string, as: string, comment = '') =>
    governed.registry.call('POST', `${OWNERS}/${id}/${what}`, { comment }, { as });
  const set = async (text: string): Promise<string> => {
    const { json } = await ask(text);
    assert.equal(json.change?.state, 'pending', JSON.stringify(json));
    assert.equal((await decide('approve', json.change.id, 'production approver lee')).status, 200);
    return json.change.id;
  };
  const ownersEvents = async () =>
    (await governed.events())
      .filter(({ kind }) => kind.startsWith('owners.'))
      .map(({ kind }) => kind.slice(7));

  describe('are changed', () => {
    it('by one person who requests it and another who approves, and the log records all of it', async () => {
      assert.deepEqual(await show(), {
        environment: 'production',
        text: '',
        current: null,
        waiting: null,
        warnings: [],
      });
      const asked = await ask('p dana');
      assert.equal(asked.status, 202);
      const { id } = asked.json.change;
      assert.deepEqual([(await show()).text, (await show()).waiting.id], ['', id]);
      assertProblem(
        await decide('approve', id, 'production approver Ada'),
        409,
        'self_approval',
        /someone else/,
      );
      assertProblem(await decide('approve', id, 'production author lee'), 403, 'role_too_low');
      assertProblem(await decide('approve', id, 'staging admin'), 403, 'wrong_environment');
      const approved = await decide('approve', id, 'production approver lee', 'Fine');
      assert.deepEqual([approved.status, approved.json.state], [200, 'applied']);
      const { text, current, waiting } = await show();
      assert.deepEqual([text, current.id, current.approvals[0].actor, waiting], ['p dana', id, 'lee', null]);
      assert.deepEqual(await ownersEvents(), ['requested', 'approved', 'applied']);
      const applied = (await governed.events()).at(-1);
      assert.deepEqual(
        [applied.environment, applied.data],
        ['production', { change: id, text: 'p dana', reason: 'Teams' }],
      );
      assertProblem(
        await decide('approve', id, 'production approver sam'),
        409,
        'owners_change_closed',
        /applied/,
      );
      await verifyRegistry(governed.registry.store);
    });

    it('at once while nobody must approve, but no longer once there are owners', async () => {
      await governed.policy({ approvals: 0 });
      const first = await ask('p dana');
      assert.deepEqual([first.status, first.json.change.state], [201, 'applied']);
      assert.deepEqual(await ownersEvents(), ['applied']);
      const second = await ask('');
      assert.deepEqual([second.status, second.json.change.approvalsNeeded], [202, 1]);
      assert.equal((await decide('approve', second.json.change.id, 'production approver dana')).status, 200);
      assert.equal((await ask('p sam')).status, 201);
      await verifyRegistry(governed.registry.store);
    });

    it('with the approvals the policy asks for, of keys that are not revoked', async () => {
      await governed.policy({ approvals: 2 });
      const { id } = (await ask('p dana')).json.change;
      assert.equal((await decide('approve', id, 'production approver zoe')).status, 202);
      assertProblem(await decide('approve', id, 'production approver zoe'), 409, 'already_approved');
      await governed.revokeKeyOf('zoe');
      assert.deepEqual((await show()).waiting.approvals, []);
      assert.equal((await decide('approve', id, 'production approver lee')).status, 202);
      assert.equal((await decide('approve', id, 'production approver sam')).status, 200);
      await verifyRegistry(governed.registry.store);
    });

    it('with all approvals that still count, however many came from revoked keys', async () => {
      await governed.policy({ approvals: 2 });
      const { id } = (await ask('p dana')).json.change;
      for (let n = 1; n <= 12; n++) {
        const json = (await decide('approve', id, `production approver n${n}`)).json;
        assert.equal(json.approvals?.length, 1, JSON.stringify(json));
        if (n < 12) await governed.revokeKeyOf(`n${n}`);
      }
      assertProblem(await decide('approve', id, 'production admin n12'), 409, 'already_approved');
      assert.equal((await decide('approve', id, 'production approver lee')).status, 200);
      assertProblem(await decide('reject', id, 'production approver lee'), 409, 'owners_change_closed');
    });
    it('only by an admin of the environment, one change at a time', async () => {
      assertProblem(await ask('p dana', {}, 'production approver dana'), 403, 'role_too_low');
      assertProblem(await ask('p dana', {}, 'staging admin'), 403, 'wrong_environment');
      const { id } = (await ask('p dana')).json.change;
      assertProblem(
        await ask('p sam', {}, 'production admin mia'),
        409,
        'owners_changed',
        /ada has requested/,
      );
      assertProblem(await decide('cancel', id, 'production author dana'), 403, 'role_too_low', /Only ada/);
      assert.equal((await decide('cancel', id, 'production admin mia', 'No')).json.closed.by, 'mia');
      const again = (await ask('p sam')).json.change;
      const rejected = await decide('reject', again.id, 'production approver dana', 'Not him');
      assert.deepEqual([rejected.json.state, rejected.json.closed.comment], ['rejected', 'Not him']);
      assert.deepEqual([(await show()).text, (await show()).waiting], ['', null]);
      for (const what of ['approve', 'reject', 'cancel']) {
        const as = 'production admin mia';
        assertProblem(await decide(what, again.id, as), 409, 'owners_change_closed', /already rejected/);
        assertProblem(await decide(what, '999999', as), 404, 'owners_change_not_found');
        assertProblem(await decide(what, '1', as), 404, 'owners_change_not_found');
      }
      await verifyRegistry(governed.registry.store);
    });

    it('from their current state, so that nobody undoes another change', async () => {
      const id = await set('p dana');
      assertProblem(
        await ask('p sam', { expected: null }),
        409,
        'owners_changed',
        new RegExp(`"expected": "${id}"`),
      );
      assertProblem(await ask('p dana'), 422, 'invalid_request', /already/);
    });

    it('once when two people approve at the same time', async () => {
      const { id } = (await ask('p dana')).json.change;
      const answers = await Promise.all(
        ['lee', 'sam'].map(actor => decide('approve', id, `production approver ${actor}`)),
      );
      assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409]);
      assert.deepEqual(await ownersEvents(), ['requested', 'approved', 'applied']);
    });

    it('and listed while pending, with who can approve them', async () => {
      const list = async () => (await governed.registry.call('GET', '/v1/owners-changes')).json.data;
      assert.deepEqual(await list(), []);
      const { json } = await ask('p dana', {}, 'production admin ada');
      assert.deepEqual(json.change.canApprove, ['dana', 'lee', 'sam'], 'not ada, who asked for it');
      await governed.policy({ approvals: 2 });
      await decide('approve', json.change.id, 'production approver sam');
      await governed.revokeKeyOf('lee');
      const [waiting, ...others] = await list();
      const can = waiting.canApprove.filter((name: string) => name !== 'admin.of.production');
      assert.deepEqual([waiting.id, can, others], [json.change.id, ['dana'], []]);
      await decide('cancel', json.change.id, 'production admin ada');
      assert.deepEqual([await list(), (await show()).waiting], [[], null]);
    });

    it('in each environment separately', async () => {
      await set('p dana');
      const { json } = await governed.registry.call('GET', '/v1/environments/staging/owners');
      assert.deepEqual([json.text, json.current], ['', null]);
      assertProblem(
        await governed.registry.call('GET', '/v1/environments/nowhere/owners'),
        404,
        'environment_not_found',
      );
    });
  });

  describe('are refused', () => {
    const refused = async (text: string, code: string, detail: RegExp) => {
      const before = (await governed.events()).length;
      const answered = await ask(text);
      assertProblem(answered, 422, code, detail);
      assert.equal((await governed.events()).length, before, 'nothing happened');
      return answered.json;
    };

    it('with the lines that are invalid', async () => {
      const { fields } = await refused(
        '# all\n!p dana\np\n* dana',
        'invalid_request',
        /^Line 2: .* 1 more line is wrong/,
      );
      assert.deepEqual(
        fields.map(({ pointer, message }: Json) => [pointer, message.slice(0, 7)]),
        [
          ['/text', 'Line 2:'],
          ['/text', 'Line 3:'],
        ],
      );
    });
    it('when no owner has a valid approver key of the environment', async () => {
      await governed.registry.key('production', 'author', 'ann');
      await governed.registry.key('staging', 'approver', 'stu');
      await governed.registry.key('production', 'approver', 'rex');
      await governed.revokeKeyOf('rex');
      for (const owner of ['nobody', 'ann', 'stu', 'rex'])
        await refused(
          `* dana\np ${owner}`,
          'owners_locked_out',
          new RegExp(`^Line 2: .*"p" matches: ${owner} has no valid key of production.*Nothing was changed`),
        );
      await refused('p ann stu', 'owners_locked_out', /none of ann, stu has a valid key/);
      assert.equal((await ask('p ann Dana')).status, 202, 'one of them is enough');
    });
    it('when the only owner wrote everything, unless authors may approve', async () => {
      const as = 'development author dana';
      await governed.registry.publish('own/a', 'one', null, { as });
      await governed.registry.publish('own/b', 'one', null, { as });
      await refused(
        'own/** dana ann',
        'owners_locked_out',
        /^Line 1: dana is the only owner .* wrote everything/,
      );
      await governed.registry.publish('own/b', 'two', 1, { as: 'development author sam' });
      const asked = await ask('own/** dana ann');
      assert.equal(asked.status, 202);
      await decide('cancel', asked.json.change.id, 'production admin ada');
      await governed.policy({ authorsMayApprove: true });
      assert.equal((await ask('own/a dana')).status, 202);
    });
    it('at approval if nobody could approve by then', async () => {
      const { id } = (await ask('p dana')).json.change;
      await governed.revokeKeyOf('dana');
      assertProblem(
        await decide('approve', id, 'production approver lee'),
        422,
        'owners_locked_out',
        /dana has no valid key/,
      );
      assert.deepEqual(await ownersEvents(), ['requested']);
      assert.equal((await show()).waiting.id, id);
    });
    it('when the keys of all owners have expired', async () => {
      const { clock, registry, hence } = governed;
      const key = { environment: 'production', role: 'approver', actor: 'tim', expiresAt: hence(HOUR) };
      assert.equal(
        (await registry.call('POST', '/v1/keys', key, { as: 'production admin ada' })).status,
        201,
      );
      const asked = await ask('p tim');
      assert.equal(asked.status, 202);
      await decide('cancel', asked.json.change.id, 'production admin ada');
      clock.now += HOUR;
      await refused('p tim', 'owners_locked_out', /tim has no valid key/);
    });
    it('but not for a pattern that matches nothing, which gets a warning', async () => {
      const { status, json } = await ask('# first\nnone/** dana\n* sam\np lee');
      assert.equal(status, 202);
      assert.deepEqual(
        json.warnings.map(({ line }: Json) => line),
        [2, 3],
      );
    });
  });

  describe('must approve', () => {
    const waitsFor = (answered: { json: Json }) =>
      answered.json.owners.map(({ prompts, canApprove }: Json) => `${prompts}: ${canApprove.join(' ')}`);

    it("what they own: another person's approval counts, but is not enough", async () => {
      await set('p @dana @sam');
      const asked = await governed.request(1, null);
      assert.deepEqual(waitsFor(asked), ['p: dana sam']);
      const other = await governed.approve(asked, 'lee');
      assert.deepEqual([other.status, other.json.state, other.json.approvals.length], [202, 'pending', 1]);
      assert.deepEqual(waitsFor(other), ['p: dana sam']);
      const own = await governed.approve(asked, 'SAM');
      assert.deepEqual([own.status, own.json.state, own.json.owners], [200, 'applied', []]);
      assert.equal(await governed.live(), 1);
      await verifyRegistry(governed.registry.store);
    });
    it('even where the policy asks for no approval', async () => {
      await set('p dana');
      await governed.policy({ approvals: 0 });
      const asked = await governed.request(1, null, {}, 'production approver lee');
      assert.deepEqual([asked.status, asked.json.approvalsNeeded], [202, 1]);
      assert.equal((await governed.approve(asked, 'dana')).status, 200);
    });
    it('but not a rollback that needs no approval', async () => {
      await governed.approve(await governed.request(1, null), 'lee');
      await governed.approve(await governed.request(2, 1), 'lee');
      await set('p dana');
      const by = 'production approver lee';
      assert.equal((await governed.request(1, 2, {}, by)).status, 201);
      await governed.policy({ rollbackNeedsApproval: true });
      const asked = await governed.request(2, 1, {}, by);
      assert.deepEqual([asked.status, waitsFor(asked)], [202, ['p: dana']]);
    });
    it('but not a rollback within a release that needs other owners', async () => {
      await governed.policy({ promoteFrom: null });
      await governed.registry.publish('other', 'one', null);
      await governed.approve(await governed.request(1, null), 'lee');
      await governed.approve(await governed.request(2, 1), 'lee');
      await set('p dana\nother sam');
      const items = [
        { prompt: 'p', version: 1, from: 2 },
        { prompt: 'other', version: 1, from: null },
      ];
      const body = { environment: 'production', channel: 'stable', reason: 'x', items, atomic: true };
      const asked = await governed.registry.call('POST', '/v1/releases', body, {
        as: 'production author rae',
      });
      assert.equal(asked.status, 202, asked.text);
      const path = `/v1/releases/${asked.json.release.id}/approve`;
      const as = 'production approver sam';
      assert.equal((await governed.registry.call('POST', path, {}, { as })).status, 200);
    });
    it('but not if they requested or wrote it', async () => {
      await governed.registry.publish('own', 'one', null, { as: 'development author dana' });
      await governed.policy({ promoteFrom: null });
      await set('own dana sam lee');
      const body = { environment: 'production', channel: 'stable', version: 1, reason: 'x', expected: null };
      const asked = await governed.registry.call('POST', '/v1/prompts/own/-/promotions', body, {
        as: 'production approver sam',
      });
      assert.deepEqual(waitsFor(asked), ['own: lee']);
      assertProblem(await governed.approve(asked, 'dana'), 409, 'self_approval', /You wrote own@1/);
      await governed.revokeKeyOf('lee');
      assert.deepEqual(waitsFor({ json: await governed.again(asked) }), ['own: ']);
      assert.match((await show()).warnings.map(({ message }: Json) => message).join(), /^$/);
    });
    it('partials that change with a prompt too', async () => {
      await governed.policy({ promoteFrom: null });
      await governed.registry.publish('_part', 'part', null);
      await governed.registry.publish('whole', '{{> part}}', null);
      await set('whole dana\n_part sam');
      const body = { environment: 'production', channel: 'stable', version: 1, reason: 'x', expected: null };
      const as = 'production author rae';
      const asked = await governed.registry.call('POST', '/v1/prompts/whole/-/promotions', body, { as });
      assert.deepEqual(waitsFor(asked), ['whole: dana', '_part: sam']);
      assert.deepEqual(waitsFor(await governed.approve(asked, 'dana')), ['_part: sam']);
      assert.equal((await governed.approve(asked, 'sam')).status, 200);
    });
    it('even if they became owners after the request', async () => {
      await set('p dana');
      const asked = await governed.request(1, null);
      await set('p sam');
      const before = await governed.approve(asked, 'dana');
      assert.deepEqual([before.status, waitsFor(before)], [202, ['p: sam']]);
      await set('');
      assert.equal((await governed.approve(asked, 'lee')).status, 200);
    });
    it('even when one transaction changes the owners and then decides', async () => {
      const { id } = (await ask('p dana')).json.change;
      const environment = parseEnvironmentName('production');
      const lee: Caller = { actor: 'lee', key: 'command-line', role: 'approver', environment };
      const { store } = governed.registry;
      const [before, after] = await store.write(async transaction => {
        const first = await readOwners(transaction, environment);
        await approveOwners(transaction, store.now, lee, environment, id, '');
        return [first.rules.length, (await readOwners(transaction, environment)).rules.length];
      });
      assert.deepEqual([before, after], [0, 1]);
    });
    it('each prompt of a release, once per owners line that matches', async () => {
      await governed.policy({ promoteFrom: null });
      for (const prompt of ['r/a', 'r/b', 'r/c']) await governed.registry.publish(prompt, 'one', null);
      await set('r/** dana\nr/c sam');
      const items = ['r/a', 'r/b', 'r/c'].map(prompt => ({ prompt, version: 1, from: null }));
      for (const atomic of [true, false]) {
        const body = {
          environment: 'production',
          channel: atomic ? 'stable' : 'canary',
          reason: 'x',
          items,
          atomic,
        };
        const asked = await governed.registry.call('POST', '/v1/releases', body, {
          as: 'production author rae',
        });
        const { id } = asked.json.release;
        const approve = async (actor: string) => {
          const path = `/v1/releases/${id}/approve`;
          const { json } = await governed.registry.call(
            'POST',
            path,
            {},
            { as: `production approver ${actor}` },
          );
          return json.release.promotions.map(({ state }: Json) => state);
        };
        const first = await approve('dana');
        assert.deepEqual(
          first,
          atomic ? ['pending', 'pending', 'pending'] : ['applied', 'applied', 'pending'],
        );
        assert.deepEqual(await approve('sam'), ['applied', 'applied', 'applied']);
      }
      await verifyRegistry(governed.registry.store);
    });
    it('before the time of a planned promotion, which is held otherwise and names who is needed', async () => {
      const asked = await governed.request(1, null, { effectiveAt: governed.hence(2 * HOUR) });
      assert.equal((await governed.approve(asked, 'lee')).json.state, 'planned');
      await set('p dana sam');
      governed.clock.now += 3 * HOUR;
      await governed.scheduled();
      const { state, held } = await governed.again(asked);
      assert.deepEqual([state, held?.code], ['pending', 'owner_needed']);
      assert.match(held?.detail ?? '', /"p" needs the approval of dana or sam/);
      assert.equal((await governed.approve(asked, 'dana')).status, 200);
      await verifyRegistry(governed.registry.store);
    });
    it('and are reported when they have lost their keys, with who can change that', async () => {
      await set('p dana');
      await governed.revokeKeyOf('dana');
      const { warnings } = await show();
      assert.match(warnings[0].message, /dana has no valid key of production .*admin/);
      const asked = await governed.request(1, null);
      assert.deepEqual(waitsFor(asked), ['p: ']);
      const { json } = await ask('p sam');
      assert.equal((await decide('approve', json.change.id, 'production approver lee')).status, 200);
      assert.equal((await governed.approve(asked, 'sam')).status, 200);
    });
  });
});
