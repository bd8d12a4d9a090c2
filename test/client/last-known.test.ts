import assert from 'node:assert/strict';
import { CacheFolder } from '../../src/client/cache-folder.ts';
import { LastKnown } from '../../src/client/last-known.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aVersion } from './a-version.ts';

const URL = 'https://prompts.example.com';

describe('the last known state of a registry', () => {
  it('is available after a restart, only for that registry', async () => {
    await using folder = await temporaryFolder();
    const { source: _, ...newest } = aVersion('one');
    const prompts = [{ name: newest.prompt, archived: false, newest, pointers: [], outdatedPartials: [] }];
    const environments = defaultEnvironments(1);
    const known = new LastKnown(new CacheFolder(folder.path));
    await known.put('prompts', URL, prompts);
    await known.put('environments', URL, environments);
    const next = new LastKnown(new CacheFolder(folder.path));
    assert.deepEqual(await next.get('prompts', URL), prompts);
    assert.deepEqual(await next.get('environments', URL), environments);
    assert.equal(await next.get('promotions', URL), undefined);
    assert.equal(await next.get('prompts', 'https://other.example.com'), undefined);
  });

  it('is dropped if it is invalid', async () => {
    await using folder = await temporaryFolder();
    const told: string[] = [];
    const files = new CacheFolder(folder.path, message => told.push(message));
    const known = new LastKnown(files);
    for (const wrong of ['{"name":"x"}', '[{"name":"../x"}]', '[']) {
      await known.put('prompts', URL, []);
      const [file] = await files.files('registries');
      await files.write(file!, wrong);
      assert.equal(await known.get('prompts', URL), undefined);
      assert.deepEqual(await files.files('registries'), []);
    }
    assert.equal(told.length, 3);
  });
});
