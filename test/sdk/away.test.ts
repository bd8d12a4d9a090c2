/** Counts the answers that an application gets while its registry fails in every way in turn. */
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { patience } from '../../scripts/host/patience.ts';
import { memoryStorage, type PromptClient } from '../../src/sdk/client.ts';
import { eventually } from '../eventually.ts';
import { GETS } from '../faults/counts.ts';
import { aSetting, MAX_AGE, NAME, REVALIDATE, type Setting } from './a-client.ts';
import { type Fault, problem } from './a-proxy.ts';

const FAULTS: readonly (readonly [name: string, fault: Fault])[] = [
  ['killed', 'killed'],
  ['paused', 'paused'],
  ['slow', { slow: 30 }],
  ['429', problem(429, 'rate_limited', { 'Retry-After': '1' })],
  ['503', problem(503, 'unavailable', { 'Retry-After': '1' })],
  ['401', problem(401, 'key_unknown')],
  ['a login page', { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>Sign in' }],
  [
    'another environment',
    { status: 200, headers: { 'PromptForge-Api': '1' }, body: '{"environment":"staging"}' },
  ],
];

describe('while the registry is killed, paused, slow and wrong in turn,', () => {
  let setting: Setting;
  before(async () => {
    setting = await aSetting();
  });
  after(() => setting[Symbol.asyncDispose]());

  it(`none of ${GETS} gets throws, is for another environment, or is too old`, async () => {
    const { proxy, clock, promote, client, pass } = setting;
    const options = { timeout: patience(250), storage: memoryStorage() };
    const production = client(options);
    const staging = client({ ...options, environment: 'staging' });
    let live = 1;
    /** Since when the registry can be asked and stands still, on the clients' clock. */
    let since = Number.POSITIVE_INFINITY;
    const counts = { given: 0, thrown: 0, elsewhere: 0, beyond: 0, stale: 0 };
    await Promise.all([production.get(NAME), staging.get(NAME)]);

    const one = async (prompts: PromptClient): Promise<void> => {
      const asked = clock.now;
      counts.given += 1;
      try {
        const { environment, version, reference, text, source } = await prompts.get(NAME);
        if (source === 'stale') counts.stale += 1;
        const isOfIts = environment === prompts.environment && reference === `${NAME}@${version}`;
        if (!isOfIts || !text.startsWith(version === 1 ? 'One' : 'Two')) counts.elsewhere += 1;
        const wanted = environment === 'production' ? live : 2;
        if (asked - since > (MAX_AGE + REVALIDATE) * 1000 && version !== wanted) counts.beyond += 1;
      } catch {
        counts.thrown += 1;
      }
    };
    const some = async (count: number): Promise<void> => {
      for (let left = count; left > 0; left -= 5) {
        pass(Math.random() * 2);
        const each = () => one(Math.random() < 0.8 ? production : staging);
        await Promise.all(Array.from({ length: Math.min(5, left) }, each));
        // Requests in the background have time to go on.
        await setImmediate();
      }
    };

    const half = Math.ceil(GETS / FAULTS.length / 4);
    for (const [, fault] of FAULTS) {
      since = Number.POSITIVE_INFINITY;
      proxy.fault = fault;
      await some(half);
      // A rollback that nobody can be told of now.
      live = 3 - live;
      await promote(live);
      await some(half);
      proxy.fault = 'none';
      // Requests that hang end first: the clients' clock runs far ahead of them.
      await eventually('the end of what was asked before', () => proxy.open === 0);
      since = clock.now;
      await some(half);
      live = 3 - live;
      await promote(live);
      since = clock.now;
      await some(half);
    }
    const { thrown, elsewhere, beyond } = counts;
    assert.deepEqual({ thrown, elsewhere, beyond }, { thrown: 0, elsewhere: 0, beyond: 0 });
    assert.ok(counts.given >= GETS && counts.stale > 0, JSON.stringify(counts));
  });
});
