import assert from 'node:assert/strict';
import { chmod, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { CacheFolder } from '../../src/client/cache-folder.ts';
import { DiskVersionCache } from '../../src/client/disk-version-cache.ts';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';
import { digestOf } from '../../src/core/digest.ts';
import { versionReference } from '../../src/core/version.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aClient } from './a-client.ts';
import { aVersion } from './a-version.ts';
import { drops, json, misbehavingServer } from './misbehaving-server.ts';

const URL = 'https://prompts.example.com';

/** Every file below a folder. */
async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name));
}

function aCache(...of: ConstructorParameters<typeof CacheFolder>): DiskVersionCache {
  return new DiskVersionCache(new CacheFolder(...of));
}

describe('the cache of versions', () => {
  it('returns after a restart exactly what was stored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'grapheme', maxLength: 300 }), async source => {
        fc.pre(source.isWellFormed());
        await using folder = await temporaryFolder();
        const version = aVersion(source);
        await aCache(folder.path).putVersion(URL, version);
        const next = aCache(folder.path);
        assert.equal(await next.getSource(version.digest), source);
        assert.deepEqual(
          await next.getVersion(URL, versionReference(version.prompt, version.version)),
          version,
        );
      }),
      { numRuns: 25, examples: [['\ufeff---\r\nmodel: x\r\n---\r\nÄ\n'], ['']] },
    );
  });

  it('keeps registries apart', async () => {
    await using folder = await temporaryFolder();
    const cache = aCache(folder.path);
    await cache.putVersion(URL, aVersion('one'));
    assert.equal(await cache.getVersion('https://other.example.com', 'support/triage@1'), undefined);
  });

  it('drops a source that does not match its digest', async () => {
    await using folder = await temporaryFolder();
    const version = aVersion('one');
    await aCache(folder.path).putVersion(URL, version);
    const [file] = await filesIn(join(folder.path, 'sources'));
    for (const corrupt of ['two', '']) {
      await writeFile(file!, corrupt);
      const told: string[] = [];
      const cache = aCache(folder.path, message => told.push(message));
      assert.equal(await cache.getSource(version.digest), undefined);
      assert.equal(told.length, 1);
      assert.deepEqual(await filesIn(join(folder.path, 'sources')), []);
    }
  });

  it('drops metadata of another version, and invalid JSON', async () => {
    await using folder = await temporaryFolder();
    const put = aCache(folder.path);
    await put.putVersion(URL, aVersion('one'));
    const [file] = await filesIn(join(folder.path, 'registries'));
    const text = await readFile(file!, 'utf8');
    for (const corrupt of [text.replace('"version":1', '"version":2'), text.slice(0, -5)]) {
      await writeFile(file!, corrupt);
      assert.equal(await aCache(folder.path).getVersion(URL, 'support/triage@1'), undefined);
      assert.deepEqual(await filesIn(join(folder.path, 'registries')), []);
    }
  });

  it('stores a version again after its file was deleted or damaged', async () => {
    await using folder = await temporaryFolder();
    const version = aVersion('one');
    const cache = aCache(folder.path);
    await cache.putVersion(URL, version);
    const [file] = await filesIn(join(folder.path, 'sources'));
    await rm(file!);
    await cache.putVersion(URL, version);
    assert.equal(await aCache(folder.path).getSource(version.digest), 'one');
    await writeFile(file!, 'two');
    const next = aCache(folder.path);
    assert.equal(await next.getVersion(URL, 'support/triage@1'), undefined);
    await next.putVersion(URL, version);
    assert.deepEqual(await aCache(folder.path).getVersion(URL, 'support/triage@1'), version);
  });

  it('stores nothing and reports it if it cannot write', async () => {
    await using folder = await temporaryFolder();
    const told: string[] = [];
    await writeFile(join(folder.path, 'cache'), 'a file stands where the folder should');
    const cache = aCache(join(folder.path, 'cache'), message => told.push(message));
    await cache.putVersion(URL, aVersion('one'));
    assert.equal(told.length, 2);
    await chmod(folder.path, 0o700);
  });

  it('answers with fetched versions if the registry cannot be reached', async () => {
    await using folder = await temporaryFolder();
    const version = aVersion('Hello');
    await using server = await misbehavingServer(json(version), drops);
    const options = { cache: aCache(folder.path), retry: { retries: 0 } };
    assert.deepEqual(await aClient(server.url, options).getVersion(version.prompt, version.version), version);
    const later = aClient(server.url, { ...options, cache: aCache(folder.path) });
    assert.deepEqual(await later.getVersion(version.prompt, version.version), version);
    assert.equal(server.seen.length, 2);
    const other = aVersion('', { version: 2 as never });
    await assert.rejects(later.getVersion(other.prompt, other.version), error =>
      RegistryUnreachable.is(error, 'cut_off'),
    );
  });

  it('has the known history of a prompt if the registry cannot be reached', async () => {
    await using folder = await temporaryFolder();
    const { source: _, ...first } = aVersion('one');
    const { source: __, ...second } = aVersion('two', { version: 2 as never });
    const page = (...data: unknown[]) => json({ data, nextCursor: null });
    await using server = await misbehavingServer(page(first), page(second), drops);
    const client = aClient(server.url, { cache: aCache(folder.path), retry: { retries: 0 } });
    await client.listVersions(first.prompt, { cursor: 'older' });
    await client.listVersions(first.prompt);
    const later = aClient(server.url, { cache: aCache(folder.path), retry: { retries: 0 } });
    assert.deepEqual(await later.listVersions(first.prompt), { data: [second, first], nextCursor: null });
    await assert.rejects(later.listVersions(first.prompt, { cursor: 'older' }));
    await assert.rejects(later.listVersions('other' as never));
  });

  it('has a listed version whose text was fetched with another version', async () => {
    await using folder = await temporaryFolder();
    const cache = aCache(folder.path);
    const first = aVersion('One.');
    const { source, ...listed } = aVersion('One.', { prompt: 'other' as never, message: 'Listed' });
    await cache.putVersion(URL, first);
    const reference = versionReference(listed.prompt, listed.version);
    assert.equal(await cache.getVersion(URL, reference), undefined);
    await cache.putHistory(URL, listed.prompt, [listed], true);
    assert.deepEqual(await cache.getVersion(URL, reference), { ...listed, source });
  });

  it('forgets the history if the registry was replaced by another', async () => {
    await using folder = await temporaryFolder();
    const cache = aCache(folder.path);
    const { source: _, ...first } = aVersion('one');
    const other = { ...first, digest: digestOf('another') };
    await cache.putHistory(URL, first.prompt, [{ ...first, version: 3 as never }, first], true);
    await cache.putHistory(URL, first.prompt, [other], true);
    assert.deepEqual(await aCache(folder.path).getHistory(URL, first.prompt), [other]);
  });

  it('saves requests for cached sources, and fetches the others in one request', async () => {
    await using folder = await temporaryFolder();
    const first = aVersion('one');
    const second = aVersion('two', { version: 2 as never });
    await using server = await misbehavingServer(json({ data: [second], missing: [] }));
    const cache = aCache(folder.path);
    await cache.putVersion(server.url, first);
    const client = aClient(server.url, { cache });
    const sources = await client.getSources([first, second]);
    assert.deepEqual(Object.fromEntries(sources), { [first.digest]: 'one', [second.digest]: 'two' });
    assert.equal(await client.getSource(second), 'two');
    assert.deepEqual(
      server.seen.map(({ body }) => JSON.parse(body)),
      [{ refs: ['support/triage@2'] }],
    );
  });

  it('refuses a source whose digest differs from the list of versions', async () => {
    const promised = aVersion('one');
    await using server = await misbehavingServer(json({ data: [aVersion('two')], missing: [] }));
    await assert.rejects(aClient(server.url).getSources([promised]), error =>
      RegistryUnreachable.is(error, 'digest_mismatch'),
    );
    assert.notEqual(promised.digest, digestOf('two'));
  });
});
