/** Clocks that are wrong: they shift nothing for good, bring nothing forward, and revive no key. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { defaultEnvironments, parseEnvironmentName } from '../../src/core/environment.ts';
import { createKey } from '../../src/registry/administration.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { promotionSchedule } from '../../src/registry/promotions/schedule.ts';
import { CLOCK_TOLERANCE, LONGEST_PAUSE, machineClockRule } from '../../src/registry/store/clock.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { inProcess } from '../cli/in-process.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { aRegistry, ask, assertProblem } from './a-registry.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-09-12T12:00:00.000Z');
const environments = defaultEnvironments(0);
const NEW_KEY = {
  environment: parseEnvironmentName('development'),
  role: 'reader',
  actor: 'app',
  expiresAt: null,
} as const;

describe('a wrong clock', () => {
  let folder: TemporaryFolder;
  let open: Store[];
  beforeEach(async () => {
    folder = await temporaryFolder();
    open = [];
  });
  afterEach(async () => {
    for (const store of open) await store.close();
    await folder[Symbol.asyncDispose]();
  });

  /** A machine whose clock and whose time since its start a test sets. */
  async function machine(ahead = 0) {
    const clock = { now: START + ahead, uptime: 1000 };
    const store = await openDataFolder(folder.path, {
      environments,
      now: () => new Date(clock.now),
      checksClock: true,
      uptime: () => clock.uptime / 1000,
    });
    open.push(store);
    const pass = (ms: number) => {
      clock.now += ms;
      clock.uptime += ms;
    };
    return { clock, store, pass };
  }
  const newest = async (store: Store): Promise<string> => {
    const { at } = await store.read(snapshot =>
      snapshot.selectFrom('events').select('at').orderBy('seq', 'desc').limit(1).executeTakeFirstOrThrow(),
    );
    return at;
  };

  it('400 days ahead on another machine cannot write to the log', async () => {
    const right = await machine();
    await createKey(right.store, NEW_KEY);
    const wrong = await machine(400 * DAY);
    await assert.rejects(createKey(wrong.store, NEW_KEY), {
      code: 'unavailable',
      message: /400 days ahead of the newest event, of 2026-09-12T12:00:00\.000Z\..*promptforge accept-clock/,
    });
    right.pass(HOUR);
    await createKey(right.store, NEW_KEY);
    assert.equal(await newest(right.store), new Date(START + HOUR).toISOString());
  });

  it('set forward while the registry runs blocks writes until it is right again', async () => {
    const { store, clock, pass } = await machine();
    await createKey(store, NEW_KEY);
    clock.now += 2 * DAY;
    await assert.rejects(createKey(store, NEW_KEY), {
      message: /set forward by 2 days while the registry ran/,
    });
    clock.now -= 2 * DAY;
    await createKey(store, NEW_KEY);
    // Nobody wrote for long, and time went on.
    pass(200 * DAY);
    await createKey(store, NEW_KEY);
    assert.equal(await newest(store), new Date(START + 200 * DAY).toISOString());
  });

  it('does not apply what is planned for next month', async () => {
    const right = await machine();
    await using registry = await aRegistry({ store: right.store });
    open = [];
    await registry.publish('p', 'text', null);
    const planned = await registry.call(
      'POST',
      '/v1/prompts/p/-/promotions',
      {
        ...{
          environment: 'development',
          channel: 'stable',
          version: 1,
          reason: 'Next month',
          expected: null,
        },
        effectiveAt: new Date(START + 31 * DAY).toISOString(),
      },
      { as: 'development admin' },
    );
    assert.equal(planned.status, 202, planned.text);
    const state = async () => (await registry.call('GET', `/v1/promotions/${planned.json.id}`)).json.state;
    const wrong = await machine(40 * DAY);
    const schedule = promotionSchedule({ store: wrong.store, onFault: () => {} });
    await assert.rejects(schedule.applyDue(), { code: 'unavailable', message: /accept-clock/ });
    await schedule.close();
    right.clock.now += 40 * DAY;
    const own = promotionSchedule({ store: right.store, onFault: () => {} });
    await assert.rejects(own.applyDue(), { code: 'unavailable', message: /set forward/ });
    right.clock.now -= 40 * DAY;
    assert.equal(await state(), 'planned');
    right.pass(31 * DAY);
    await own.applyDue();
    await own.close();
    assert.equal(await state(), 'applied');
  });

  it('that shifted an older log applies nothing before its time by the current clock', async () => {
    const clock = { now: START + 400 * DAY };
    await using registry = await aRegistry({ now: () => new Date(clock.now) });
    await registry.publish('p', 'text', null);
    await registry.key('development');
    clock.now = START;
    const planned = await registry.call(
      'POST',
      '/v1/prompts/p/-/promotions',
      {
        ...{
          environment: 'development',
          channel: 'stable',
          version: 1,
          reason: 'Next month',
          expected: null,
        },
        effectiveAt: new Date(START + 31 * DAY).toISOString(),
      },
      { as: 'development admin' },
    );
    assert.equal(planned.status, 202, planned.text);
    const schedule = promotionSchedule({ store: registry.store, onFault: () => {} });
    await schedule.applyDue();
    const state = async () => (await registry.call('GET', `/v1/promotions/${planned.json.id}`)).json.state;
    assert.equal(await state(), 'planned');
    clock.now = START + 31 * DAY;
    await schedule.applyDue();
    await schedule.close();
    assert.equal(await state(), 'applied');
  });

  it('set back does not revive an expired key', async () => {
    const clock = { now: START };
    const now = () => new Date(clock.now);
    const expiresAt = new Date(START + HOUR).toISOString();
    let key = '';
    const attempts = async (url: string) => {
      const headers = { authorization: `Bearer ${key}` };
      const content = { source: 'x', message: '', base: null };
      assertProblem(await ask(url, 'GET', '/v1/prompts/p', undefined, headers), 401, 'key_expired');
      const path = '/v1/prompts/q/-/versions';
      assertProblem(await ask(url, 'POST', path, content, headers), 401, 'key_expired');
    };
    {
      await using registry = await aRegistry({ folder: folder.path, now });
      await registry.publish('p', 'text', null);
      ({ key } = await createKey(registry.store, { ...NEW_KEY, role: 'author', expiresAt }));
      clock.now += 2 * HOUR;
      await registry.publish('p', 'more', 1);
      await attempts(registry.url);
      clock.now = START;
      await attempts(registry.url);
    }
    await using again = await aRegistry({ folder: folder.path, now });
    await attempts(again.url);
  });

  it('is confirmed by an operator, which the log records', async () => {
    const old = { now: Date.now() - 100 * DAY };
    const store = await openDataFolder(folder.path, { environments, now: () => new Date(old.now) });
    await createKey(store, NEW_KEY);
    await store.close();
    const given = [
      '--environment',
      'development',
      '--role',
      'reader',
      '--actor',
      'app',
      '--data',
      folder.path,
    ];
    const refused = await inProcess(['keys', 'create', ...given]);
    assert.equal(refused.code, 4);
    assert.match(refused.stderr, /is 100 days ahead of the newest event.*"promptforge accept-clock"/);
    const accept = () => inProcess(['accept-clock', '--data', folder.path, '--reason', 'Nobody published']);
    assert.match(
      (await accept()).stdout,
      /^The newest event was from 20.*and the log continues from there\.\n$/,
    );
    assert.match((await accept()).stdout, /There is nothing to accept/);
    assert.equal((await inProcess(['keys', 'create', ...given])).code, 0);
    const { stdout } = await inProcess(['export', '--data', folder.path]);
    assert.match(stdout, /"data":\{"reason":"Nobody published"\}/);
    assert.equal((await inProcess(['verify', '--data', folder.path])).code, 0);
    assert.equal((await inProcess(['accept-clock', '--data', folder.path, '--reason', ' '])).code, 2);
  });
});

