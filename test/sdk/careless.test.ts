/** What a program without types may give: each is a coded error or what it means, and never nothing. */
import assert from 'node:assert/strict';
import { type ClientOptions, createClient, memoryStorage, type PromptClient } from '../../src/sdk/client.ts';
import { aSetting, codeOf, NAME, type Setting } from './a-client.ts';

describe('a client that is used without types', () => {
  let setting: Setting;
  before(async () => {
    setting = await aSetting();
  });
  after(() => setting[Symbol.asyncDispose]());

  it('refuses what is no name', async () => {
    const prompts = setting.client() as unknown as Record<
      'get' | 'render' | 'preload',
      (...given: readonly unknown[]) => Promise<unknown>
    >;
    for (const name of [undefined, null, 5, '', {}, [], Symbol('x'), () => NAME]) {
      for (const given of [[name], [name, {}], [name, undefined]])
        assert.equal(await codeOf(prompts.get(...given)), 'invalid_name', String(name));
      assert.equal(await codeOf(prompts.render(name)), 'invalid_name', String(name));
      assert.equal(await codeOf(prompts.preload([name])), 'invalid_name', String(name));
    }
    assert.throws(
      () => (setting.client().watch as (...given: unknown[]) => unknown)(undefined),
      /This is not a prompt name/,
    );
  });

  it('refuses what is no list of names, and options that are none', async () => {
    const { preload } = setting.client() as unknown as { preload(given: unknown): Promise<unknown> };
    for (const given of [undefined, null, NAME, { name: NAME }, 5])
      assert.equal(await codeOf(preload(given)), 'invalid_name', String(given));
    for (const options of [undefined, null, {}, 'https://prompts.example.com'])
      assert.throws(() => createClient(options as ClientOptions), { code: 'invalid_options' });
  });

  it('refuses an option that cannot be called, when the client is made', () => {
    for (const name of ['fetch', 'onFetch', 'onStale', 'onFallback', 'onError', 'waitUntil', 'now']) {
      for (const given of ['x', {}, 5])
        assert.throws(() => setting.client({ [name]: given }), { code: 'invalid_options' }, name);
      setting.client({ [name]: undefined });
    }
    for (const storage of [
      './prompts',
      {},
      null,
      Promise.resolve(memoryStorage()),
      { get: async () => null },
    ])
      assert.throws(() => setting.client({ storage: storage as never }), /"storage".*"get" and "set"/);
    setting.client({ storage: undefined });
  });

  it('may wait for as long as it takes', async () => {
    for (const timeout of [Number.POSITIVE_INFINITY, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
      const prompts: PromptClient = setting.client({ timeout });
      assert.equal((await prompts.get(NAME)).source, 'network', String(timeout));
    }
  });
});
