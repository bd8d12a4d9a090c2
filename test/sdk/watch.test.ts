/** Many prompts in one request, and channels that are followed. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { FetchEvent, Prompt, PromptForgeError } from '../../src/sdk/client.ts';
import { eventually } from '../eventually.ts';
import { aSetting, codeOf, NAME, type Setting } from './a-client.ts';
import { problem } from './a-proxy.ts';

describe('many prompts', () => {
  let setting: Setting;
  before(async () => {
    setting = await aSetting();
    for (const name of ['many/a', 'many/b', 'many/c']) {
      await setting.registry.publish(name, `Text of ${name}`, null);
      for (const environment of ['staging', 'production'])
        await setting.registry.promote(name, 1, environment);
    }
  });
  after(() => setting[Symbol.asyncDispose]());
  afterEach(async () => {
    setting.proxy.fault = 'none';
    await setting.promote(1).catch(() => undefined);
  });

  describe('prompts.preload', () => {
    it('fetches all prompts in one request, and later revalidates them in one', async () => {
      const { proxy, client } = setting;
      const before = proxy.seen.length;
      const prompts = client();
      const all = await prompts.preload(['many/a', { name: 'many/b' }, { name: NAME, version: 1 }, 'many/a']);
      assert.deepEqual(
        all.map(({ reference, text }) => [reference, text]),
        [
          ['many/a@1', 'Text of many/a'],
          ['many/b@1', 'Text of many/b'],
          [`${NAME}@1`, 'One {{mail}}'],
          ['many/a@1', 'Text of many/a'],
        ],
      );
      assert.deepEqual(proxy.seen.slice(before), ['POST /v1/deliveries']);
      assert.equal((await prompts.get('many/a')).source, 'cache');
      setting.pass(3600);
      await prompts.preload(['many/a', 'many/b']);
      const { age, source } = await prompts.get('many/a');
      assert.deepEqual([age, source, proxy.seen.length], [0, 'cache', before + 2]);
    });

    it('accepts more prompts than fit into one request', async () => {
      const { proxy, client } = setting;
      const before = proxy.seen.length;
      const pinned = Array.from({ length: 150 }, (_, index) => ({
        name: 'many/a',
        channel: `stable-${index}`,
      }));
      assert.equal(await codeOf(client().preload(pinned)), 'access_denied');
      assert.equal(proxy.seen.slice(before).filter(seen => seen === 'POST /v1/deliveries').length, 2);
    });

    it('returns more prompts than fit into memory, without requesting them again', async () => {
      const { proxy, client } = setting;
      const before = proxy.seen.length;
      const all = await client({ maxEntries: 1 }).preload(['many/a', 'many/b', NAME]);
      assert.deepEqual(
        all.map(({ name, source }) => [name, source]),
        ['many/a', 'many/b', NAME].map(name => [name, 'network']),
      );
      assert.deepEqual(proxy.seen.slice(before), ['POST /v1/deliveries']);
    });

    it('rejects with the reason if one is not available, and caches the others', async () => {
      const prompts = setting.client();
      assert.equal(await codeOf(prompts.preload(['many/a', 'many/other'])), 'prompt_not_found');
      assert.equal((await prompts.get('many/a')).source, 'cache');
      assert.equal(await codeOf(prompts.preload(['../a'])), 'invalid_name');
    });

    it('caches the others if only the registry refuses a name', async () => {
      const prompts = setting.client();
      await assert.rejects(prompts.preload(['con', NAME]), { code: 'invalid_name' });
      assert.equal((await prompts.get(NAME)).source, 'cache');
    });

    it('reports each requested prompt, like get', async () => {
      const events: FetchEvent[] = [];
      const told = () =>
        events
          .splice(0)
          .map(({ name, reference, unchanged, error }) => [name, reference ?? error?.code, unchanged]);
      const prompts = setting.client({ onFetch: event => events.push(event) });
      await prompts.preload(['many/a', { name: 'many/b', version: 1 }]);
      assert.deepEqual(told(), [
        ['many/a', 'many/a@1', false],
        ['many/b', 'many/b@1', false],
      ]);
      assert.equal(await codeOf(prompts.preload(['many/a', 'many/other'])), 'prompt_not_found');
      assert.deepEqual(told(), [
        ['many/a', 'many/a@1', true],
        ['many/other', 'prompt_not_found', false],
      ]);
      setting.proxy.fault = 'killed';
      assert.equal((await prompts.preload(['many/a']))[0]?.version, 1);
      assert.deepEqual(told(), [['many/a', 'unreachable', false]]);
    });

    it('returns cached prompts if the registry is down', async () => {
      const prompts = setting.client();
      await prompts.preload(['many/a', 'many/b']);
      setting.proxy.fault = 'killed';
      setting.pass(3600);
      const all = await prompts.preload(['many/a', 'many/b']);
      assert.deepEqual(
        all.map(({ source }) => source),
        ['stale', 'stale'],
      );
      assert.equal(await codeOf(setting.client().preload(['many/a'])), 'unreachable');
    });

    it('requests each prompt separately if the registry does not support the call', async () => {
      const { proxy, client } = setting;
      const prompts = client({
        fetch: (...given) => {
          proxy.fault = String(given[0]).endsWith('/v1/deliveries')
            ? problem(404, 'route_not_found')
            : 'none';
          return fetch(...given);
        },
      });
      assert.equal((await prompts.preload(['many/a', 'many/b'])).length, 2);
    });
  });

  describe('prompts.watch', () => {
    it('reports each version that a channel moves to', async () => {
      const { client, promote, proxy } = setting;
      const prompts = client();
      await prompts.get(NAME);
      const told: Prompt[] = [];
      const others: Prompt[] = [];
      const stop = prompts.watch(NAME, prompt => told.push(prompt));
      const stopOther = prompts.watch('many/a', prompt => others.push(prompt));
      try {
        await eventually('the held request', () => proxy.seen.some(seen => /wait=25&after=/.test(seen)));
        await promote(2);
        await eventually('version 2', () => told.length === 1);
        assert.deepEqual([told[0]?.version, told[0]?.text], [2, 'Two {{mail}}']);
        assert.equal((await prompts.get(NAME)).version, 2, 'get gives it as well');
        await promote(1);
        await eventually('the rollback', () => told.length === 2);
        assert.deepEqual([told[1]?.version, others.length], [1, 0]);
      } finally {
        stop();
        stopOther();
      }
      await promote(2);
      const before = proxy.seen.length;
      await prompts.get('many/b');
      assert.equal(told.length, 2);
      assert.ok(proxy.seen.length <= before + 1, 'nothing is asked after the last one has stopped');
    });

    it('continues after the registry was unreachable, and reports that', async () => {
      const { client, promote, proxy } = setting;
      const errors: PromptForgeError[] = [];
      const prompts = client({ onError: error => errors.push(error) });
      const told: number[] = [];
      await prompts.get(NAME);
      proxy.fault = 'killed';
      const stop = prompts.watch(NAME, ({ version }) => told.push(version));
      try {
        await eventually('the failure', () => errors.length > 0);
        await promote(2);
        proxy.fault = 'none';
        await eventually('version 2', () => told.at(-1) === 2);
        assert.ok(errors.every(({ code }) => code === 'unreachable'));
      } finally {
        stop();
        prompts.close();
      }
    });

    it('reports a version that could not be fetched when the channel moved, and why', async () => {
      const { client, promote } = setting;
      const errors: string[] = [];
      let refusals = 0;
      const prompts = client({
        onError: ({ code }) => errors.push(code),
        fetch: (url, init) => {
          if (!url.endsWith('/v1/deliveries') || refusals === 0) return fetch(url, init);
          refusals -= 1;
          return Promise.resolve(new Response('', { status: 503 }));
        },
      });
      await prompts.get(NAME);
      const told: number[] = [];
      const before = setting.proxy.seen.length;
      prompts.watch(NAME, ({ version }) => told.push(version));
      try {
        await eventually('the held request', () =>
          setting.proxy.seen.slice(before).some(seen => /wait=25&after=/.test(seen)),
        );
        refusals = 2;
        await promote(2);
        await eventually('version 2', () => told.length === 1);
        assert.deepEqual([told, refusals, [...new Set(errors)]], [[2], 0, ['unavailable']]);
      } finally {
        prompts.close();
      }
    });

    it('reports a move from before it was watched, even if the first request failed', async () => {
      const { client, promote, proxy } = setting;
      let refusals = 0;
      const prompts = client({
        fetch: (url, init) => {
          if (!url.endsWith('/v1/deliveries') || refusals === 0) return fetch(url, init);
          refusals -= 1;
          return Promise.resolve(new Response('', { status: 503 }));
        },
      });
      await prompts.get(NAME);
      await promote(2);
      const told: number[] = [];
      refusals = 1;
      prompts.watch(NAME, ({ version }) => told.push(version));
      try {
        await eventually('version 2', () => told.length === 1);
        assert.ok(proxy.seen.some(seen => seen.includes('/v1/deliveries')));
      } finally {
        prompts.close();
      }
    });

    it('reports the first version of a channel that was not set', async () => {
      const { client, proxy, registry } = setting;
      await registry.publish('many/late', 'Late', null);
      const told: number[] = [];
      const prompts = client();
      const before = proxy.seen.length;
      prompts.watch('many/late', ({ version }) => told.push(version));
      try {
        await eventually('the held request', () =>
          proxy.seen.slice(before).some(seen => /wait=25&after=/.test(seen)),
        );
        for (const environment of ['staging', 'production'])
          await registry.promote('many/late', 1, environment);
        await eventually('version 1', () => told.length === 1);
        assert.deepEqual(told, [1]);
      } finally {
        prompts.close();
      }
    });

    it('reports moves from before prompts were watched, with one request for all', async () => {
      const { client, promote, proxy } = setting;
      const prompts = client();
      const held = () => proxy.seen.filter(seen => /wait=25&after=/.test(seen)).length;
      const asked = () => proxy.seen.filter(seen => !seen.includes('changes')).length;
      await prompts.preload([NAME, 'many/a', 'many/b']);
      await promote(2);
      const before = held();
      const stop = prompts.watch('many/c', () => undefined);
      try {
        await eventually('the held request', () => held() > before);
        const requests = asked();
        const told: string[] = [];
        for (const name of ['many/a', NAME, 'many/b', 'many/unset'])
          prompts.watch(name, ({ reference }) => told.push(reference));
        await eventually('version 2', () => told.length > 0);
        assert.deepEqual(told, [`${NAME}@2`]);
        assert.equal(asked(), requests + 1);
        await setting.registry.publish('many/unset', 'Set', null);
        for (const environment of ['staging', 'production'])
          await setting.registry.promote('many/unset', 1, environment);
        await eventually('its first version', () => told.length > 1);
        assert.deepEqual(told, [`${NAME}@2`, 'many/unset@1']);
      } finally {
        stop();
        prompts.close();
      }
    });

    it('calls no listener after close, even while a version is being fetched', async () => {
      const { client, promote, proxy } = setting;
      const [fetching, goOn] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
      let isHeld = false;
      const prompts = client({
        fetch: async (url, init) => {
          const response = await fetch(url, init);
          if (isHeld && url.endsWith('/v1/deliveries')) {
            fetching.resolve();
            await goOn.promise;
          }
          return response;
        },
      });
      await prompts.get(NAME);
      const told: number[] = [];
      const before = proxy.seen.length;
      prompts.watch(NAME, ({ version }) => told.push(version));
      await eventually('the held request', () =>
        proxy.seen.slice(before).some(seen => /wait=25&after=/.test(seen)),
      );
      isHeld = true;
      await promote(2);
      await fetching.promise;
      prompts.close();
      goOn.resolve();
      await eventually('version 2', async () => (await prompts.get(NAME)).version === 2);
      await setImmediate();
      assert.deepEqual(told, []);
    });

    it('may be stopped twice without ending other watches', async () => {
      const { client, promote, proxy } = setting;
      const prompts = client();
      await prompts.get(NAME);
      const ended = new AbortController();
      const stop = prompts.watch(NAME, () => undefined, { signal: ended.signal });
      await eventually('the first', () => proxy.open > 0);
      stop();
      const told: number[] = [];
      const before = proxy.seen.length;
      prompts.watch(NAME, ({ version }) => told.push(version));
      try {
        await eventually('the second', () =>
          proxy.seen.slice(before).some(seen => /wait=25&after=/.test(seen)),
        );
        stop();
        ended.abort();
        await promote(2);
        await eventually('version 2', () => told.length === 1);
      } finally {
        prompts.close();
      }
    });

    for (const wait of ['86400', '9999999'])
      it(`does not keep a process alive once the client is closed, and waits for Retry-After: ${wait}`, async () => {
        const code = `
        import { createClient } from ${JSON.stringify(new URL('../../src/sdk/client.ts', import.meta.url).href)};
        let asked = 0;
        const prompts = createClient({
          url: 'https://a.example',
          key: 'pf_production_000000000000_x',
          environment: 'production',
          timeout: 1e8,
          fetch: async () => {
            if (asked++ > 0) console.error('It did not wait.');
            setTimeout(() => prompts.close(), 100);
            return new Response('', { status: 429, headers: { 'Retry-After': '${wait}' } });
          },
        });
        prompts.watch('a', () => undefined);`;
        const { stderr } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', code]);
        assert.equal(stderr, '');
      });

    it('ends with its signal, and refuses an invalid name', async () => {
      const { client } = setting;
      const ended = new AbortController();
      const prompts = client();
      prompts.watch(NAME, () => undefined, { signal: ended.signal });
      ended.abort();
      assert.throws(() => prompts.watch('../a', () => undefined), { code: 'invalid_name' });
      prompts.close();
    });
  });
});
