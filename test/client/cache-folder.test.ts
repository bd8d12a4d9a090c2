/** The rule: the folder stays within its bytes, and what was used lately stays in it. */
import assert from 'node:assert/strict';
import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { CacheFolder } from '../../src/client/cache-folder.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const BLOCK = 4096;
const names = Array.from({ length: 40 }, (_, index) => `files/${String(index).padStart(2, '0')}`);
const text = (file: Uint8Array | undefined) => file && Buffer.from(file).toString();

/** Files of one block each, the first of them used longest ago. */
async function filled(folder: string, blocks: number): Promise<CacheFolder> {
  const cache = new CacheFolder(folder, assert.fail, { maxBytes: blocks * BLOCK });
  for (const [index, name] of names.entries()) {
    await cache.write(name, name);
    const used = new Date(Date.UTC(2026, 0, 1, index));
    await utimes(join(folder, name), used, used).catch(() => undefined); // deleted already
  }
  await cache.settled();
  return cache;
}

describe('a cache folder', () => {
  it('stays within its limit, and deletes the least recently used files', async () => {
    await using folder = await temporaryFolder();
    const cache = await filled(folder.path, 20);
    const left = await cache.files('');
    assert.ok(left.length <= 20, `${left.length} files are left`);
    assert.ok(left.length >= 12, `only ${left.length} files are left`);
    assert.deepEqual(left.toSorted(), names.slice(-left.length));
  });

  it('keeps files that were read recently, even if another process has filled it', async () => {
    await using folder = await temporaryFolder();
    await filled(folder.path, 100);
    const other = new CacheFolder(folder.path, assert.fail, { maxBytes: 30 * BLOCK });
    assert.equal(text(await other.read(names[0]!, BLOCK)), names[0]);
    await other.write('files/new', 'new');
    await other.settled();
    const left = await other.files('');
    assert.ok(left.length <= 30, `${left.length} files are left`);
    assert.ok(left.includes(names[0]!) && left.includes('files/new'));
    assert.ok(!left.includes(names[1]!));
  });

  it('does not count a file as used if it is only searched', async () => {
    await using folder = await temporaryFolder();
    await filled(folder.path, 100);
    const other = new CacheFolder(folder.path, assert.fail, { maxBytes: 30 * BLOCK });
    assert.equal(text(await other.read(names[0]!, BLOCK, false)), names[0]);
    await other.write('files/new', 'new');
    await other.settled();
    assert.ok(!(await other.files('')).includes(names[0]!));
  });

  it('returns nothing for a missing file, or for one that is longer than requested', async () => {
    await using folder = await temporaryFolder();
    const cache = new CacheFolder(folder.path, assert.fail);
    await cache.write('one', 'one');
    assert.equal(await cache.read('one', 2), undefined);
    assert.equal(await cache.read('two', 2), undefined);
    assert.deepEqual(await cache.files('none'), []);
  });
});
