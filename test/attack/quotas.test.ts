/** What callers make without end: each environment, prompt, promotion and key fills up by itself, and no other notices. */
import assert from 'node:assert/strict';
import { sql } from 'kysely';
import { policyOf } from '../../src/core/environment.ts';
import { QUOTAS } from '../../src/registry/quotas.ts';
import { webhookDispatcher } from '../../src/registry/webhooks/dispatch.ts';
import {
  type Answered,
  aRegistry,
  assertProblem,
  identityForTest,
  type RegistryForTest,
} from '../registry/a-registry.ts';

/** Keys that are there as if they had been made, without what proves them. */
async function fillWithKeys({ store }: RegistryForTest, environment: string, count: number): Promise<void> {
  await store.write(async transaction => {
    const { seq } = await transaction
      .selectFrom('events')
      .select(({ fn }) => fn.max('seq').as('seq'))
      .executeTakeFirstOrThrow();
    const numbers = sql`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count})`;
    await sql`${numbers} INSERT INTO events (seq, at, actor, key, kind, environment, data, previous_hash, hash)
      SELECT ${seq} + i, '2026-01-01T00:00:00.000Z', 'x', 'x', 'key.created', ${environment}, '{}', '', 'x' || i FROM n`.execute(
      transaction,
    );
    await sql`${numbers} INSERT INTO keys (id, seq, environment, role, actor, hash, created_at)
      SELECT 'id' || i, ${seq} + i, ${environment}, 'reader', 'x', '', '2026-01-01T00:00:00.000Z' FROM n`.execute(
      transaction,
    );
  });
}

