/** Texts that are served when the registry cannot be asked and the process has nothing in memory. */
import assert from 'node:assert/strict';
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type FallbackEvent,
  kvStorage,
  memoryStorage,
  type PromptForgeError,
  type PromptStorage,
} from '../../src/sdk/client.ts';
import { fileStorage } from '../../src/sdk/file-storage.ts';
import { renderPrompt } from '../../src/sdk/render.ts';
import { SNAPSHOT_FORMAT } from '../../src/sdk/snapshot.ts';
import { sealed } from '../../src/sdk/stored.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aSetting, codeOf, IF_ERROR, NAME, type Setting } from './a-client.ts';
import { problem } from './a-proxy.ts';

describe('without a registry', () => {
  let setting: Setting;
  before(async () => {
    setting = await aSetting();
  });
  after(() => setting[Symbol.asyncDispose]());
  afterEach(() => {
    setting.proxy.fault = 'none';
  });

  /** Fills the storage as an earlier process would. */
  async function leftBehind(storage: PromptStorage): Promise<void> {
    const values = new Map<string, string>();
    const noting = {
      get: storage.get,
      async set(key: string, value: string) {
        await storage.set(key, value);
        values.set(key, value);
      },
    };
    await setting.client({ storage: noting }).get(NAME);
    await eventually('the stored prompt', () => values.size === 1);
  }

  describe('a storage', () => {
    it('returns what an earlier process had stored, and reports it', async () => {
      const storage = memoryStorage();
      await leftBehind(storage);
      setting.proxy.fault = 'killed';
      const events: FallbackEvent[] = [];
      const prompt = await setting.client({ storage, onFallback: event => events.push(event) }).get(NAME);
      assert.deepEqual([prompt.source, prompt.version, prompt.text], ['stored', 1, 'One {{mail}}']);
      assert.deepEqual(
        events.map(({ prompt, error }) => [prompt.reference, error.code]),
        [[`${NAME}@1`, 'unreachable']],
      );
    });

    it('is used only after a request to the registry, except for its ETag', async () => {
      const storage = memoryStorage();
      await leftBehind(storage);
      const before = setting.proxy.seen.length;
      const prompt = await setting.client({ storage }).get(NAME);
      assert.equal(prompt.source, 'network');
      assert.equal(setting.proxy.seen.length, before + 1);
      assert.ok(setting.proxy.headers.at(-1)?.['if-none-match']);
    });

    it('is limited by stale-if-error and maxStale, like memory', async () => {
      const storage = memoryStorage();
      await leftBehind(storage);
      setting.proxy.fault = 'killed';
      setting.pass(100);
      assert.equal(await codeOf(setting.client({ storage, maxStale: 60 }).get(NAME)), 'unreachable');
      assert.equal((await setting.client({ storage }).get(NAME)).age, 100);
      setting.pass(IF_ERROR);
      assert.equal(await codeOf(setting.client({ storage }).get(NAME)), 'unreachable');
      setting.pass(-IF_ERROR);
    });

    it('returns an exact version without a request', async () => {
      const storage = memoryStorage();
      const background: Promise<unknown>[] = [];
      const waitUntil = (work: Promise<unknown>) => background.push(work);
      await setting.client({ storage, waitUntil }).get(NAME, { version: 1 });
      await Promise.all(background);
      const before = setting.proxy.seen.length;
      const prompt = await setting.client({ storage }).get(NAME, { version: 1 });
      assert.deepEqual([prompt.source, prompt.version], ['stored', 1]);
      assert.equal(setting.proxy.seen.length, before);
    });

    it('may be shared, because entries of other registries and environments are not found', async () => {
      const storage = memoryStorage();
      await leftBehind(storage);
      setting.proxy.fault = 'killed';
      assert.equal(
        await codeOf(setting.client({ storage, environment: 'staging' }).get(NAME)),
        'unreachable',
      );
      const elsewhere = setting.proxy.url.replace('127.0.0.1', 'localhost');
      assert.equal(await codeOf(setting.client({ storage, url: elsewhere }).get(NAME)), 'unreachable');
    });

    it('with invalid entries is reported, and they are never returned', async () => {
      const storage = memoryStorage();
      const stored: string[] = [];
      await leftBehind({ get: storage.get, set: async (_, value) => void stored.push(value) });
      const { checksum, ...value } = JSON.parse(stored[0] ?? '');
      assert.equal(sealed(value), stored[0]);
      setting.proxy.fault = 'killed';
      const wrong = [
        '',
        '{',
        'null',
        '"text"',
        sealed({ ...value, url: 'https://other.example.com' }),
        sealed({ ...value, format: 1 }),
        sealed({ ...value, checkedAt: value.checkedAt + 3_600_000 }),
        sealed({ ...value, checkedAt: 'now' }),
        sealed({ ...value, prompt: { ...value.prompt, environment: 'staging' } }),
        sealed({ ...value, prompt: { ...value.prompt, name: 'other' } }),
        sealed({ ...value, prompt: { ...value.prompt, text: 5 } }),
        // As a disk or a program may change it.
        JSON.stringify({ ...value, checksum, prompt: { ...value.prompt, text: 'One {{mail}}.' } }),
        JSON.stringify({ ...value, checksum, checkedAt: value.checkedAt + 1 }),
        JSON.stringify(value),
        stored[0]?.slice(0, -10) ?? '',
      ];
      for (const text of wrong) {
        const errors: PromptForgeError[] = [];
        const broken = { get: async () => text, set: async () => undefined };
        const prompts = setting.client({ storage: broken, onError: error => errors.push(error) });
        assert.equal(await codeOf(prompts.get(NAME)), 'unreachable', text);
        assert.deepEqual(
          errors.map(({ code }) => code),
          ['storage_failed'],
          text,
        );
      }
    });

    it('that fails or hangs does not prevent requests to the registry', async () => {
      for (const broken of [
        {
          get: () => Promise.reject(new Error('Read-only')),
          set: () => Promise.reject(new Error('Read-only')),
        },
        {
          get() {
            throw new Error('Closed');
          },
          set() {
            throw new Error('Closed');
          },
        },
      ]) {
        const errors: PromptForgeError[] = [];
        const prompts = setting.client({ storage: broken, onError: error => errors.push(error) });
        assert.equal((await prompts.get(NAME)).source, 'network');
        await eventually('both failures', () => errors.length === 2);
        assert.ok(errors.every(({ code, message }) => code === 'storage_failed' && /storage/.test(message)));
      }
      const hanging = { get: () => new Promise<string>(() => undefined), set: async () => undefined };
      assert.equal((await setting.client({ storage: hanging }).get(NAME)).source, 'network');
    });

    it('is used for all concurrent calls', async () => {
      const kept = memoryStorage();
      await leftBehind(kept);
      const opened = Promise.withResolvers<void>();
      const storage = { ...kept, get: (key: string) => opened.promise.then(() => kept.get(key)) };
      const fetch = async () => {
        throw new TypeError('down');
      };
      const prompts = setting.client({ storage, fetch });
      setImmediate(opened.resolve);
      const given = await Promise.all([prompts.get(NAME), prompts.get(NAME), prompts.get(NAME)]);
      assert.deepEqual(
        given.map(({ source }) => source),
        ['stored', 'stored', 'stored'],
      );
    });

    it('that answers late is used if the registry cannot be reached', async () => {
      const kept = memoryStorage();
      await leftBehind(kept);
      const late = Promise.withResolvers<void>();
      const storage = { ...kept, get: (key: string) => late.promise.then(() => kept.get(key)) };
      // By the time of this call, the storage was given up.
      const fetch = async () => {
        late.resolve();
        await new Promise(setImmediate);
        throw new TypeError('down');
      };
      assert.equal((await setting.client({ storage, fetch }).get(NAME)).source, 'stored');
    });

    it('may be a folder of complete, private files', async () => {
      await using place = await temporaryFolder();
      const folder = join(place.path, 'prompts');
      const storage = fileStorage(folder);
      await leftBehind(storage);
      const [file = ''] = await readdir(folder);
      assert.match(file, /^[0-9a-f]{64}\.json$/);
      if (process.platform !== 'win32') assert.equal((await stat(join(folder, file))).mode & 0o077, 0);
      assert.ok(!(await readFile(join(folder, file), 'utf8')).includes('pf_production'));
      setting.proxy.fault = 'killed';
      assert.equal((await setting.client({ storage: fileStorage(folder) }).get(NAME)).source, 'stored');
      await writeFile(join(folder, file), 'x');
      assert.equal(await codeOf(setting.client({ storage: fileStorage(folder) }).get(NAME)), 'unreachable');
      await chmod(folder, 0o700);
    });

    it('may be the key-value namespace of a worker', async () => {
      const values = new Map<string, string>();
      const namespace = {
        get: async (key: string) => values.get(key) ?? null,
        put: async (key: string, value: string) => void values.set(key, value),
      };
      const background: Promise<unknown>[] = [];
      const options = {
        storage: kvStorage(namespace, 'app/'),
        waitUntil: (promise: Promise<unknown>) => background.push(promise),
      };
      await setting.client(options).get(NAME);
      await Promise.all(background);
      assert.match([...values.keys()].join(), /^app\/promptforge\/2\/http/);
      setting.proxy.fault = 'killed';
      assert.equal((await setting.client(options).get(NAME)).source, 'stored');
    });
  });

  describe('a snapshot', () => {
    async function taken() {
      const { text, name, version, reference, digest, channel, metadata } = await setting.client().get(NAME);
      return {
        format: SNAPSHOT_FORMAT,
        registry: setting.proxy.url,
        environment: 'production',
        createdAt: new Date(setting.clock.now).toISOString(),
        prompts: [{ text, name, version, reference, digest, channel, metadata }],
      };
    }

    it('is returned with its age if the registry is down at the start', async () => {
      const snapshot = JSON.parse(JSON.stringify(await taken()));
      setting.proxy.fault = 'killed';
      setting.pass(1000);
      const { source, text, reference, age } = await setting.client({ snapshot }).get(NAME);
      assert.deepEqual([source, text, reference, age], ['bundled', 'One {{mail}}', `${NAME}@1`, 1000]);
      assert.equal(await codeOf(setting.client({ snapshot }).get('other')), 'unreachable');
      assert.equal(await codeOf(setting.client({ snapshot }).get(NAME, { version: 1 })), 'unreachable');
    });

    it('is used only after the registry and memory', async () => {
      const snapshot = await taken();
      const prompts = setting.client({ snapshot });
      assert.equal((await prompts.get(NAME)).source, 'network');
      setting.proxy.fault = 'killed';
      setting.pass(1000);
      assert.equal((await prompts.get(NAME)).source, 'stale');
    });

    it('is refused if it is invalid or for another registry or environment', async () => {
      const snapshot = await taken();
      const [first] = snapshot.prompts;
      for (const wrong of [
        null,
        'text',
        [],
        {},
        { ...snapshot, format: 'other' },
        { ...snapshot, environment: 'staging' },
        { ...snapshot, registry: 'https://other.example.com' },
        { ...snapshot, createdAt: 'yesterday' },
        { ...snapshot, prompts: [{ ...first, text: 5 }] },
        { ...snapshot, prompts: [{ ...first, reference: 'other@1' }] },
        { ...snapshot, prompts: [null] },
      ])
        assert.throws(
          () => setting.client({ snapshot: wrong }),
          ({ code, message }: PromptForgeError) => code === 'invalid_snapshot' && /\. .*\./.test(message),
          JSON.stringify(wrong),
        );
    });
  });

  describe('a fallback', () => {
    it('is returned without a version if nothing else is available', async () => {
      const events: FallbackEvent[] = [];
      setting.proxy.fault = problem(503, 'unavailable');
      const prompts = setting.client({ onFallback: event => events.push(event) });
      const prompt = await prompts.get(NAME, { fallback: 'Sort {{mail}}' });
      assert.deepEqual(
        [prompt.source, prompt.text, prompt.version, prompt.reference, prompt.digest, prompt.age],
        ['fallback', 'Sort {{mail}}', null, null, null, null],
      );
      assert.deepEqual([events.length, events[0]?.error.code], [1, 'unavailable']);
      assert.equal(renderPrompt(prompt, { mail: 'a' }).text, 'Sort a');
    });

    it('is used only if nothing with a version is available', async () => {
      const prompts = setting.client();
      assert.equal((await prompts.get(NAME, { fallback: 'x' })).source, 'network');
      setting.proxy.fault = 'killed';
      setting.pass(1000);
      assert.equal((await prompts.get(NAME, { fallback: 'x' })).source, 'stale');
    });

    it('does not wait for the registry each time while it is down', async () => {
      setting.proxy.fault = 'paused';
      const prompts = setting.client({ timeout: 100 });
      await prompts.get(NAME, { fallback: 'x' });
      const before = setting.proxy.seen.length;
      for (let time = 0; time < 100; time++) await prompts.get(NAME, { fallback: 'x' });
      assert.equal(setting.proxy.seen.length, before);
    });
  });

  it('a hook that throws does not prevent a prompt from being returned', async () => {
    const errors: PromptForgeError[] = [];
    const throwing = () => {
      throw new Error('A fault of the application');
    };
    const prompts = setting.client({
      onFetch: throwing,
      onStale: throwing,
      onFallback: throwing,
      onError: error => errors.push(error),
    });
    assert.equal((await prompts.get(NAME)).version, 1);
    setting.proxy.fault = 'killed';
    setting.pass(1000);
    assert.equal((await prompts.get(NAME)).source, 'stale');
    assert.equal((await prompts.get('other', { fallback: 'x' })).source, 'fallback');
    const late = setting.client({ onFetch: async () => throwing(), onError: error => errors.push(error) });
    await assert.rejects(late.get(NAME));
    await eventually('the fault of a hook that is a promise', () => errors.length >= 4);
    assert.ok(errors.every(({ code }) => code === 'hook_failed'));
  });
});
