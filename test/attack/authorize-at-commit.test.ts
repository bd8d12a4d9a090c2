/**
 * A key that loses its right while its request is under way: held back in the middle of its body, or waiting for
 * another write. Nothing that such a request asked for may be done or told.
 */
import assert from 'node:assert/strict';
import { request as httpRequest } from 'node:http';
import { ROUTES, type RouteName } from '../../src/contract/routes.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { createKey, revokeKey } from '../../src/registry/access/keys.ts';
import type { WriteTransaction } from '../../src/registry/store/store.ts';
import { eventually } from '../eventually.ts';
import { aRegistry, ask, type Json, type RegistryForTest } from '../registry/a-registry.ts';

const START = Date.parse('2026-09-12T12:00:00.000Z');
const HOUR = 3_600_000;
const TARGETS = 'http://127.0.0.1:9/hook';

type Writing = Exclude<RouteName, 'render' | 'batch' | 'deliverAll'>;
interface Attempt {
  readonly path: string;
  readonly body?: object;
  /** The same where another attempt took its place: one change of owners waits at a time. */
  readonly renewed?: () => Promise<Attempt>;
}

/** Reads, whatever their method. */
const READING: readonly string[] = ['render', 'batch', 'deliverAll'] satisfies RouteName[];

describe('a key that loses its right while its request is in progress', () => {
  for (const [how, lose, code] of [
    ['is revoked', revokeAll, 'key_revoked'],
    ['expires', expireAll, 'key_expired'],
    ['is of a lower role by SQL, which is no event', lowerAll, 'log_broken'],
  ] as const) {
    // A role changes in no way that a reading call would be told of.
    const isOfRole = lose === lowerAll;
    describe(`because it ${how}`, () => {
      it('changes nothing with a request whose body it holds back', async () => {
        await using attacked = await anAttackedRegistry();
        const held = await Promise.all(
          attacked.attempts
            .filter(([route, { body }]) => body !== undefined && !(isOfRole && READING.includes(route)))
            .map(async ([route, attempt]) => ({ route, answer: await attacked.holdBack(route, attempt) })),
        );
        await attacked.recognized(held.length);
        await attacked.registry.store.write(transaction => lose(transaction, attacked));
        const before = await attacked.contents();
        for (const { route, answer } of held) assert.equal((await answer()).code, code, `${route} held back`);
        assert.deepEqual(await attacked.contents(), before);
      });

      it('changes nothing with a write that waits for another', async () => {
        await using attacked = await anAttackedRegistry();
        const { store } = attacked.registry;
        const writing = attacked.attempts.filter(([route]) => !READING.includes(route));
        const begun = Promise.withResolvers<void>();
        const goOn = Promise.withResolvers<void>();
        const losing = store.write(async transaction => {
          begun.resolve();
          await goOn.promise;
          await lose(transaction, attacked);
        });
        await begun.promise;
        const waiting = attacked.writesBegun(writing.length);
        const answers = writing.map(
          async ([route, attempt]) => [route, await attacked.send(route, attempt)] as const,
        );
        await waiting;
        goOn.resolve();
        await losing;
        const codes = (await Promise.all(answers)).map(([route, answered]) => [route, answered.json?.code]);
        assert.deepEqual(
          codes,
          writing.map(([route]) => [route, code]),
        );
        // Whether an event was lost or added shows in the log's end, whatever it is about.
        const kinds = await attacked.kinds();
        const changed = kinds.slice(attacked.prepared).filter(kind => kind !== 'key.revoked');
        assert.deepEqual(changed, []);
      });
    });
  }

  it('learns nothing from a waiting call', async () => {
    await using attacked = await anAttackedRegistry();
    const { registry } = attacked;
    const { json: first } = await registry.call('GET', '/v1/changes?limit=500');
    const key = await attacked.keyFor('changes');
    const waited = Promise.withResolvers<void>();
    const { changed } = registry.store;
    registry.store.changed = (...given) => {
      if (given[1] <= 30_000) waited.resolve();
      return changed.apply(registry.store, given);
    };
    const path = `/v1/changes?after=${encodeURIComponent(first.cursor)}&wait=30`;
    const answer = ask(registry.url, 'GET', path, undefined, { authorization: `Bearer ${key}` });
    await waited.promise;
    await registry.store.write(transaction => revokeAll(transaction, attacked));
    assert.equal((await answer).json.code, 'key_revoked');
  });

  it('is tested with every call that writes or takes a body', async () => {
    await using attacked = await anAttackedRegistry();
    assert.deepEqual(
      attacked.attempts.map(([route]) => route).sort(),
      Object.entries(ROUTES)
        .filter(([, { method, role }]) => method !== 'GET' && role !== null)
        .map(([route]) => route)
        .sort(),
    );
  });

  it('could have made every one of these calls before', async () => {
    await using attacked = await anAttackedRegistry();
    for (const [route, attempt] of attacked.attempts) {
      const { status, text } = await attacked.send(route, (await attempt.renewed?.()) ?? attempt);
      assert.ok(status < 300, `${route}: ${status} ${text}`);
    }
  });
});