describe('limits on what callers create', () => {
  let registry: RegistryForTest;
  beforeEach(async () => {
    // What the tests write into the log by themselves is not to be verified.
    const watchPauses = { start: 24 * 60 * 60_000 };
    registry = await aRegistry({ webhooksToPrivateNetworks: true, serving: { watchPauses } });
  });
  afterEach(() => registry[Symbol.asyncDispose]());

  const isFull = (answered: Answered, detail: RegExp) =>
    assertProblem(answered, 422, 'invalid_request', detail);

  it('hold for the webhooks of one environment without affecting another', async () => {
    const make = (as: string) =>
      registry.call('POST', '/v1/webhooks', { url: 'http://127.0.0.1:9/hook' }, { as });
    for (let n = 0; n < QUOTAS.webhooks; n++) assert.equal((await make('staging admin')).status, 201);
    isFull(await make('staging admin'), /^staging has 100 webhooks, the maximum\. Remove one/);
    assert.equal((await make('production admin')).status, 201);
    const { json } = await registry.call('GET', '/v1/webhooks?limit=1', undefined, { as: 'staging admin' });
    const path = `/v1/webhooks/${json.data[0].id}`;
    assert.equal((await registry.call('DELETE', path, undefined, { as: 'staging admin' })).status, 200);
    assert.equal((await make('staging admin')).status, 201);
  });

  it('stop queuing events for a webhook whose receiver is dead, and for no other', async () => {
    const { store } = registry;
    const dead = (await registry.call('POST', '/v1/webhooks', { url: 'http://127.0.0.1:9/dead' })).json;
    await registry.publish('p', 'Text', null);
    await registry.promote('p', 1, 'development');
    const waiting = async () =>
      (await registry.call('GET', '/v1/webhooks')).json.data.find(({ id }: { id: string }) => id === dead.id);
    const dispatcher = webhookDispatcher({
      store,
      identity: await identityForTest(),
      privateNetworks: true,
      log: () => {},
    });
    await dispatcher.sendDue();
    assert.equal((await waiting()).stoppedAt, null, 'one that fails is tried again');
    const later = '2999-01-01T00:00:00.000Z';
    await store.write(async transaction => {
      await sql`DELETE FROM webhook_deliveries`.execute(transaction);
      await fillLog(transaction, QUOTAS.webhookEvents);
      await sql`INSERT INTO webhook_deliveries (webhook, seq, state, attempts, due_at)
        SELECT ${dead.id}, seq, 'waiting', 1, ${later} FROM events ORDER BY seq DESC LIMIT ${QUOTAS.webhookEvents}`.execute(
        transaction,
      );
      // Of one that is an event of the log, which alone is sent.
      await sql`UPDATE webhook_deliveries SET due_at = '2000-01-01T00:00:00.000Z',
          seq = (SELECT max(seq) FROM events WHERE kind = 'promotion.applied')
        WHERE seq = (SELECT max(seq) FROM webhook_deliveries)`.execute(transaction);
    });
    await dispatcher.sendDue();
    await dispatcher.close();
    const stopped = await waiting();
    assert.notEqual(stopped.stoppedAt, null);
    assert.match(stopped.lastFailure.reason, /^2000 events are pending or failed, .* \/v1\/changes/);
  });

  it('hold for the keys of one environment without affecting another, and do not count ended ones', async () => {
    await fillWithKeys(registry, 'staging', QUOTAS.keys);
    await registry.key('production').catch(() => {});
    const admin = 'production admin';
    const body = { environment: 'production', role: 'reader', actor: 'someone', expiresAt: null };
    assert.equal((await registry.call('POST', '/v1/keys', body, { as: admin })).status, 201);
    await registry.store.write(transaction =>
      sql`UPDATE keys SET revoked_at = '2026-01-01T00:00:00.000Z' WHERE id = 'id1'`.execute(transaction),
    );
    await registry.key('staging');
    const make = () =>
      registry.call('POST', '/v1/keys', { ...body, environment: 'staging' }, { as: 'staging admin' });
    isFull(await make(), /^staging has 5000 valid keys, the maximum\. Revoke/);
    await registry.store.write(transaction =>
      sql`UPDATE keys SET expires_at = '2026-01-01T00:00:00.000Z' WHERE id = 'id2'`.execute(transaction),
    );
    assert.equal((await make()).status, 201);
  });

  it('hold for environments', async () => {
    const { json } = await registry.call('GET', '/v1/environments');
    const policy = policyOf(json.data[0].policy);
    const put = (name: string) => registry.call('PUT', `/v1/environments/${name}`, policy);
    for (let n = json.data.length; n < QUOTAS.environments; n++)
      assert.equal((await put(`more-${n}`)).status, 201);
    isFull(await put('one-more'), /^This registry has 32 environments, the maximum\./);
    const known = { as: 'more-10 admin' };
    const { status } = await registry.call(
      'PUT',
      '/v1/environments/more-10',
      { ...policy, approvals: 1 },
      known,
    );
    assert.equal(status, 200, 'one that there is may be set');
  });

  it('hold for the channels of a prompt in an environment', async () => {
    await registry.publish('p', 'Text', null);
    await registry.publish('q', 'Text', null);
    for (let n = 0; n < QUOTAS.channels; n++) await registry.promote('p', 1, 'staging', `c${n}`);
    const request = { channel: 'one-more', version: 1, reason: 'For the test', expected: null };
    const to = (prompt: string, environment: string) =>
      registry.call(
        'POST',
        `/v1/prompts/${prompt}/-/promotions`,
        { ...request, environment },
        {
          as: `${environment} admin`,
        },
      );
    isFull(await to('p', 'staging'), /^"p" has 50 channels in staging, the maximum\./);
    assert.equal((await to('p', 'development')).status, 201);
    assert.equal((await to('q', 'staging')).status, 201);
    await registry.publish('p', 'Other', 1);
    await registry.promote('p', 2, 'staging', 'c7');
  });

  it('hold for the pending promotions of an environment and the comments of a promotion', async () => {
    await registry.publish('p', 'Text', null);
    const at = new Date(Date.now() + 3_600_000).toISOString();
    const plan = (environment: string, prompt = 'p') =>
      registry.call(
        'POST',
        `/v1/prompts/${prompt}/-/promotions`,
        { environment, channel: 'stable', version: 1, reason: 'Later', expected: null, effectiveAt: at },
        { as: `${environment} admin` },
      );
    const first = await plan('staging');
    assert.equal(first.status, 202, first.text);
    const { id } = first.json;
    await registry.store.write(async transaction => {
      await fillLog(transaction, QUOTAS.openPromotions);
      await sql`INSERT INTO promotions (id, prompt, environment, channel, version, rollback, reason, state, requested_by, requested_at)
        SELECT seq, 'p', 'staging', 'canary', 1, 0, '', 'pending', 'x', at FROM events ORDER BY seq DESC LIMIT ${QUOTAS.openPromotions - 1}`.execute(
        transaction,
      );
      await sql`INSERT INTO comments (id, promotion, actor, at, text)
        SELECT seq, ${Number(id)}, 'x', at, 'x' FROM events ORDER BY seq DESC LIMIT ${QUOTAS.comments - 1}`.execute(
        transaction,
      );
    });
    await registry.publish('q', 'Text', null);
    isFull(
      await plan('staging', 'q'),
      /^1000 promotions wait in staging, and it takes no more than 1000\. Approve/,
    );
    assert.equal((await plan('development', 'q')).status, 202);
    const comment = () =>
      registry.call('POST', `/v1/promotions/${id}/comments`, { text: 'Mine' }, { as: 'staging author' });
    assert.equal((await comment()).status, 201);
    isFull(await comment(), /^This promotion has 1000 comments, the maximum\./);
  });

  it('hold for the stored Idempotency-Key answers of a key, which do not repeat the text', async () => {
    const source = 'Long '.repeat(20_000);
    const body = { source, message: '', base: null };
    const publish = (key: string, as = 'development author', base: number | null = null) =>
      registry.call(
        'POST',
        '/v1/prompts/long/-/versions',
        { ...body, base },
        { as, headers: { 'idempotency-key': key } },
      );
    const made = await publish('first');
    const again = await publish('first');
    assert.deepEqual([again.status, again.json], [201, made.json], 'the same answer, with the text');
    assert.equal(again.json.source, source);
    const { store } = registry;
    const [row] = await store.read(snapshot =>
      snapshot.selectFrom('idempotency').select(['owner', 'body']).execute(),
    );
    assert.ok((row?.body.length ?? 0) < 1000);
    const as = 'development author busy';
    const owner = `${(await registry.key('development', 'author', 'busy')).split('_')[2]}/development/busy`;
    await store.write(transaction =>
      sql`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${QUOTAS.idempotencyKeys - 1})
        INSERT INTO idempotency (owner, idempotency_key, request, status, body, at)
        SELECT ${owner}, 'key' || i, '', 200, '{}', ${new Date().toISOString()} FROM n`.execute(transaction),
    );
    assert.equal((await publish('the last', as, 1)).status, 200);
    const refused = await publish('one more', as, 1);
    assertProblem(
      refused,
      429,
      'rate_limited',
      /^This key sent 10000 requests with the header Idempotency-Key/,
    );
    assert.equal(refused.headers.get('retry-after'), '600');
    assert.equal((await publish('the last', as, 1)).status, 200, 'what is kept is answered');
    const without = await registry.call('POST', '/v1/prompts/long/-/versions', { ...body, base: 1 }, { as });
    assert.equal(without.status, 200);
    assert.equal((await publish('one more', 'development author', 1)).status, 200, 'another key has its own');
  });
});

