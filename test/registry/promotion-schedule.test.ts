import assert from 'node:assert/strict';
import type { Promotion } from '../../src/contract/promotions.ts';
import { parseChannel } from '../../src/core/channel.ts';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import { parsePromptName } from '../../src/core/name.ts';
import { Problem } from '../../src/core/problem.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { promotionSchedule } from '../../src/registry/promotions/schedule.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aRegistry, type RegistryForTest } from './a-registry.ts';

const SOON = 150;

async function plan(
  registry: RegistryForTest,
  version: number,
  expected: number | null,
  ms = SOON,
): Promise<Promotion> {
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
  assert.equal(status, 202, JSON.stringify(json));
  return json;
}

/** Waits as the extension does: the call is held open until something happens. */
async function appliedEvent(registry: RegistryForTest, id: string) {
  let after = '';
  for (;;) {
    const { json } = await registry.call('GET', `/v1/changes?wait=5${after}`);
    for (const event of json.events)
      if (event.kind === 'promotion.applied' && event.data.promotion === id) return event;
    assert.ok(json.events.length > 0, 'nothing happened for five seconds');
    after = `&after=${json.cursor}`;
  }
}

describe('the schedule of planned promotions', () => {
  it('applies a promotion when its time has come, in a running server', async () => {
    await using registry = await aRegistry();
    await registry.publish('p', 'one', null);
    const planned = await plan(registry, 1, null);
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
  it('applies at its start what became due while no process ran', async () => {
    await using folder = await temporaryFolder();
    const before = await aRegistry({ folder: folder.path });
    await before.publish('p', 'one', null);
    const planned = await plan(before, 1, null, 3_600_000);
    await before.close();
    const hence = () => new Date(Date.now() + 7_200_000);
    const later = await aRegistry({ folder: folder.path, now: hence });
    try {
      const { at } = await appliedEvent(later, planned.id);
      assert.ok(at > (planned.effectiveAt ?? ''));
    } finally {
      await later.close();
    }
  });
  it('applies it once where many processes run', async () => {
    await using registry = await aRegistry();
    await registry.publish('p', 'one', null);
    const others = await Promise.all([1, 2, 3].map(() => aRegistry({ folder: registry.folder })));
    try {
      const planned = await plan(registry, 1, null);
      await appliedEvent(registry, planned.id);
      await Promise.all(
        others.map(({ store }) => store.changed(store.revision(), SOON, new AbortController().signal)),
      );
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
    const planned = await client.promote(name, {
      environment: parseEnvironmentName('development'),
      channel: parseChannel('stable'),
      version: 1 as VersionNumber,
      reason: 'Tonight',
      expected: null,
      effectiveAt: new Date(Date.now() + SOON).toISOString(),
    });
    assert.equal(planned.state, 'planned');
    let { cursor } = await client.changes();
    for (let state: Promotion['state'] = planned.state; state !== 'applied'; ) {
      ({ cursor } = await client.changes({ after: cursor, wait: 5 }));
      ({ state } = await client.getPromotion(planned.id));
    }
    assert.equal((await client.deliver(name)).template, 'one');
  });
  it('survives a database that is away, says so once, and applies when it is back', async () => {
    await using registry = await aRegistry();
    await registry.publish('p', 'one', null);
    const planned = await plan(registry, 1, null, 3_600_000);
    const faults: unknown[] = [];
    let away = 3;
    const failing = withMembers(registry.store, {
      now: () => new Date(Date.now() + 7_200_000),
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
  it('asks the database nothing while nothing is planned and nothing happens', async () => {
    await using registry = await aRegistry();
    let reads = 0;
    const counting = withMembers(registry.store, {
      read: work => {
        reads++;
        return registry.store.read(work);
      },
    });
    const schedule = promotionSchedule({ store: counting, onFault: assert.ifError });
    schedule.start();
    await registry.store.changed(registry.store.revision(), 400, new AbortController().signal);
    assert.ok(reads <= 2, `${reads} reads`);
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
