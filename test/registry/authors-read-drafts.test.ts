/** The policy `authorsReadDrafts`: which texts keys of the role author get where it is off. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ROUTES } from '../../src/contract/routes.ts';
import { type Channel, LATEST, parseChannel, STABLE } from '../../src/core/channel.ts';
import { defaultEnvironments, handlesDrafts, type Policy, policyOf } from '../../src/core/environment.ts';
import { listEnvironments } from '../../src/registry/administration.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { verifyRegistry } from '../../src/registry/proof/verification.ts';
import { eventsAfter } from '../../src/registry/store/log.ts';
import { runs } from '../runs.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { type Answered, aRegistry, assertProblem, type Json, type RegistryForTest } from './a-registry.ts';

const AUTHOR = 'production author';

describe('an author of an environment without authorsReadDrafts', () => {
  let registry: RegistryForTest;
  before(async () => {
    registry = await aRegistry();
    await registry.publish('desk/_style', 'Style one.', null);
    await registry.publish('desk/_style', 'Style two.', 1);
    await registry.publish('desk/_tone', '{{> style}} Tone.', null);
    await registry.publish('desk/triage', 'One.', null);
    await registry.publish('desk/triage', '{{> tone}} Two.', 1);
    await registry.promote('desk/triage', 2, 'staging');
    await registry.publish('desk/triage', '{{> tone}} Three.', 2);
    await registry.promote('desk/triage', 3, 'development');
    await registry.publish('desk/_style', 'Style three.', 2);
  });
  after(() => registry.close());
  const get = (path: string, as = AUTHOR) => registry.call('GET', `/v1/prompts/${path}`, undefined, { as });
  const isDraft = (answered: Answered, reference: string) =>
    assertProblem(
      answered,
      403,
      'version_not_released',
      new RegExp(`^${reference} is a draft.*never live in production, nor stable in staging.*approver`),
    );

  it('reads versions that were stable in the environment it promotes from, and no others', async () => {
    assert.equal((await get('desk/triage/-/versions/2')).status, 200);
    for (const version of [1, 3])
      isDraft(await get(`desk/triage/-/versions/${version}`), `desk/triage@${version}`);
    assertProblem(await get('desk/triage/-/versions/4'), 404, 'version_not_found');
  });
  it('reads only the versions of partials that those versions use, directly or indirectly', async () => {
    assert.equal((await get('desk/_tone/-/versions/1')).status, 200);
    assert.equal((await get('desk/_style/-/versions/2')).status, 200);
    for (const version of [1, 3])
      isDraft(await get(`desk/_style/-/versions/${version}`), `desk/_style@${version}`);
  });
  it('reads a partial only once a prompt that uses it is promoted', async () => {
    await registry.publish('later/_note', 'Note.', null);
    await registry.publish('later/letter', '{{> note}}', null);
    isDraft(await get('later/_note/-/versions/1'), 'later/_note@1');
    await registry.promote('later/letter', 1, 'staging', 'canary');
    isDraft(await get('later/_note/-/versions/1'), 'later/_note@1');
    await registry.promote('later/letter', 1, 'staging');
    assert.equal((await get('later/_note/-/versions/1')).status, 200);
  });
  it('compares only these versions', async () => {
    isDraft(await get('desk/triage/-/diff?from=2&to=3'), 'desk/triage@3');
    isDraft(await get('desk/triage/-/diff?from=latest@development&to=2'), 'desk/triage@3');
    assert.equal((await get('desk/triage/-/diff?from=stable@staging&to=2')).status, 200);
  });
  it('sees only these versions in the history of what was live', async () => {
    assert.equal((await get('desk/triage/-/live?environment=staging')).json.version, 2);
    isDraft(await get('desk/triage/-/live?environment=development'), 'desk/triage@3');
    isDraft(await get('desk/triage/-/live?environment=production&channel=latest'), 'desk/triage@3');
  });
  it('gets only these versions in a batch, with the others missing', async () => {
    const refs = ['desk/triage@3', 'desk/triage@2', 'desk/_style@3', 'desk/_style@2', 'desk/triage@9'];
    const { json } = await registry.call('POST', '/v1/versions/batch', { refs }, { as: AUTHOR });
    assert.deepEqual(
      json.data.map(({ prompt, version }: Json) => `${prompt}@${version}`),
      ['desk/triage@2', 'desk/_style@2'],
    );
    assert.deepEqual(json.missing.sort(), ['desk/_style@3', 'desk/triage@3', 'desk/triage@9']);
  });
  it('still lists prompts and versions and follows the log, which contain no text', async () => {
    const { json } = await registry.call('GET', '/v1/prompts?prefix=desk/triage', undefined, { as: AUTHOR });
    assert.equal(json.data[0].newest.version, 3);
    assert.equal((await get('desk/triage/-/versions')).json.data.length, 3);
    assert.equal((await registry.call('GET', '/v1/changes', undefined, { as: AUTHOR })).status, 200);
  });
  it('is the only one restricted: approvers and admins there, and authors elsewhere, read drafts', async () => {
    for (const as of ['production approver', 'production admin', 'development author', 'staging author'])
      assert.equal((await get('desk/triage/-/versions/1', as)).status, 200, as);
  });
  it('cannot request the promotion of a version it may not read', async () => {
    const body = { environment: 'production', channel: 'stable', version: 3, reason: 'Why', expected: null };
    const asked = await registry.call('POST', '/v1/prompts/desk/triage/-/promotions', body, { as: AUTHOR });
    assertProblem(asked, 409, 'not_promoted_from');
  });
  it('reads drafts while an admin allows it, and none after that', async () => {
    const as = 'production admin';
    const { json } = await registry.call('GET', '/v1/environments', undefined, { as });
    const { policy } = json.data.find((each: Json) => each.name === 'production');
    assert.equal(policy.authorsReadDrafts, false);
    const set = (authorsReadDrafts: boolean) =>
      registry.call('PUT', '/v1/environments/production', { ...policy, authorsReadDrafts }, { as });
    assert.equal((await set(true)).json.policy.authorsReadDrafts, true);
    assert.equal((await get('desk/triage/-/versions/1')).status, 200);
    await set(false);
    isDraft(await get('desk/triage/-/versions/1'), 'desk/triage@1');
    await verifyRegistry(registry.store);
  });
  it("never sees a draft's text, whatever it requests", async () => {
    const secret = 'SECRET OF A DRAFT';
    await registry.publish('quiet/_part', `Part. ${secret}`, null);
    await registry.publish('quiet/plan', `{{> part}} ${secret}`, null);
    await registry.promote('quiet/plan', 1, 'development');
    const paths = Object.values(ROUTES).map(({ path }) => path);
    const request = fc.record({
      method: fc.constantFrom('GET', 'POST'),
      path: fc.constantFrom(...paths),
      name: fc.constantFrom('quiet/plan', 'quiet/_part', 'Quiet/plan', 'quiet/part'),
      query: fc.constantFrom(
        '',
        '?version=1',
        '?channel=latest',
        '?from=1&to=1',
        '?from=stable@development&to=latest@production',
        '?environment=development',
        '?environment=production&channel=latest',
        '?prefix=quiet/',
      ),
      body: fc.constantFrom(
        {},
        { input: {}, version: 1 },
        { input: {}, channel: 'latest' },
        { refs: ['quiet/plan@1', 'quiet/_part@1'] },
        { source: 'Mine', message: 'Mine', base: 1 },
      ),
    });
    await fc.assert(
      fc.asyncProperty(request, async ({ method, path, name, query, body }) => {
        const target = `${path
          .replace('{name}', name)
          .replace(/\{(n|id)\}/, '1')
          .replace('{environment}', 'production')}${query}`;
        const sent = method === 'POST' ? body : undefined;
        const { text, status } = await registry.call(method, target, sent, { as: AUTHOR });
        assert.ok(status !== 500 && !text.includes(secret), `${method} ${target}: ${text}`);
      }),
      { numRuns: runs(2000, 200) },
    );
  });
});

describe('authorsReadDrafts', () => {
  const policy: fc.Arbitrary<Policy> = fc.record({
    serves: fc.constantFrom<Channel[]>(
      [STABLE],
      [LATEST],
      [STABLE, parseChannel('canary')],
      [LATEST, STABLE],
    ),
    pins: fc.constantFrom('any' as const, 'released' as const),
    publishes: fc.boolean(),
    promoteFrom: fc.constant(null),
    approvals: fc.nat(2),
    rollbackNeedsApproval: fc.boolean(),
    authorsMayApprove: fc.boolean(),
    authorsReadDrafts: fc.boolean(),
  });
  it('defaults to on where drafts are published or served, and off elsewhere', () => {
    for (const { name, policy } of defaultEnvironments(1)) {
      const { authorsReadDrafts: _, ...older } = policy;
      assert.deepEqual(policyOf(older), policy, name);
    }
    fc.assert(
      fc.property(policy, ({ authorsReadDrafts: _, ...older }) => {
        assert.equal(policyOf(older).authorsReadDrafts, handlesDrafts(older));
      }),
      { numRuns: runs(1000, 100) },
    );
  });
  it('cannot be off where every key is served drafts or can publish them', async () => {
    await using registry = await aRegistry();
    await fc.assert(
      fc.asyncProperty(policy, async given => {
        const as = 'production admin';
        const answer = await registry.call('PUT', '/v1/environments/production', given, { as });
        if (given.authorsReadDrafts || !handlesDrafts(given)) assert.equal(answer.status, 200, answer.text);
        else
          assertProblem(answer, 422, 'invalid_request', /"authorsReadDrafts" cannot be false in production/);
      }),
      { numRuns: runs(200, 30) },
    );
  });
  it('gets its default in an older registry, whose log still verifies', async () => {
    await using folder = await temporaryFolder();
    const older = defaultEnvironments(1).map(({ name, policy: { authorsReadDrafts: _, ...rest } }) => ({
      name,
      policy: rest as Policy,
    }));
    const store = await openDataFolder(folder.path, { environments: older });
    try {
      const [event] = await store.read(snapshot => eventsAfter(snapshot, 0, 1));
      assert.ok(!JSON.stringify(event).includes('authorsReadDrafts'));
      const found = (await listEnvironments(store)).map(each => each.policy.authorsReadDrafts);
      assert.deepEqual(found, [true, true, false]);
      await verifyRegistry(store);
    } finally {
      await store.close();
    }
  });
});