describe('the rate limit of an environment', () => {
  it('applies to all its keys together, and not to other environments', async () => {
    await using unlimited = await aRegistry();
    const { folder } = unlimited;
    await unlimited.publish('p', 'Text', null);
    for (const environment of ['staging', 'production']) await unlimited.promote('p', 1, environment);
    const serving = { rateLimit: 1000, environmentRateLimit: 1 };
    await using registry = await aRegistry({ folder, serving });
    const ask = (as: string) => registry.call('GET', '/v1/prompts/p', undefined, { as });
    const actors = Array.from({ length: 20 }, (_, n) => `staging reader a${n}`);
    // To make them takes time, in which more may be asked.
    for (const n of actors.keys()) await registry.key('staging', 'reader', `a${n}`);
    const answers = await Promise.all(actors.map(ask));
    const refused = answers.filter(({ status }) => status === 429);
    assert.ok(refused.length > 0 && refused.length < answers.length);
    for (const answered of refused)
      assertProblem(
        answered,
        429,
        'rate_limited',
        /^The keys of this environment together send requests more often/,
      );
    assert.equal((await ask('production reader')).status, 200);
  });
});

/** Events that are there for others to be about. */
async function fillLog(
  transaction: Parameters<Parameters<RegistryForTest['store']['write']>[0]>[0],
  count: number,
) {
  await sql`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${count}), last (seq) AS (SELECT max(seq) FROM events)
    INSERT INTO events (seq, at, actor, key, kind, data, previous_hash, hash)
    SELECT last.seq + i, '2026-01-01T00:00:00.000Z', 'x', 'x', 'prompt.archived', '{}', '', 'filled' || (last.seq + i) FROM n, last`.execute(
    transaction,
  );
}
