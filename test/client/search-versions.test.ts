import assert from 'node:assert/strict';
import { CacheFolder } from '../../src/client/cache-folder.ts';
import { DiskVersionCache } from '../../src/client/disk-version-cache.ts';
import { searchVersions } from '../../src/client/search-versions.ts';
import type { PromptName } from '../../src/core/name.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aVersion } from './a-version.ts';

const URL = 'https://prompts.example.com';

async function cacheOf(folder: string, ...sources: readonly string[]): Promise<DiskVersionCache> {
  const cache = new DiskVersionCache(new CacheFolder(folder));
  for (const [index, source] of sources.entries()) {
    const publishedAt = new Date(Date.UTC(2026, 0, 1 + index)).toISOString();
    await cache.putVersion(URL, aVersion(source, { version: (index + 1) as never, publishedAt }));
  }
  // As another window has it, with nothing in memory.
  return new DiskVersionCache(new CacheFolder(folder));
}

describe('searching cached versions', () => {
  it('finds a text in every version that contains it, newest first, with its position', async () => {
    await using folder = await temporaryFolder();
    const cache = await cacheOf(
      folder.path,
      'A fee.\n',
      'None.\n',
      'Hello.\r\nThe FEE, the fee (€).\r\n',
      'A fee.\n',
    );
    await cache.putVersion('https://other.example.com', aVersion('Another fee.'));
    const { hits, searched, kept } = await searchVersions(cache, URL, 'fee');
    assert.deepEqual(
      hits.map(({ version, first, count }) => [version.version, first.line, first.column, first.text, count]),
      [
        [4, 0, 2, 'A fee.', 1],
        [3, 1, 4, 'The FEE, the fee (€).', 2],
        [1, 0, 2, 'A fee.', 1],
      ],
    );
    assert.deepEqual([searched, kept], [4, 4]);
  });

  it('reports which cached versions added and removed the text', async () => {
    await using folder = await temporaryFolder();
    const cache = await cacheOf(folder.path, 'None.', 'A fee.', 'The fee.', 'None!', 'Fee.');
    const changes = async () => {
      const { hits } = await searchVersions(cache, URL, 'fee');
      return hits.map(({ version, isAdded, removedIn }) => [version.version, isAdded, removedIn]);
    };
    assert.deepEqual(await changes(), [
      [5, true, undefined],
      [3, false, 4],
      [2, true, undefined],
    ]);
    const ofOthers = { prompt: 'other' as PromptName, version: 4 as VersionNumber };
    await cache.putVersion(URL, aVersion('Other fee.', ofOthers));
    assert.deepEqual(
      (await changes()).find(([version]) => version === 4),
      [4, false, undefined],
    );
    // Whether a text that cannot be read has it is not known.
    const files = new CacheFolder(folder.path);
    for (const file of await files.files('sources'))
      if (Buffer.from((await files.read(file, 1000)) ?? []).includes('None'))
        await files.write(file, 'damaged');
    assert.deepEqual(
      (await changes()).filter(([version]) => version !== 4),
      [
        [5, false, undefined],
        [3, false, undefined],
        [2, false, undefined],
      ],
    );
  });

  it('searches for literal text, not for a pattern', async () => {
    await using folder = await temporaryFolder();
    const cache = await cacheOf(folder.path, '{{name}} (a.b*) [x-y] \\d ^$ +? | /', 'aab');
    for (const query of ['{{name}}', '(a.b*)', '[x-y]', '\\d', '^$', '+?', '|', '/', 'A.B']) {
      const { hits } = await searchVersions(cache, URL, query);
      assert.deepEqual(
        hits.map(({ version }) => version.version),
        [1],
        query,
      );
    }
  });

  it('stops at its limits, and reports how far it got', async () => {
    await using folder = await temporaryFolder();
    const cache = await cacheOf(folder.path, ...Array.from({ length: 40 }, (_, index) => `fee ${index}`));
    const limits = { hits: 500, characters: 1_000_000, milliseconds: 1_000_000 };
    const found = (limit: Partial<typeof limits>) =>
      searchVersions(cache, URL, 'fee', undefined, { ...limits, ...limit });
    assert.equal((await found({})).hits.length, 40);
    assert.equal((await found({ hits: 3 })).hits.length, 3);
    const { searched, kept } = await found({ characters: 10 });
    assert.ok(searched < kept && kept === 40, `${searched} of ${kept}`);
    assert.equal((await found({ milliseconds: 0 })).searched, 0);
  });

  it('stops when it is canceled', async () => {
    await using folder = await temporaryFolder();
    const cache = await cacheOf(folder.path, 'fee');
    await assert.rejects(searchVersions(cache, URL, 'fee', AbortSignal.abort()), { name: 'AbortError' });
  });

  it('skips damaged files', async () => {
    await using folder = await temporaryFolder();
    const cache = await cacheOf(folder.path, 'fee', 'fee 2');
    const files = new CacheFolder(folder.path);
    const [first] = await files.files('sources');
    await files.write(first!, 'a fee that nobody published');
    assert.equal((await searchVersions(cache, URL, 'fee')).hits.length, 1);
  });
});
