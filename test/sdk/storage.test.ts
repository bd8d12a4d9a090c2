/** Storages that are shared, slow, or not for this process alone. */
import assert from 'node:assert/strict';
import { chmod, chown, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../../scripts/host/runCommand.ts';
import { memoryStorage, type PromptForgeError, type PromptStorage } from '../../src/sdk/client.ts';
import { fileStorage } from '../../src/sdk/file-storage.ts';
import { eventually } from '../eventually.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aSetting, codeOf, NAME, type Setting } from './a-client.ts';

describe('a storage', () => {
  let setting: Setting;
  before(async () => {
    setting = await aSetting();
  });
  after(() => setting[Symbol.asyncDispose]());
  afterEach(async () => {
    setting.proxy.fault = 'none';
    await setting.promote(1).catch(() => undefined);
  });

  /** A storage with what was written to it. */
  function noted(storage = memoryStorage()): { storage: PromptStorage; texts: string[] } {
    const texts: string[] = [];
    const set = async (key: string, text: string) => {
      await storage.set(key, text);
      texts.push(text);
    };
    return { storage: { get: storage.get, set }, texts };
  }

  it('ignores files that someone else may have placed', async function () {
    if (process.platform === 'win32') return this.skip(); // it has neither these modes nor links for everybody
    await using place = await temporaryFolder();
    const folder = join(place.path, 'prompts');
    const { storage, texts } = noted(fileStorage(folder));
    await setting.client({ storage }).get(NAME);
    await eventually('the stored prompt', () => texts.length === 1);
    const [name = ''] = await readdir(folder);
    const file = join(folder, name);
    const text = await readFile(file, 'utf8');
    const elsewhere = join(place.path, 'elsewhere');
    await writeFile(elsewhere, text, { mode: 0o600 });
    const placed: readonly (() => unknown)[] = [
      () => writeFile(file, text).then(() => chmod(file, 0o622)),
      () => symlink(elsewhere, file),
      () => mkdir(file),
      () => runCommand('mkfifo', [file]),
      // Only an administrator may give a file away.
      ...(process.getuid?.() === 0 ? [() => writeFile(file, text).then(() => chown(file, 1, 1))] : []),
    ];
    for (const place of placed) {
      setting.proxy.fault = 'killed';
      await rm(file, { recursive: true });
      await place();
      const errors: PromptForgeError[] = [];
      const prompts = setting.client({
        storage: fileStorage(folder),
        onError: error => errors.push(error),
      });
      assert.equal(await codeOf(prompts.get(NAME)), 'unreachable', String(place));
      assert.deepEqual(
        errors.map(({ code }) => code),
        ['storage_failed'],
      );
    }
    assert.equal(await readFile(elsewhere, 'utf8'), text);
  });

  it('has only complete entries with concurrent writers', async () => {
    await using place = await temporaryFolder();
    const storages = [1, 2, 3].map(() => fileStorage(place.path));
    const texts = ['a', 'b', 'c'].map(each => each.repeat(200_000));
    let isDone = false;
    const reading = (async () => {
      while (!isDone) {
        const found = await storages[0]?.get('key');
        assert.ok(typeof found !== 'string' || texts.includes(found));
      }
    })();
    for (let time = 0; time < 20; time++)
      await Promise.all(storages.map((storage, index) => storage.set('key', texts[index] as string)));
    isDone = true;
    await reading;
    assert.equal((await readdir(place.path)).length, 1);
  });

  it('keeps the newest entry, however long writes take', async () => {
    const kept = memoryStorage();
    const first = Promise.withResolvers<void>();
    let last = '';
    let writings = 0;
    const storage = {
      get: kept.get,
      async set(key: string, value: string) {
        if (++writings === 1) await first.promise;
        last = value;
        await kept.set(key, value);
      },
    };
    const prompts = setting.client({ storage });
    await prompts.get(NAME);
    await eventually('the first writing', () => writings === 1);
    await setting.promote(2);
    setting.pass(3600);
    assert.equal((await prompts.get(NAME)).version, 2);
    await new Promise(setImmediate);
    first.resolve();
    await eventually('the second writing', () => writings === 2 && JSON.parse(last).prompt.version === 2);
    setting.proxy.fault = 'killed';
    const later = await setting.client({ storage }).get(NAME);
    assert.deepEqual([later.source, later.version], ['stored', 2]);
  });

  it('keeps the answer to the newest request, even if an earlier one is answered later', async () => {
    const { storage, texts } = noted();
    const held = Promise.withResolvers<void>();
    const background: Promise<unknown>[] = [];
    let answers = 0;
    const prompts = setting.client({
      storage,
      waitUntil: work => background.push(work),
      async fetch(url, init) {
        const response = await fetch(url, init);
        answers += 1;
        if (init?.method === 'GET') await held.promise;
        return response;
      },
    });
    const early = prompts.get(NAME);
    await eventually('the answer with version 1', () => answers === 1);
    await setting.promote(2);
    setting.pass(1);
    assert.equal((await prompts.preload([NAME]))[0]?.version, 2);
    held.resolve();
    assert.equal((await early).version, 2);
    await Promise.all(background);
    assert.deepEqual(
      texts.map(text => JSON.parse(text).prompt.version),
      [2],
    );
  });

  it('has ages that others compute with their own clocks, even if a clock was set back', async () => {
    const { storage, texts } = noted();
    const clock = { now: setting.clock.now + 7_200_000 };
    const prompts = setting.client({ storage, now: () => clock.now });
    await prompts.get(NAME);
    // It was two hours ahead, and what is fetched from now on is stored by the right time.
    clock.now = setting.clock.now;
    assert.equal((await prompts.get(NAME)).version, 1);
    await setting.promote(2);
    clock.now += 3_600_000;
    assert.equal((await prompts.get(NAME)).version, 2);
    await eventually('both texts', () => texts.length === 2);
    setting.pass(3600 + 60);
    setting.proxy.fault = 'killed';
    const { source, version, age } = await setting.client({ storage }).get(NAME);
    assert.deepEqual([source, version, age], ['stored', 2, 60]);
  });
});