async function revokeAll(transaction: WriteTransaction, { registry, ids }: AttackedRegistry): Promise<void> {
  for (const id of ids) await revokeKey(transaction, registry.store.now, COMMAND_LINE, id);
}

async function expireAll(_transaction: WriteTransaction, { clock }: AttackedRegistry): Promise<void> {
  clock.now += HOUR;
}

/** No call does it. */
async function lowerAll(transaction: WriteTransaction, { ids }: AttackedRegistry): Promise<void> {
  await transaction.updateTable('keys').set({ role: 'reader' }).where('id', 'in', ids).execute();
}

interface AttackedRegistry extends AsyncDisposable {
  readonly registry: RegistryForTest;
  readonly clock: { now: number };
  /** A valid request of each call. */
  readonly attempts: readonly (readonly [RouteName, Attempt])[];
  /** Of the attacker's keys, one for each call. */
  readonly ids: readonly string[];
  /** The number of events before the attack. */
  readonly prepared: number;
  keyFor(route: RouteName): Promise<string>;
  /** Sends all but the end of the body, which the function that it gives sends. */
  holdBack(route: RouteName, attempt: Attempt): Promise<() => Promise<Json>>;
  send(route: RouteName, attempt: Attempt): ReturnType<typeof ask>;
  /** Resolves when so many keys were authenticated. */
  recognized(count: number): Promise<void>;
  /** Resolves when so many more writes were begun. */
  writesBegun(count: number): Promise<void>;
  kinds(): Promise<string[]>;
  /** All that could have been changed. */
  contents(): Promise<Json>;
}

