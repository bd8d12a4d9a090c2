import assert from 'node:assert/strict';
import { chmod, chown, lchown, mkdir, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keepToOwner } from '../../src/disk/owner-only.ts';
import { temporaryFolder } from '../temporary-folder.ts';

const NOBODY = 65_534;
const SOMEBODY = 1234;

describe('what is for its owner alone', () => {
  if (process.platform === 'win32') return; // Windows has no such modes
  const told: string[] = [];
  const onNarrowed = (sentence: string): void => void told.push(sentence);
  const keep = (path: string, kind: 'file' | 'folder' = 'file') => keepToOwner(path, kind, { onNarrowed });
  const modeOf = async (path: string) => (await stat(path)).mode & 0o7777;
  beforeEach(() => void told.splice(0));

  it('is a file that no other user may read, write or execute, whatever its mode was', async () => {
    await using folder = await temporaryFolder();
    for (const mode of [0o644, 0o640, 0o666, 0o777, 0o604, 0o601, 0o620, 0o444, 0o400, 0o600, 0o700]) {
      const file = join(folder.path, `mode-${mode.toString(8)}`);
      await writeFile(file, 'secret');
      await chmod(file, mode);
      told.splice(0);
      await keep(file);
      assert.equal(await modeOf(file), mode & 0o700, `of ${mode.toString(8)}`);
      assert.equal(told.length, (mode & 0o077) === 0 ? 0 : 1, `of ${mode.toString(8)}`);
      if (told[0] !== undefined)
        assert.ok(told[0].includes(file) && told[0].includes(`0${mode.toString(8)}`));
    }
  });
  it('is a folder that no other user may enter, which keeps its group for new files', async () => {
    await using folder = await temporaryFolder();
    for (const mode of [0o755, 0o750, 0o777, 0o2775, 0o700]) {
      const path = join(folder.path, `mode-${mode.toString(8)}`);
      await mkdir(path);
      await chmod(path, mode);
      await keep(path, 'folder');
      assert.equal(await modeOf(path), mode & 0o7700);
    }
  });
  it('need not be there', async () => {
    await using folder = await temporaryFolder();
    await keep(join(folder.path, 'not-there'));
    assert.deepEqual(told, []);
  });
  it('is never a folder that all users share', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'shared');
    await mkdir(path);
    await chmod(path, 0o1777);
    await assert.rejects(keep(path, 'folder'), /shared by all users/);
    assert.equal(await modeOf(path), 0o1777, 'and is left as it is');
  });
  it('is what a link leads to', async () => {
    await using folder = await temporaryFolder();
    const [file, link] = [join(folder.path, 'key'), join(folder.path, 'link')];
    await writeFile(file, 'secret', { mode: 0o644 });
    await symlink('key', link);
    await keep(link);
    assert.equal(await modeOf(file), 0o600);
  });

  describe('and of another user', () => {
    before(function () {
      if (process.geteuid?.() !== 0) this.skip(); // only root gives files away
    });
    /** Nothing but the checks: whatever tells of a test writes its files as root. */
    const asNobody = async (check: () => Promise<void>): Promise<void> => {
      process.seteuid?.(NOBODY);
      try {
        await check();
      } finally {
        process.seteuid?.(0);
      }
    };

    it('is refused: a file, a folder, a link', async () => {
      await using folder = await temporaryFolder();
      await chown(folder.path, NOBODY, NOBODY);
      const [file, link, inside] = ['key', 'link', 'inside'].map(name => join(folder.path, name)) as [
        string,
        string,
        string,
      ];
      await writeFile(file, 'secret', { mode: 0o600 });
      await symlink('key', link);
      await mkdir(inside, { mode: 0o700 });
      for (const path of [file, inside]) await chown(path, SOMEBODY, SOMEBODY);
      await assert.rejects(keep(file), /belongs to another user \(uid 1234\)/, 'to root in another’s folder');
      await asNobody(async () => {
        await assert.rejects(keep(file), /belongs to another user \(uid 1234\)/);
        await assert.rejects(keep(inside, 'folder'), /belongs to another user/);
      });
      await chown(file, NOBODY, NOBODY);
      await lchown(link, SOMEBODY, SOMEBODY);
      await asNobody(() => assert.rejects(keep(link), /The link .* belongs to another user/));
    });
    it('is taken by root, as the owner of the folder keeps it', async () => {
      await using folder = await temporaryFolder();
      await chown(folder.path, NOBODY, NOBODY);
      const file = join(folder.path, 'key');
      await writeFile(file, 'secret', { mode: 0o644 });
      await chown(file, NOBODY, NOBODY);
      await keep(file);
      assert.equal(await modeOf(file), 0o600);
    });
    it('is taken from root where its group alone reads it, and refused where everybody does', async () => {
      await using folder = await temporaryFolder();
      await chown(folder.path, NOBODY, NOBODY);
      const file = join(folder.path, 'key');
      await writeFile(file, 'secret', { mode: 0o640 });
      await asNobody(() => keep(file));
      await chmod(file, 0o644);
      await asNobody(() => assert.rejects(keep(file), /cannot be kept from them: permission denied.*0600/s));
      assert.deepEqual(told, []);
    });
  });
});
