/** How old a text may be, by the clock: as the registry advertises, and never older while it can be asked. */
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { patience } from '../../scripts/host/patience.ts';
import type { PromptClient, StaleEvent } from '../../src/sdk/client.ts';
import { steadyClock } from '../../src/sdk/clock.ts';
import { freshnessOf, tightened } from '../../src/sdk/freshness.ts';
import { eventually } from '../eventually.ts';
import { runs } from '../runs.ts';
import { aSetting, codeOf, IF_ERROR, MAX_AGE, NAME, REVALIDATE, type Setting } from './a-client.ts';
import { type Fault, problem } from './a-proxy.ts';

describe('the age of a text', () => {
  let setting: Setting;
  before(async () => {
    setting = await aSetting();
  });
  after(() => setting[Symbol.asyncDispose]());
  afterEach(async () => {
    setting.proxy.fault = 'none';
    await setting.promote(1).catch(() => undefined);
  });

  async function fetched(options?: Parameters<Setting['client']>[0]): Promise<PromptClient> {
    const prompts = setting.client(options);
    assert.equal((await prompts.get(NAME)).version, 1);
    return prompts;
  }

  it('may be up to max-age without any request', async () => {
    const prompts = await fetched();
    const before = setting.proxy.seen.length;
    setting.pass(MAX_AGE - 0.1);
    const { source, age } = await prompts.get(NAME);
    assert.deepEqual([source, Math.round(age * 10) / 10], ['cache', MAX_AGE - 0.1]);
    assert.equal(setting.proxy.seen.length, before);
  });

  it('may be up to stale-while-revalidate while the text is refreshed', async () => {
    const stale: StaleEvent[] = [];
    const prompts = await fetched({ onStale: event => stale.push(event) });
    await setting.promote(2);
    setting.pass(MAX_AGE + REVALIDATE - 0.1);
    const old = await prompts.get(NAME);
    assert.deepEqual([old.source, old.version], ['stale', 1]);
    assert.deepEqual([stale.length, stale[0]?.error], [1, undefined]);
    await eventually('the refreshed version', async () => (await prompts.get(NAME)).version === 2);
  });

  it('causes a request beyond both, so that an idle process never returns a rolled back version', async () => {
    await setting.promote(2);
    const prompts = setting.client();
    assert.equal((await prompts.get(NAME)).version, 2);
    await setting.promote(1);
    setting.pass(3600);
    const now = await prompts.get(NAME);
    assert.deepEqual([now.source, now.version, now.text], ['network', 1, 'One {{mail}}']);
  });

  it('makes callers wait up to the timeout before they get an old text', async () => {
    const [patient, hasty] = [await fetched(), await fetched({ timeout: patience(500) })];
    setting.pass(3600);
    setting.proxy.fault = { slow: 200 };
    assert.equal((await patient.get(NAME)).source, 'network');
    setting.proxy.fault = 'paused';
    const { source, age } = await hasty.get(NAME);
    assert.deepEqual([source, age], ['stale', 3600]);
  });

  it('causes a new request if the process was suspended during the last one', async () => {
    for (const isAnswered of [false, true]) {
      let isAwake = true;
      let first: Response | undefined;
      const prompts = await fetched({
        timeout: patience(1000),
        fetch: async (...given) => {
          if (isAwake) {
            const answer = await fetch(...given);
            first ??= answer.clone();
            return answer;
          }
          isAwake = true;
          setting.pass(3600);
          return isAnswered && first !== undefined ? first : new Promise<never>(() => undefined);
        },
      });
      setting.pass(3600);
      await setting.promote(2);
      isAwake = false;
      const { source, version, age } = await prompts.get(NAME);
      assert.deepEqual([source, version, age], ['network', 2, 0]);
      await setting.promote(1);
    }
  });

  it('does not make callers wait for a request from before the process was suspended', async () => {
    const prompts = await fetched({ timeout: 5000 });
    setting.pass(MAX_AGE + 1);
    setting.proxy.fault = 'paused';
    const before = setting.proxy.seen.length;
    assert.equal((await prompts.get(NAME)).source, 'stale');
    await eventually('the request', async () => setting.proxy.seen.length > before);
    await setting.promote(2);
    setting.proxy.fault = 'none';
    setting.pass(3600);
    const { source, version } = await prompts.get(NAME);
    assert.deepEqual([source, version], ['network', 2]);
  });

  it('is limited by stale-if-error, beyond which callers get the error', async () => {
    const prompts = await fetched();
    setting.proxy.fault = 'killed';
    setting.pass(MAX_AGE + IF_ERROR - 1);
    assert.equal((await prompts.get(NAME)).source, 'stale');
    setting.pass(60);
    assert.equal(await codeOf(prompts.get(NAME)), 'unreachable');
  });

  it('is reported with the reason of the failure', async () => {
    const stale: StaleEvent[] = [];
    const prompts = await fetched({ onStale: event => stale.push(event) });
    setting.proxy.fault = problem(401, 'key_revoked');
    setting.pass(3600);
    assert.equal((await prompts.get(NAME)).source, 'stale');
    assert.deepEqual(
      stale.map(({ error, prompt }) => [error?.code, error?.problem, prompt.age]),
      [['key_refused', 'key_revoked', 3600]],
    );
  });

  it('does not make callers wait right after a failure, and the client retries by itself', async () => {
    const prompts = await fetched({ timeout: patience(500) });
    setting.pass(3600);
    setting.proxy.fault = 'paused';
    await prompts.get(NAME);
    const before = setting.proxy.seen.length;
    for (let time = 0; time < 100; time++) assert.equal((await prompts.get(NAME)).source, 'stale');
    assert.equal(setting.proxy.seen.length, before, 'it is not asked within 5 s of a failure');
    await setting.promote(2);
    setting.proxy.fault = 'none';
    setting.pass(6);
    assert.equal((await prompts.get(NAME)).version, 1, 'it is asked in the background');
    await eventually('the new version', async () => (await prompts.get(NAME)).version === 2);
  });

  it('makes callers wait again if the failure was long ago', async () => {
    const prompts = await fetched();
    setting.pass(3600);
    setting.proxy.fault = 'killed';
    assert.equal((await prompts.get(NAME)).source, 'stale');
    await setting.promote(2);
    setting.proxy.fault = 'none';
    setting.pass(16);
    assert.deepEqual((await prompts.get(NAME)).version, 2);
  });

  it('is limited further by maxStale', async () => {
    const none = await fetched({ maxStale: 0 });
    const some = await fetched({ maxStale: 60 });
    await setting.promote(2);
    setting.pass(MAX_AGE + 1);
    assert.equal((await none.get(NAME)).version, 2, 'it is not served while it is refreshed');
    setting.proxy.fault = 'killed';
    assert.equal((await some.get(NAME)).source, 'stale');
    setting.pass(60);
    assert.equal(await codeOf(some.get(NAME)), 'unreachable');
    assert.equal(await codeOf(none.get(NAME)), 'unreachable');
  });

  it('includes the Age that a cache in between reports', async () => {
    for (const said of [['12'], ['12', '3']]) {
      const prompts = setting.client({
        fetch: async (url, init) => {
          const answer = await fetch(url, init);
          const headers = new Headers(answer.headers);
          for (const age of said) headers.append('Age', age);
          return new Response(await answer.text(), { status: answer.status, headers });
        },
      });
      assert.equal((await prompts.get(NAME)).age, 12);
      assert.equal((await prompts.get(NAME)).source, 'stale');
    }
  });

  it('is not hidden by a cache of the platform, which does not report ages', async () => {
    const answers = new Map<string, Response>();
    // As a browser's, or a framework's around `fetch`.
    const cached: typeof fetch = async (url, init) => {
      if (init?.cache === 'no-store') return fetch(url, init);
      const known = answers.get(String(url)) ?? (await fetch(url, init));
      answers.set(String(url), known.clone());
      return known;
    };
    const read = async () => (await setting.client({ fetch: cached }).get(NAME)).version;
    assert.equal(await read(), 1);
    await setting.promote(2);
    assert.equal(await read(), 2);
  });

  it('is known even if the platform does not support the option cache', async () => {
    const request = globalThis.Request;
    globalThis.Request = class {
      constructor() {
        throw new Error("The 'cache' field on 'RequestInitializerDict' is not implemented.");
      }
    } as never;
    try {
      const strict: typeof fetch = async (url, init) => {
        assert.ok(init !== undefined && !('cache' in init));
        return fetch(url, init);
      };
      assert.equal((await setting.client({ fetch: strict }).get(NAME)).source, 'network');
    } finally {
      globalThis.Request = request;
    }
  });

  it('is within the limits if a cache, or a registry without its database, reports an age', async () => {
    const aged = (age: number, options: Parameters<Setting['client']>[0] = {}) =>
      setting.client({
        ...options,
        fetch: async (url, init) => {
          const answer = await fetch(url, init);
          const headers = new Headers(answer.headers);
          headers.set('Age', String(age));
          return new Response(await answer.text(), { status: answer.status, headers });
        },
      });
    assert.equal((await aged(3600).get(NAME)).age, 3600);
    assert.equal(await codeOf(aged(MAX_AGE + IF_ERROR).get(NAME)), 'unavailable');
    assert.equal(await codeOf(aged(MAX_AGE, { maxStale: 0 }).get(NAME)), 'unavailable');
    assert.equal((await aged(MAX_AGE - 1, { maxStale: 0 }).get(NAME)).version, 1);
    assert.equal((await aged(100 * IF_ERROR).get(NAME, { version: 1 })).version, 1);
  });

  it('never decreases if a clock is set back, and grows while one of two clocks is right', () => {
    const step = fc.record({
      passes: fc.nat({ max: 10_000 }),
      /** By how much the clock of the day is set, or whether the timer stands still, as it may while a machine sleeps. */
      set: fc.oneof(fc.constant(0), fc.integer({ min: -10_000, max: 10_000 })),
      sleeps: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), steps => {
        let now = 1_000_000;
        let timer = 0;
        const clock = steadyClock(
          () => now,
          () => timer,
        );
        let last = clock();
        for (const { passes, set, sleeps } of steps) {
          const isStill = sleeps && set === 0;
          now += passes + set;
          timer += isStill ? 0 : passes;
          const time = clock();
          // Clocks that differ by less are taken for alike.
          assert.ok(time - last >= passes - 50, `${time - last} of ${passes}`);
          assert.ok(time - last <= passes + Math.max(0, set) + 50);
          last = time;
        }
      }),
      { numRuns: runs(300, 100) },
    );
  });

  it('continues from its value if the only clock was set back', () => {
    let now = 1_000_000;
    const clock = steadyClock(
      () => now,
      () => now,
    );
    now = 500_000;
    const then = clock();
    now += 3600;
    assert.ok(Math.abs(clock() - then - 3600) <= 50);
  });

  it('grows as fast as time, however often it is read', () => {
    let passed = 0;
    const clock = steadyClock(
      () => 1_000_000 + Math.floor(passed),
      () => passed,
    );
    const from = clock();
    for (; passed < 5000; passed += 0.13) clock();
    assert.ok(Math.abs(clock() - from - 5000) < 2);
  });

  it('has limits that maxStale can only shorten', () => {
    const seconds = fc.nat({ max: 100_000 });
    fc.assert(
      fc.property(
        seconds,
        seconds,
        seconds,
        fc.option(seconds, { nil: undefined }),
        (age, swr, sie, most) => {
          const header = `private, max-age=${age}, stale-while-revalidate=${swr}, stale-if-error=${sie}`;
          const { maxAge, staleWhileRevalidate, staleIfError } = tightened(freshnessOf(header), most);
          assert.deepEqual(
            [maxAge, staleWhileRevalidate, staleIfError],
            [age, Math.min(swr, most ?? swr), Math.min(sie, most ?? sie)].map(value => value * 1000),
          );
        },
      ),
      { numRuns: 50 },
    );
    assert.equal(freshnessOf('no-store').maxAge, 0);
    assert.equal(freshnessOf('no-cache, max-age=60').maxAge, 0);
  });

  const FAULTS: readonly Fault[] = [
    'none',
    'none',
    'killed',
    problem(503, 'unavailable'),
    problem(429, 'rate_limited', { 'Retry-After': '1' }),
    problem(401, 'key_revoked'),
    { status: 502, body: 'Bad gateway' },
    { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>' },
  ];

  it('is within the limits after any sequence of events', async () => {
    const faults = fc.integer({ min: 0, max: FAULTS.length - 1 });
    const step = fc.record({ fault: faults, seconds: fc.nat({ max: 40 }), moves: fc.boolean() });
    const inBackground: Promise<unknown>[] = [];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 12 }), async steps => {
        const { proxy, clock } = setting;
        proxy.fault = 'none';
        let live = (await setting.client().get(NAME)).version;
        /** When a version stopped being live, or the registry could be asked again after that. */
        let since = clock.now;
        const prompts = setting.client({ waitUntil: work => inBackground.push(work) });
        await prompts.get(NAME);
        for (const { fault, seconds, moves } of steps) {
          if (moves) {
            live = 3 - live;
            await setting.promote(live);
            since = clock.now;
          }
          const before = proxy.fault;
          proxy.fault = FAULTS[fault] as Fault;
          if (before !== 'none' && proxy.fault === 'none') since = clock.now;
          if (proxy.fault !== 'none') since = Number.POSITIVE_INFINITY;
          if (proxy.fault === 'none' && since === Number.POSITIVE_INFINITY) since = clock.now;
          setting.pass(seconds);
          const given = await prompts.get(NAME);
          assert.equal(given.environment, 'production');
          if (clock.now - since > (MAX_AGE + REVALIDATE) * 1000) assert.equal(given.version, live);
          // The clock runs far ahead of requests: none may be under way when it goes on.
          await Promise.all(inBackground.splice(0));
        }
      }),
      { numRuns: 8 },
    );
  });
});
