import assert from 'node:assert/strict';
import { mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../src/disk/make-folder.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';

describe('making a folder', () => {
  let folder: TemporaryFolder;
  beforeEach(async () => {
    folder = await temporaryFolder();
  });
  afterEach(() => folder[Symbol.asyncDispose]());

  it('makes those above it as well, each with the mode, and leaves what is there', async () => {
    const path = join(folder.path, 'a', 'b', 'c');
    await makeFolder(path, 0o700);
    await makeFolder(path, 0o700);
    for (const each of [path, join(path, '..')]) assert.equal((await stat(each)).mode & 0o777, 0o700);
  });

  it('is made once by many at the same time', async () => {
    const path = join(folder.path, 'a', 'b', 'c');
    await Promise.all(Array.from({ length: 20 }, () => makeFolder(path)));
    assert.ok((await stat(path)).isDirectory());
  });

  it('follows a link to a folder', async () => {
    await mkdir(join(folder.path, 'real'));
    await symlink(join(folder.path, 'real'), join(folder.path, 'link'), 'junction');
    await makeFolder(join(folder.path, 'link', 'x'));
    assert.ok((await stat(join(folder.path, 'real', 'x'))).isDirectory());
  });

  it('fails where a file is in the way', async () => {
    await writeFile(join(folder.path, 'file'), '');
    await assert.rejects(makeFolder(join(folder.path, 'file')), { code: 'EEXIST' });
    await assert.rejects(makeFolder(join(folder.path, 'file', 'a', 'b')), { code: /^E(NOTDIR|EXIST)$/ });
  });

  it('fails below a link that leads nowhere, where mkdir itself never ends', async () => {
    await symlink(join(folder.path, 'nowhere'), join(folder.path, 'link'), 'junction');
    await assert.rejects(makeFolder(join(folder.path, 'link', 'a', 'b')), { code: 'EEXIST' });
  });

  it('fails below /proc, where mkdir itself never ends', async function () {
    if (process.platform !== 'linux') this.skip();
    for (const path of ['/proc/nope', '/proc/a/b/c'])
      await assert.rejects(makeFolder(path), { code: 'ENOENT' });
  });
});
