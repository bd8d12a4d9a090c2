import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import type { CreatedWebhook, WebhookRequest } from '../../src/contract/webhooks.ts';
import { Problem } from '../../src/core/problem.ts';
import { appendEvent } from '../../src/registry/store/log.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { type Dispatcher, webhookDispatcher } from '../../src/registry/webhooks/dispatch.ts';
import { MAX_ATTEMPTS } from '../../src/registry/webhooks/schedule.ts';
import { aReceiver, type Receiver } from './a-receiver.ts';
import { aRegistry, assertProblem, identityForTest, type Json, type RegistryForTest } from './a-registry.ts';

const HOUR = 60 * 60 * 1000;

describe('webhooks', () => {
  let registry: RegistryForTest;
  let receiver: Receiver;
  let now: Date;
  let logged: Json[];
  let dispatcher: Dispatcher;
  let published = 0;

  beforeEach(async () => {
    now = new Date('2026-03-01T10:00:00Z');
    logged = [];
    registry = await aRegistry({ now: () => now, webhooksToPrivateNetworks: true });
    receiver = await aReceiver();
    dispatcher = await dispatcherFor();
    await registry.publish('p', 'text 1', null);
    published = 1;
  });
  afterEach(async () => {
    await dispatcher.close();
    await receiver[Symbol.asyncDispose]();
    await registry[Symbol.asyncDispose]();
  });

  const dispatcherFor = async (options: object = {}) =>
    webhookDispatcher({
      store: registry.store,
      identity: await identityForTest(),
      privateNetworks: true,
      log: entry => logged.push(entry),
      random: () => 0,
      ...options,
    });
  const create = async (
    request: Partial<WebhookRequest> = {},
    as = 'development admin',
  ): Promise<CreatedWebhook> => {
    // Most tests count promotions, and publish what they promote.
    const events: WebhookRequest['events'] = ['promotion.applied'];
    const body = { url: `${receiver.url}/hook?token=s3cret`, events, ...request };
    const { status, json } = await registry.call('POST', '/v1/webhooks', body, { as });
    assert.equal(status, 201, JSON.stringify(json));
    return json;
  };
  const list = async (as = 'development admin') =>
    (await registry.call('GET', '/v1/webhooks', undefined, { as })).json.data;
  const promoteNew = async (environment = 'development') => {
    published += 1;
    await registry.publish('p', `text ${published}`, published - 1);
    return registry.promote('p', published, environment);
  };
  const lastEvent = async () => {
    const { events } = (await registry.call('GET', '/v1/changes?limit=1000')).json;
    return events.at(-1);
  };

  it('receive the event as in the log, signed as Standard Webhooks requires', async () => {
    const { secret } = await create();
    await promoteNew();
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 1);
    const { method, path, headers, body } = receiver.received[0]!;
    assert.deepEqual([method, path], ['POST', '/hook?token=s3cret']);
    assert.equal(headers['content-type'], 'application/json');
    const event = await lastEvent();
    assert.equal(event.kind, 'promotion.applied');
    assert.equal(headers['webhook-id'], `event_${event.seq}`);
    assert.equal(headers['webhook-timestamp'], String(now.getTime() / 1000));
    assert.deepEqual(JSON.parse(body), { type: 'promotion.applied', timestamp: event.at, data: event });
    // The library holds a timestamp against the clock of this machine: signed again for now.
    const verifier = new Webhook(secret);
    assert.equal(headers['webhook-signature'], verifier.sign(headers['webhook-id'] as string, now, body));
    assert.match(secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
  });
  it('created by an older release receive only promotions, in the old format', async () => {
    await create({ events: null });
    await registry.store.write(async transaction => {
      const [row] = await transaction.selectFrom('webhooks').selectAll().execute();
      const { id = '', environment, origin = '' } = row ?? {};
      const author = { actor: 'dana', key: 'command-line' };
      // Without a format, as then.
      const made = await appendEvent(
        transaction,
        () => now,
        () => ({
          ...{ ...author, kind: 'webhook.created', ...(environment && { environment }) },
          data: { id, origin, environments: null, events: null },
        }),
      );
      await transaction.updateTable('webhooks').set({ seq: made.seq }).execute();
    });
    await promoteNew();
    await dispatcher.sendDue();
    assert.deepEqual(
      receiver.received.map(({ body }) => JSON.parse(body).type),
      ['promotion.applied'],
    );
  });
  for (const format of ['slack', 'teams'] as const)
    it(`of the format ${format} receive who, what and why, the change and a link`, async () => {
      await create({ format });
      await promoteNew();
      await dispatcher.sendDue();
      await promoteNew();
      const told = await dispatcherFor({ publicUrl: 'https://prompts.example.com' });
      await told.sendDue();
      const [first = '', second = ''] = receiver.received.map(({ body }) => body);
      for (const body of [first, second]) {
        assert.equal(JSON.parse(body)[format === 'slack' ? 'text' : 'type'] !== undefined, true);
        for (const part of ['Live in development: p@', 'admin.of.development', 'For the test'])
          assert.ok(body.includes(part), body);
      }
      assert.ok(first.includes('There was no version before.') && !first.includes('/open/'), first);
      assert.ok(second.includes('-text 2') && second.includes('+text 3'), second);
      const { data } = await lastEvent();
      assert.ok(second.includes(`"https://prompts.example.com/open/promotion/${data.promotion}"`), second);
    });
  it('report a change of owners, its content and who has to approve it', async () => {
    await create({ format: 'slack', events: ['owners.applied', 'owners.requested'] });
    await registry.key('development', 'approver', 'lee');
    const as = 'development admin';
    const ask = async (text: string, expected: string | null) => {
      const body = { text, reason: 'Who answers for it', expected };
      const answered = await registry.call('POST', '/v1/environments/development/owners', body, { as });
      return answered.json.change;
    };
    const first = await ask('p lee\n', null);
    assert.equal(first.state, 'applied');
    const second = await ask('p lee\nq/** lee\n', first.id);
    assert.equal(second.state, 'pending');
    await dispatcher.sendDue();
    const [applied = '', requested = ''] = receiver.received.map(({ body }) => body);
    for (const part of ['Changed: the owners of development', '+p lee', 'Who answers for it'])
      assert.ok(applied.includes(part), applied);
    for (const part of ['Requested: change the owners of development', '1 approval by', 'lee', '+q/** lee'])
      assert.ok(requested.includes(part), requested);
    assert.ok(!requested.includes('+p lee'), requested);
  });
  it('report which owners have to approve a promotion', async () => {
    await create({ format: 'teams', events: ['promotion.requested'] });
    for (const actor of ['lee', 'mia']) await registry.key('development', 'approver', actor);
    const as = 'development admin';
    const body = { text: 'p lee mia\n', reason: 'Who answers for it', expected: null };
    await registry.call('POST', '/v1/environments/development/owners', body, { as });
    const about = { environment: 'development', channel: 'stable', version: 1, reason: 'Go', expected: null };
    const asked = await registry.call('POST', '/v1/prompts/p/-/promotions', about, { as });
    assert.equal(asked.json.state, 'pending');
    await dispatcher.sendDue();
    const [requested = ''] = receiver.received.map(({ body: each }) => each);
    assert.ok(requested.includes('lee or mia'), requested);
  });
  it('stop the registry if a row has another format than the event that created it', async () => {
    await create();
    await promoteNew();
    await registry.store.write(transaction =>
      transaction.updateTable('webhooks').set({ format: 'slack' }).execute(),
    );
    await assert.rejects(dispatcher.sendDue(), /The table webhooks says something else/);
    assert.equal(receiver.received.length, 0);
  });
  it('receive only the environments and events they ask for', async () => {
    await create({ environments: ['production' as never], events: null });
    await create({ events: ['promotion.rejected'] });
    await promoteNew();
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 0);
    await create({ environments: ['development' as never], events: ['promotion.applied'] });
    await promoteNew();
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 1);
  });
  it('receive versions, comments and every step of a pending promotion', async () => {
    await create({ events: null });
    const [{ policy }] = (await registry.call('GET', '/v1/environments')).json.data;
    await registry.call('PUT', '/v1/environments/development', { ...policy, approvals: 1 });
    const request = async (version: number) => {
      const body = { environment: 'development', channel: 'stable', version, reason: 'New', expected: null };
      const asked = await registry.call('POST', '/v1/prompts/p/-/promotions', body);
      assert.equal(asked.status, 202);
      return `/v1/promotions/${asked.json.id}`;
    };
    const rejected = await request(1);
    const approver = { as: 'development approver' };
    await registry.call('POST', `${rejected}/reject`, { comment: 'Not this one' }, approver);
    await registry.publish('p', 'text 2', 1);
    await request(1);
    const applied = await request(2);
    await registry.call('POST', `${applied}/comments`, { text: 'Looks right' });
    await registry.call('POST', `${applied}/approve`, { comment: 'Good' }, approver);
    await dispatcher.sendDue();
    assert.deepEqual(
      receiver.received.map(({ body }) => JSON.parse(body).type.replace('promotion.', '')),
      [
        ...['requested', 'rejected', 'version.published', 'requested', 'requested', 'superseded'],
        ...['commented', 'approved', 'applied'],
      ],
    );
  });
  it('tell a chat who commented on which line, but not the comment', async () => {
    const kinds = ['created', 'edited', 'deleted', 'resolved', 'unresolved'] as const;
    await create({ format: 'slack', events: kinds.map(kind => `comment.${kind}` as const) });
    const path = '/v1/prompts/p/-/comments';
    const say = async (text: string) =>
      (await registry.call('POST', path, { version: 1, line: 1, text })).json.id as string;
    const id = await say('Too long');
    await registry.call('POST', `${path}/resolve`, { version: 1, line: 1 });
    await registry.call('POST', `${path}/unresolve`, { version: 1, line: 1 });
    await registry.call('PUT', `${path}/${id}`, { text: 'Still too long' });
    await registry.call('DELETE', `${path}/${await say('A secret')}`);
    await dispatcher.sendDue();
    const told = receiver.received.map(({ body }) => {
      const { text, blocks } = JSON.parse(body);
      const texts = JSON.stringify(blocks[1]).matchAll(/"text":"([^"]*)"/g);
      return [text, [...texts].map(([, each]) => each).slice(4)];
    });
    const line = ['   Line ', '1'];
    const at = ['   At ', '2026-03-01 10:00 UTC'];
    assert.deepEqual(told, [
      ['Comment on p@1', [...line, ...at]],
      ['Comments resolved on p@1', [...line, ...at]],
      ['Comments reopened on p@1', [...line, ...at]],
      ['Comment edited on p@1', [...line, ...at]],
      ['Comment on p@1', [...line, ...at]],
      ['Comment deleted on p@1', [...line, ...at]],
    ]);
  });
  it('show their secret once, and only the origin of their URL', async () => {
    const { secret, ...record } = await create();
    assert.equal(record.origin, receiver.url);
    assert.deepEqual(await list(), [record]);
    await promoteNew();
    receiver.answers.push(500);
    await dispatcher.sendDue();
    const tables = await registry.store.read(async snapshot => [
      await snapshot.selectFrom('webhooks').selectAll().execute(),
      await snapshot.selectFrom('webhook_deliveries').selectAll().execute(),
      await snapshot.selectFrom('events').selectAll().execute(),
    ]);
    const changes = (await registry.call('GET', '/v1/changes?limit=1000')).text;
    const all = [JSON.stringify(tables), changes, JSON.stringify([logged, registry.logged, await list()])];
    for (const text of all) {
      assert.ok(!text.includes('s3cret') && !text.includes('/hook'), text);
      assert.ok(!text.includes(secret.slice(6)), text);
      assert.ok(text.includes(receiver.url), 'the origin is there to be found');
    }
  });
  it('are recorded in the log when created and removed', async () => {
    const { id, origin } = await create({ events: null, format: 'teams' });
    const made = await lastEvent();
    await registry.call('DELETE', `/v1/webhooks/${id}`);
    const removed = await lastEvent();
    assert.deepEqual(
      [made, removed].map(({ kind, environment, actor, data }) => [kind, environment, actor, data]),
      [
        [
          'webhook.created',
          'development',
          'admin.of.development',
          { id, origin, environments: null, events: null, format: 'teams' },
        ],
        ['webhook.removed', 'development', 'admin.of.development', { id, origin }],
      ],
    );
  });
  it('are retried at growing intervals under the same id, and given up in the end', async () => {
    await create();
    await promoteNew();
    const began = now.getTime();
    const at: number[] = [];
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt++) {
      receiver.answers.push(500);
      await dispatcher.sendDue();
      await dispatcher.sendDue();
      assert.equal(receiver.received.length, attempt, 'not before its time');
      at.push(now.getTime() - began);
      const [shown] = await list();
      assert.deepEqual(shown.lastFailure, { at: now.toISOString(), reason: 'answered 500' });
      assert.deepEqual([shown.waiting, shown.givenUp], attempt < MAX_ATTEMPTS ? [1, 0] : [0, 1]);
      const next = await registry.store.read(snapshot =>
        snapshot.selectFrom('webhook_deliveries').select('due_at').executeTakeFirstOrThrow(),
      );
      now = new Date(next.due_at);
    }
    assert.deepEqual(
      at.map((ms, index) => (ms - (at[index - 1] ?? 0)) / 1000),
      [0, 5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400],
    );
    assert.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-id'])).size, 1);
    assert.equal(new Set(receiver.received.map(({ headers }) => headers['webhook-timestamp'])).size, 10);
    assert.deepEqual(
      logged.map(({ event, attempt }) => [event, attempt]),
      at.map((_, index) => [index < 9 ? 'webhook_failed' : 'webhook_given_up', index + 1]),
    );
    now = new Date(now.getTime() + 1000 * HOUR);
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, MAX_ATTEMPTS);
  });
  it('wait as long as the receiver asks them to', async () => {
    await create();
    await promoteNew();
    receiver.answers.push([429, { 'retry-after': '600' }]);
    await dispatcher.sendDue();
    now = new Date(now.getTime() + 599_000);
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 1);
    now = new Date(now.getTime() + 1000);
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 2);
    const [shown] = await list();
    assert.deepEqual([shown.waiting, shown.lastFailure, shown.lastDeliveredAt], [0, null, now.toISOString()]);
  });
  it('wait until the date the receiver names', async () => {
    await create();
    await promoteNew();
    receiver.answers.push([503, { 'retry-after': new Date(now.getTime() + 72 * HOUR).toUTCString() }]);
    await dispatcher.sendDue();
    now = new Date(now.getTime() + 72 * HOUR - 2000);
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 1);
    now = new Date(now.getTime() + 2000);
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 2);
  });
  it('receive nothing more once the receiver answers 410', async () => {
    await create();
    await promoteNew();
    await promoteNew();
    receiver.answers.push(410);
    await dispatcher.sendDue();
    await promoteNew();
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 1);
    const [shown] = await list();
    assert.deepEqual([shown.stoppedAt, shown.waiting, shown.givenUp], [now.toISOString(), 0, 2]);
  });
  it('do not follow redirects', async () => {
    await create();
    await promoteNew();
    receiver.answers.push([307, { location: `${receiver.url}/elsewhere` }]);
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 1);
    assert.match((await list())[0].lastFailure.reason, /answered 307, a redirect, which is not followed/);
  });
  it('are sent automatically as soon as there is something, and verify', async () => {
    now = new Date();
    const { secret } = await create();
    dispatcher.start();
    await promoteNew();
    await receiver.got(1);
    await promoteNew();
    await receiver.got(2);
    for (const { headers, body } of receiver.received)
      new Webhook(secret).verify(body, headers as Record<string, string>);
  });
  it('wait, and report it once, while the database is unavailable', async () => {
    await create();
    await promoteNew();
    let refusals = 2;
    const real = registry.store;
    const store: Store = new Proxy(real, {
      get(_, name: keyof Store) {
        if (name === 'read' && refusals-- > 0)
          return () => Promise.reject(new Problem('unavailable', 'The database is away.'));
        const member = real[name];
        return typeof member === 'function' ? member.bind(real) : member;
      },
    });
    const patient = await dispatcherFor({ store, storePause: 1 });
    patient.start();
    await receiver.got(1);
    await patient.close();
    assert.deepEqual(
      logged.map(({ event, reason }) => [event, reason]),
      [['webhooks_wait', 'The database is away.']],
    );
  });
  it('that are dead do not delay others', async () => {
    const silent = await aReceiver();
    try {
      await create({ url: `${silent.url}/dead` });
      await create();
      const patient = await dispatcherFor({ timeout: 60_000 });
      silent.answers.push('silence');
      await promoteNew();
      const sending = patient.sendDue();
      await silent.got(1);
      await receiver.got(1);
      await promoteNew();
      await patient.close();
      await sending;
      await dispatcher.sendDue();
      assert.equal(receiver.received.length, 2);
      assert.equal(silent.received.length, 3, 'what was interrupted is sent again');
      assert.deepEqual(logged, []);
    } finally {
      await silent[Symbol.asyncDispose]();
    }
  });
  it('fail when the answer is late or missing', async () => {
    await create();
    await promoteNew();
    receiver.answers.push('silence');
    const hasty = await dispatcherFor({ timeout: 50 });
    await hasty.sendDue();
    assert.match((await list())[0].lastFailure.reason, /^did not answer within 0\.05 s$/);
    await receiver[Symbol.asyncDispose]();
    now = new Date(now.getTime() + 5000);
    await dispatcher.sendDue();
    assert.match((await list())[0].lastFailure.reason, /^nothing listens there$/);
  });
  it('are sent each event by one process, however many run', async () => {
    await create();
    for (let each = 0; each < 5; each++) await promoteNew();
    await using beside = await aRegistry({ folder: registry.folder, now: () => now });
    const others = await Promise.all([dispatcherFor(), dispatcherFor({ store: beside.store })]);
    await Promise.all([dispatcher, ...others].map(each => each.sendDue()));
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    assert.deepEqual([ids.length, new Set(ids).size], [5, 5]);
  });
  it('receive events from their creation on, by any process, including what others publish', async () => {
    await promoteNew();
    await promoteNew();
    await using beside = await aRegistry({
      folder: registry.folder,
      now: () => now,
      webhooksToPrivateNetworks: true,
    });
    const request = { url: `${receiver.url}/hook`, events: ['version.published'] };
    const { json } = await beside.call('POST', '/v1/webhooks', request);
    await promoteNew();
    await beside.publish('q', 'text', null);
    await registry.publish('r', 'text', null);
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 3);
    await beside.call('DELETE', `/v1/webhooks/${json.id}`);
    await promoteNew();
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 3);
  });
  it('are sent again what a process claimed and never finished', async () => {
    await create();
    await promoteNew();
    await registry.store.write(async transaction => {
      const { claim } = await import('../../src/registry/webhooks/outbox.ts');
      assert.ok(await claim(transaction, (await list())[0].id, now));
    });
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 0);
    now = new Date(now.getTime() + 60_000);
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 1);
  });
  it('report a URL encrypted by the key of another registry', async () => {
    await create();
    await promoteNew();
    await registry.store.write(transaction =>
      transaction
        .updateTable('webhooks')
        .set({ sealed_url: 'A'.repeat(80) })
        .execute(),
    );
    await dispatcher.sendDue();
    assert.match((await list())[0].lastFailure.reason, /another registry's key/);
  });
  it('are managed only by admins of their environment', async () => {
    const { id } = await create();
    assert.deepEqual(await list('staging admin'), []);
    const remove = (as: string, which = id) =>
      registry.call('DELETE', `/v1/webhooks/${which}`, undefined, { as });
    assertProblem(await remove('staging admin'), 403, 'wrong_environment');
    assertProblem(await remove('development approver'), 403, 'role_too_low');
    assertProblem(await remove('development admin', 'nothing'), 404, 'webhook_not_found');
    await promoteNew();
    const removed = await remove('development admin');
    assert.deepEqual([removed.status, removed.json.waiting], [200, 1]);
    await dispatcher.sendDue();
    assert.equal(receiver.received.length, 0);
    assert.deepEqual(await list(), []);
  });
  it('are refused with an invalid URL or filter', async () => {
    const refused: [object, RegExp][] = [
      [{ url: 'not a url' }, /is not a URL/],
      [{ url: 'ftp://receiver.example/s3cret' }, /is not a URL that begins with https/],
      [{ url: 'https://u:s3cret@receiver.example/' }, /holds a user or a password/],
      [{ environments: [] }, /environments/],
      [{ events: ['key.created'] }, /events/],
      [{ format: 'discord' }, /format/],
    ];
    for (const [request, why] of refused) {
      const body = { url: 'https://receiver.example/', ...request };
      const answered = await registry.call('POST', '/v1/webhooks', body);
      assertProblem(answered, 422, 'invalid_request', why);
      assert.ok(!answered.text.includes('s3cret'));
    }
    const nowhere = { url: 'https://receiver.example/', environments: ['nowhere'] };
    assertProblem(await registry.call('POST', '/v1/webhooks', nowhere), 404, 'environment_not_found');
  });
});