describe('the clock of a machine', () => {
  const step = fc.record({
    passes: fc.integer({ min: 0, max: 400 * DAY }),
    jumps: fc.oneof(fc.constant(0), fc.integer({ min: -400 * DAY, max: 400 * DAY })),
    writes: fc.boolean(),
  });

  it('never puts an event later than the time that has passed by more than an hour per write', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), steps => {
        const clock = { now: START, uptime: 0 };
        const rule = machineClockRule(
          () => new Date(clock.now),
          () => clock.uptime / 1000,
        );
        let newest = START;
        let written = 0;
        for (const { passes, jumps, writes } of steps) {
          clock.now += passes + jumps;
          clock.uptime += passes;
          if (!writes) continue;
          if (rule.whyNot(clock.now, newest) === undefined) {
            newest = Math.max(newest, clock.now);
            written++;
          }
          assert.ok(newest <= START + clock.uptime + (written + 1) * CLOCK_TOLERANCE);
        }
      }),
    );
  });

  it('is trusted while it moves as time does, and after a month without events', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: LONGEST_PAUSE }),
        fc.array(fc.integer({ min: 0, max: 400 * DAY })),
        (idle, passes) => {
          const clock = { now: START + idle, uptime: 0 };
          const rule = machineClockRule(
            () => new Date(clock.now),
            () => clock.uptime / 1000,
          );
          for (const ms of passes) {
            clock.now += ms;
            clock.uptime += ms;
            assert.equal(rule.whyNot(clock.now, START), undefined);
          }
        },
      ),
    );
  });
});
