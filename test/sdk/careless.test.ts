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

  it('refuses an invalid name', async () => {
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

  it('refuses an invalid list of names, and invalid options', async () => {
    const { preload } = setting.client() as unknown as { preload(given: unknown): Promise<unknown> };
    for (const given of [undefined, null, NAME, { name: NAME }, 5])
      assert.equal(await codeOf(preload(given)), 'invalid_name', String(given));
    for (const options of [undefined, null, {}, 'https://prompts.example.com'])
      assert.throws(() => createClient(options as ClientOptions), { code: 'invalid_options' });
  });

  it('treats null as missing', async () => {
    const prompts = setting.client() as unknown as Record<
      'get' | 'render' | 'preload' | 'watch',
      (...given: readonly unknown[]) => Promise<{ channel: unknown; version: unknown }>
    >;
    for (const options of [null, { channel: null, version: null, fallback: null, signal: null }]) {
      assert.equal((await prompts.get(NAME, options)).channel, 'stable');
      assert.equal((await prompts.render(NAME, { mail: 'x' }, options)).channel, 'stable');
      const stop = prompts.watch(NAME, () => undefined, options) as unknown as () => void;
      stop();
    }
    for (const more of [{ remote: true }, { strict: true }])
      assert.equal(
        (await prompts.render(NAME, { mail: 'x' }, { ...more, channel: null, version: 1 })).version,
        1,
      );
    const [exact, stable] = (await prompts.preload([
      { name: NAME, channel: null, version: 1 },
      { name: NAME, channel: null, version: null },
    ])) as unknown as { channel: unknown }[];
    assert.deepEqual([exact?.channel, stable?.channel], [null, 'stable']);
  });

  it('never returns a text that is not a string', async () => {
    const prompts = setting.client() as unknown as Record<
      'get' | 'render',
      (...given: readonly unknown[]) => Promise<unknown>
    >;
    for (const fallback of [null, 5, {}, ['x']]) {
      assert.equal(await codeOf(prompts.get('support/unknown', { fallback })), 'prompt_not_found');
      for (const remote of [false, true])
        assert.equal(
          await codeOf(prompts.render('support/unknown', {}, { fallback, remote })),
          'prompt_not_found',
        );
    }
  });

  it('refuses an option that is not a function when the client is created', () => {
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

  it('accepts any long timeout', async () => {
    for (const timeout of [Number.POSITIVE_INFINITY, 2 ** 31, Number.MAX_SAFE_INTEGER]) {
      const prompts: PromptClient = setting.client({ timeout });
      assert.equal((await prompts.get(NAME)).source, 'network', String(timeout));
    }
  });
});
