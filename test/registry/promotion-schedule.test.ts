import assert from 'node:assert/strict';
import type { Promotion } from '../../src/contract/promotions.ts';
import { parseChannel } from '../../src/core/channel.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { promotionSchedule } from '../../src/registry/promotions/schedule.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aRegistry, type RegistryForTest } from './a-registry.ts';

/** In ms. */
const SOON = 150;
const HOUR = 3_600_000;

/** Plans for so soon that a test can wait for it: for later and later, until the request comes before its own time. */
async function planSoon(plan: (ms: number) => Promise<Promotion | undefined>): Promise<Promotion> {
  for (let ms = SOON; ; ms *= 2) {
    const planned = await plan(ms);
    if (planned !== undefined) return planned;
  }
}

/** Undefined where its time is past already. */
async function plan(
  registry: RegistryForTest,
  version: number,
  expected: number | null,
  ms: number,
): Promise<Promotion | undefined> {
  const { status, json } = await registry.call(
    'POST',
    '/v1/prompts/p/-/promotions',
    {
      environment: 'development',
      channel: 'stable',
      version,
      reason: 'Tonight',
      expected,
      effectiveAt: new Date(registry.store.now().getTime() + ms).toISOString(),
    },
    { as: 'development approver' },
  );
  if (status === 422 && json.fields[0].pointer === '/effectiveAt') return undefined;
  assert.equal(status, 202, JSON.stringify(json));
  return json;
}

/** Waits as the extension does: the call is held open until something happens. */
async function appliedEvent(registry: RegistryForTest, id: string) {
  let after = '';
  for (;;) {
    const { json } = await registry.call('GET', `/v1/changes?wait=30${after}`);
    for (const event of json.events) {
      if (event.data.promotion !== id) continue;
      if (event.kind === 'promotion.applied') return event;
      // Nothing more would come of it.
      assert.notEqual(event.kind, 'promotion.held', JSON.stringify(event));
    }
    after = `&after=${json.cursor}`;
  }
}

describe('the schedule of planned promotions', () => {
  it('applies a promotion at its time, in a running server', async () => {
    await using registry = await aRegistry();
    await registry.publish('p', 'one', null);
    const planned = await planSoon(ms => plan(registry, 1, null, ms));
    assert.equal(planned.state, 'planned');
    const event = await appliedEvent(registry, planned.id);
    assert.ok(event.at >= (planned.effectiveAt ?? ''), `${event.at} is not before ${planned.effectiveAt}`);
    const { text } = await registry.call('GET', '/v1/prompts/p');
    assert.equal(text, 'one');
    assert.deepEqual(
      registry.logged.filter(({ event }) => event === 'fault'),
      [],
    );
  });
  it('applies at startup what became due while no process ran', async () => {
    await using folder = await temporaryFolder();
    const before = await aRegistry({ folder: folder.path });
    await before.publish('p', 'one', null);
    const planned = (await plan(before, 1, null, HOUR)) ?? assert.fail();
    await before.close();
    const hence = () => new Date(Date.now() + 2 * HOUR);
    const later = await aRegistry({ folder: folder.path, now: hence });
    try {
      const { at } = await appliedEvent(later, planned.id);
      assert.ok(at > (planned.effectiveAt ?? ''));
    } finally {
      await later.close();
    }
  });
  it('applies it once when many processes run', async () => {
    await using registry = await aRegistry();
    await registry.publish('p', 'one', null);
    const looks = [0, 0, 0];
    const others = await Promise.all(
      looks.map(async (_, index) => {
        const store = await openDataFolder(registry.folder);
        const read: Store['read'] = work => {
          looks[index]! += 1;
          return store.read(work);
        };
        return aRegistry({ store: withMembers(store, { read }) });
      }),
    );
    try {
      const planned = await planSoon(ms => plan(registry, 1, null, ms));
      await appliedEvent(registry, planned.id);
      const before = [...looks];
      // Each is woken by that, and looks what is to be done.
      await eventually('a look of every process', () =>
        looks.every((count, index) => count > (before[index] ?? 0)),
      );
      for (const { server } of others) await server.close();
      const { json } = await registry.call('GET', '/v1/changes?limit=1000');
      const of = json.events.filter(
        (event: { data: { promotion?: string } }) => event.data.promotion === planned.id,
      );
      assert.deepEqual(
        of.map(({ kind }: { kind: string }) => kind),
        ['promotion.requested', 'promotion.planned', 'promotion.applied'],
      );
    } finally {
      for (const other of others) await other.close();
    }
  });
  it('runs in the embedded registry', async () => {
    await using registry = await anEmbeddedRegistry();
    const client = registry.client();
    const name = parsePromptName('p');
    await client.publish(name, { source: 'one', message: '', base: null });
    const request = {
      environment: parseEnvironmentName('development'),
      channel: parseChannel('stable'),
      version: 1 as VersionNumber,
      reason: 'Tonight',
      expected: null,
    };
    const planned = await planSoon(ms =>
      client
        .promote(name, { ...request, effectiveAt: new Date(Date.now() + ms).toISOString() })
        .catch(error => {
          if (Problem.is(error, 'invalid_request')) return undefined;
          throw error;
        }),
    );
    assert.equal(planned.state, 'planned');
    let { cursor } = await client.changes();
    for (let state: Promotion['state'] = planned.state; state !== 'applied'; ) {
      ({ cursor } = await client.changes({ after: cursor, wait: 10 }));
      ({ state } = await client.getPromotion(planned.id));
    }
    assert.equal((await client.deliver(name)).template, 'one');
  });
  it('survives an unavailable database, logs it once, and applies when it is back', async () => {
    let ahead = 0;
    await using registry = await aRegistry({ now: () => new Date(Date.now() + ahead) });
    await registry.publish('p', 'one', null);
    const planned = (await plan(registry, 1, null, HOUR)) ?? assert.fail();
    ahead = 2 * HOUR;
    const faults: unknown[] = [];
    let away = 3;
    const failing = withMembers(registry.store, {
      read: async work => {
        if (away-- > 0) throw new Problem('unavailable', 'The database is away.');
        return registry.store.read(work);
      },
    });
    const onFault = (error: unknown) => void faults.push(error);
    const schedule = promotionSchedule({ store: failing, onFault, pause: 1 });
    schedule.start();
    await appliedEvent(registry, planned.id);
    await schedule.close();
    assert.equal(faults.length, 1);
    assert.ok(Problem.is(faults[0], 'unavailable'));
  });
  it('makes no database queries while nothing is planned and nothing happens', async () => {
    await using registry = await aRegistry();
    let reads = 0;
    const waits: number[] = [];
    const counting = withMembers(registry.store, {
      read: work => {
        reads++;
        return registry.store.read(work);
      },
      changed: (since, timeout, signal) => {
        waits.push(timeout);
        return registry.store.changed(since, timeout, signal);
      },
    });
    const schedule = promotionSchedule({ store: counting, onFault: assert.ifError });
    schedule.start();
    await eventually('its first wait', () => waits.length === 1);
    assert.equal(reads, 1);
    await registry.publish('p', 'one', null);
    // One each time that something happened: it reads, and then it waits.
    await eventually('its next wait', () => waits.length >= 2 && reads === waits.length).catch(error =>
      assert.fail(`${error} It read ${reads} times, and waited ${waits.length} times.`),
    );
    assert.ok(
      waits.every(wait => wait >= 60_000),
      String(waits),
    );
    await schedule.close();
    await schedule.close();
  });
});

/** A store with some of its members put in the place of its own. */
function withMembers(store: Store, members: Partial<Store>): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name in members) return Reflect.get(members, name);
      const value = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