async function anAttackedRegistry(): Promise<AttackedRegistry> {
  const clock = { now: START };
  const registry = await aRegistry({ now: () => new Date(clock.now), webhooksToPrivateNetworks: true });
  const { store } = registry;
  const attempts = await attemptsAt(registry);
  const keys = new Map<RouteName, string>();
  const ids: string[] = [];
  const environment = parseEnvironmentName('development');
  const expiresAt = new Date(clock.now + HOUR).toISOString();
  for (const route of [...attempts.map(([each]) => each), 'changes'] as RouteName[]) {
    const made = { environment, role: 'admin', actor: `attacker.${route}`, expiresAt } as const;
    const created = await store.write(transaction => createKey(transaction, store.now, COMMAND_LINE, made));
    keys.set(route, created.key);
    ids.push(created.id);
  }
  const authorization = (route: RouteName) => ({ authorization: `Bearer ${keys.get(route)}` });
  const attacked: AttackedRegistry = {
    registry,
    clock,
    attempts,
    ids,
    prepared: (await eventsOf(registry)).length,
    keyFor: async route => keys.get(route) ?? '',
    async holdBack(route, { path, body }) {
      const bytes = Buffer.from(JSON.stringify(body));
      const headers = {
        ...authorization(route),
        'content-type': 'application/json',
        'content-length': bytes.byteLength,
      };
      const request = httpRequest(registry.url + path, { method: ROUTES[route].method, headers });
      const answered = Promise.withResolvers<Json>();
      request.on('error', answered.reject);
      request.on('response', async response => {
        const text = (await Array.fromAsync(response)).join('');
        answered.resolve(text === '' ? {} : JSON.parse(text));
      });
      answered.promise.catch(() => {}); // told to whoever sends the end
      await new Promise(sent => request.write(bytes.subarray(0, -1), sent));
      return () => {
        request.end(bytes.subarray(-1));
        return answered.promise;
      };
    },
    send: (route, { path, body }) =>
      ask(registry.url, ROUTES[route].method, path, body, authorization(route)),
    recognized: async count => {
      await eventually(`${count} keys in use`, async () => {
        const used = await store.read(snapshot =>
          snapshot
            .selectFrom('keys')
            .select('id')
            .where('id', 'in', ids)
            .where('last_used_at', 'is not', null)
            .execute(),
        );
        return used.length >= count;
      });
    },
    writesBegun(count) {
      const { write } = store;
      const { promise, resolve } = Promise.withResolvers<void>();
      let left = count;
      store.write = work => {
        left -= 1;
        if (left === 0) resolve();
        return write.call(store, work) as ReturnType<typeof store.write<never>>;
      };
      return promise;
    },
    kinds: async () => (await eventsOf(registry)).map(({ kind }) => kind),
    contents: async () => [
      await eventsOf(registry),
      await store.read(snapshot => snapshot.selectFrom('idempotency').selectAll().execute()),
    ],
    [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose](),
  };
  return attacked;
}

async function eventsOf({ store }: RegistryForTest): Promise<Json[]> {
  return store.read(snapshot => snapshot.selectFrom('events').selectAll().orderBy('seq').execute());
}

