import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Disk, isSpelledSo } from '../../src/disk/spelling.ts';
import { temporaryFolder } from '../temporary-folder.ts';

/** A disk that tells no case, with these files below `/p`; what is listed is noted. */
function caseless(files: readonly string[]): { disk: Disk; listed: string[] } {
  const paths = files.flatMap(file => {
    const parts = file.split('/');
    return parts.map((_, index) => join('/p', ...parts.slice(0, index + 1)));
  });
  const isSame = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();
  const listed: string[] = [];
  return {
    listed,
    disk: {
      exists: async path => paths.some(each => isSame(each, path)),
      async names(folder) {
        listed.push(folder);
        return paths.filter(each => isSame(dirname(each), folder)).map(each => basename(each));
      },
    },
  };
}

describe('how a disk spells what it finds', () => {
  it('is looked up, folder by folder, where it tells no case', async () => {
    const { disk } = caseless(['Support/orderSummary.prompt', 'x/_1.2']);
    const isSo = (path: string) => isSpelledSo(join('/p', path), '/p', disk);
    assert.equal(await isSo('Support/orderSummary.prompt'), true);
    assert.equal(await isSo('support/orderSummary.prompt'), false);
    assert.equal(await isSo('Support/ordersummary.prompt'), false);
    assert.equal(await isSo('Support/orderSummary.Prompt'), false);
    assert.equal(await isSo('x/_1.2'), true);
    assert.equal(await isSo('X/_1.2'), false);
  });

  it('needs no look into a folder where it tells case, even beside a file of other case', async () => {
    await using folder = await temporaryFolder();
    await mkdir(join(folder.path, 'a'));
    for (const name of ['order', 'Order', 'oRDER']) await writeFile(join(folder.path, 'a', name), '');
    for (const name of ['order', 'Order', 'oRDER'])
      assert.equal(await isSpelledSo(join(folder.path, 'a', name), folder.path), true);
    let lists = 0;
    const disk: Disk = {
      exists: async path => path === '/p/a/order',
      names: async () => {
        lists++;
        return [];
      },
    };
    assert.equal(await isSpelledSo('/p/a/order', '/p', disk), true);
    assert.equal(lists, 0);
  });

  it('of the folder itself does not matter', async () => {
    const { disk, listed } = caseless(['a']);
    for (const top of ['/P', '/P/']) assert.equal(await isSpelledSo('/P/a', top, disk), true);
    assert.deepEqual(listed, ['/P', '/P']);
  });
});
