/**
 * A worker such as Cloudflare's ends what a request began when the request ends: its timers, its connections and whatever
 * waits for them, while the client lives on and serves the next request.
 */
import assert from 'node:assert/strict';
import type { PromptClient } from '../../src/sdk/client.ts';
import { memoryStorage } from '../../src/sdk/storage.ts';
import { aSetting, codeOf, NAME, type Setting } from './a-client.ts';

const never = () => new Promise<never>(() => undefined);

describe('a client in a worker', () => {
  const timers = globalThis.setTimeout;
  let setting: Setting;
  before(async () => {
    setting = await aSetting();
  });
  after(() => setting[Symbol.asyncDispose]());
  afterEach(() => {
    globalThis.setTimeout = timers;
    setting.proxy.fault = 'none';
  });

  /** A client with a request that ended while it waited for `what`. */
  async function afterAnEnded(what: 'fetch' | 'storage'): Promise<PromptClient> {
    let isEnded = false;
    const begun = Promise.withResolvers<void>();
    const storage = memoryStorage();
    const hangs = (which: typeof what): boolean => {
      if (what !== which || isEnded) return false;
      begun.resolve();
      return true;
    };
    const prompts = setting.client({
      timeout: 2000,
      storage: { ...storage, get: key => (hangs('storage') ? never() : storage.get(key)) },
      fetch: (...given) => (hangs('fetch') ? never() : fetch(...given)),
    });
    // The timers of a request that has ended never come.
    globalThis.setTimeout = (() => undefined) as never;
    void prompts.get(NAME);
    await begun.promise;
    globalThis.setTimeout = timers;
    isEnded = true;
    return prompts;
  }

  it('waits no longer than its timeout for another request’s fetch, and then sends its own', async () => {
    const prompts = await afterAnEnded('fetch');
    const waiting = [prompts.get(NAME), prompts.get(NAME)];
    assert.deepEqual(await Promise.all(waiting.map(codeOf)), ['timeout', 'timeout']);
    assert.equal((await prompts.get(NAME)).source, 'network');
  });

  it('does not wait for a fetch that must have ended', async () => {
    const prompts = await afterAnEnded('fetch');
    setting.pass(3.1);
    assert.equal((await prompts.get(NAME)).source, 'network');
  });

  it('is not blocked by a storage that another request was reading', async () => {
    const prompts = await afterAnEnded('storage');
    const given = await Promise.all([prompts.get(NAME), prompts.get(NAME)]);
    assert.deepEqual(
      given.map(({ source }) => source),
      ['network', 'network'],
    );
  });

  it('passes every request to waitUntil, even one that a caller awaits', async () => {
    const told: Promise<unknown>[] = [];
    const prompts = setting.client({ waitUntil: promise => told.push(promise) });
    const got = prompts.get(NAME);
    await new Promise(resolve => setImmediate(resolve));
    assert.equal(told.length, 1);
    assert.equal((await got).version, 1);
    setting.proxy.fault = 'killed';
    assert.equal(await codeOf(prompts.get('lru/none')), 'unreachable');
    assert.equal(told.length, 2);
    await Promise.all(told);
  });
});