/** Each on things of its own, so that each could succeed whichever others did. */
async function attemptsAt(registry: RegistryForTest): Promise<(readonly [RouteName, Attempt])[]> {
  for (const name of ['old', 'bad', 'gone', 'shown']) await registry.publish(name, `About ${name}`, null);
  await registry.call('POST', '/v1/prompts/gone/-/archive', { reason: 'For the test' });
  const environment = 'development';
  await registry.promote('shown', 1, environment);
  const policy = { approvals: 1 };
  const { json: environments } = await registry.call('GET', '/v1/environments');
  const before = environments.data.find(({ name }: Json) => name === environment).policy;
  await registry.call('PUT', `/v1/environments/${environment}`, { ...before, ...policy });
  const asked: string[] = [];
  for (const channel of ['a', 'b', 'c', 'd']) {
    const request = { environment, channel, version: 1, reason: 'For the test', expected: null };
    const { json } = await registry.call('POST', '/v1/prompts/old/-/promotions', request);
    asked.push(json.id);
  }
  const released: string[] = [];
  for (const channel of ['e', 'f', 'g']) {
    const items = [{ prompt: 'old', version: 1, from: null }];
    const request = { environment, channel, reason: 'For the test', items, atomic: true };
    const { json } = await registry.call('POST', '/v1/releases', request);
    released.push(json.release.id);
  }
  const spare = async () => {
    const made = { environment, role: 'reader', actor: 'a-reader', expiresAt: null };
    return (await registry.call('POST', '/v1/keys', made)).json.id;
  };
  const { json: hook } = await registry.call('POST', '/v1/webhooks', { url: TARGETS });
  await registry.publish('talk', 'One\nTwo\nThree', null);
  const comments = '/v1/prompts/talk/-/comments';
  const say = (line: number, as: string) =>
    registry.call('POST', comments, { version: 1, line, text: 'For the test' }, { as });
  const own = await say(1, 'development author attacker.editComment');
  const others = await say(2, 'development author somebody');
  await say(2, 'development author somebody');
  await say(3, 'development author somebody');
  await registry.call('POST', `${comments}/resolve`, { version: 1, line: 3 });
  const owners = `/v1/environments/${environment}/owners`;
  await registry.key(environment, 'approver', 'owner.one');
  const change = { text: '* @owner.one\n', reason: 'For the test', expected: null };
  const waiting = async (): Promise<string> => {
    const { json } = await registry.call('GET', owners);
    return json.waiting?.id ?? (await registry.call('POST', owners, change)).json.change.id;
  };
  const deciding = async (decision: string): Promise<Attempt> => ({
    path: `${owners}/${await waiting()}/${decision}`,
    body: { comment: 'Attacked' },
    renewed: () => deciding(decision),
  });
  const cancelWaiting = async () => registry.call('POST', `${owners}/${await waiting()}/cancel`, {});
  const requesting: Attempt = {
    path: owners,
    body: change,
    renewed: async () => {
      await cancelWaiting();
      return requesting;
    },
  };
  const attempts: Readonly<Record<string, Attempt>> = {
    render: { path: '/v1/prompts/shown/-/render', body: { input: {} } },
    batch: { path: '/v1/versions/batch', body: { refs: ['old@1'] } },
    deliverAll: { path: '/v1/deliveries', body: { prompts: [{ name: 'shown' }] } },
    publish: {
      path: '/v1/prompts/bad/-/versions',
      body: { source: 'Another', message: 'Attacked', base: 1 },
    },
    promote: {
      path: '/v1/prompts/bad/-/promotions',
      body: { environment, channel: 'stable', version: 1, reason: 'Attacked', expected: null },
    },
    approve: { path: `/v1/promotions/${asked[0]}/approve`, body: { comment: '' } },
    reject: { path: `/v1/promotions/${asked[1]}/reject`, body: { comment: 'Attacked' } },
    cancel: { path: `/v1/promotions/${asked[2]}/cancel`, body: { comment: '' } },
    comment: { path: `/v1/promotions/${asked[3]}/comments`, body: { text: 'Attacked' } },
    promoteRelease: {
      path: '/v1/releases',
      body: {
        ...{ environment, channel: 'h', reason: 'Attacked' },
        items: [{ prompt: 'bad', version: 1, from: null }],
      },
    },
    approveRelease: { path: `/v1/releases/${released[0]}/approve`, body: { comment: '' } },
    rejectRelease: { path: `/v1/releases/${released[1]}/reject`, body: { comment: 'Attacked' } },
    cancelRelease: { path: `/v1/releases/${released[2]}/cancel`, body: { comment: '' } },
    addComment: { path: comments, body: { version: 1, line: 1, text: 'Attacked' } },
    editComment: { path: `${comments}/${own.json.id}`, body: { text: 'Attacked' } },
    deleteComment: { path: `${comments}/${others.json.id}` },
    resolveThread: { path: `${comments}/resolve`, body: { version: 1, line: 2 } },
    unresolveThread: { path: `${comments}/unresolve`, body: { version: 1, line: 3 } },
    archive: { path: '/v1/prompts/old/-/archive', body: { reason: 'Attacked' } },
    restore: { path: '/v1/prompts/gone/-/restore', body: { reason: 'Attacked' } },
    putEnvironment: { path: '/v1/environments/attacked', body: before },
    createKey: { path: '/v1/keys', body: { environment, role: 'admin', actor: 'mallory', expiresAt: null } },
    revokeKey: { path: `/v1/keys/${await spare()}/revoke` },
    rotateKey: { path: `/v1/keys/${await spare()}/rotate`, body: { overlap: 60 } },
    createWebhook: { path: '/v1/webhooks', body: { url: TARGETS } },
    removeWebhook: { path: `/v1/webhooks/${hook.id}` },
    requestOwners: requesting,
    rejectOwners: await deciding('reject'),
    cancelOwners: await deciding('cancel'),
    approveOwners: await deciding('approve'),
  } satisfies Partial<Record<RouteName, Attempt>>;
  return Object.entries(attempts) as [Writing, Attempt][];
}
