/** A registry without prompts that the lock file names: restored from a backup, or another one. */
import assert from 'node:assert/strict';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aRegistry, type Json, type RegistryForTest } from '../registry/a-registry.ts';
import { aWorkingCopy, type WorkingCopyForTest } from './a-working-copy.ts';

describe('prompts that only the lock file names', () => {
  let registry: RegistryForTest;
  let other: RegistryForTest;
  let copy: WorkingCopyForTest;
  let key: string;
  const run = (...args: string[]) =>
    copy.runWith({ PROMPTFORGE_KEY_DEVELOPMENT: key, PROMPTFORGE_REGISTRY: other.url }, ...args);

  beforeEach(async () => {
    [registry, other] = [await aRegistry(), await aRegistry()];
    await registry.publish('a', 'One\n', null);
    await registry.publish('gone', 'Gone\n', null);
    await other.publish('b', 'Two\n', null);
    const PROMPTFORGE_KEY_DEVELOPMENT = await registry.key('development', 'author');
    copy = await aWorkingCopy(registry.url, { PROMPTFORGE_KEY_DEVELOPMENT });
    assert.equal((await copy.run('pull')).code, 0);
    key = await other.key('development', 'author');
    await copy.delete('gone');
  });
  afterEach(async () => {
    for (const each of [copy, registry, other]) await each[Symbol.asyncDispose]();
  });

  it('are listed, and are neither published nor lost', async () => {
    const status = await run('status', '--check');
    assert.equal(status.code, 5);
    assert.match(status.stdout, /^absent +a +1 +–$/m);
    assert.match(status.stdout, /^deleted +gone +1 +–$/m);
    assert.match(status.stderr, /does not have 2 prompts that promptforge\.lock\.json names/);
    const { differs, prompts } = JSON.parse((await run('status', '--json')).stdout);
    assert.deepEqual(
      [differs, prompts.map(({ name, state }: Json) => [name, state])],
      [
        true,
        [
          ['a', 'absent'],
          ['b', 'missing'],
          ['gone', 'deleted'],
        ],
      ],
    );
    for (const args of [
      ['publish', '-m', 'x'],
      ['publish', 'a', '-m', 'x'],
      ['publish', '--dry-run'],
    ]) {
      const { code, stderr } = await run(...args);
      assert.equal(code, 1, args.join(' '));
      assert.match(stderr, /refused +a: The registry does not have a,.*remove its line from promptforge/);
      assert.doesNotMatch(stderr, /gone/, 'it has no file');
    }
    assert.match((await run('diff')).stdout, /^--- \/dev\/null\n.*^\+One$/ms);
    const pulled = await run('pull', '--json');
    assert.equal(pulled.code, 1);
    assert.deepEqual(JSON.parse(pulled.stdout).absent, ['a', 'gone']);
    const again = await run('pull');
    assert.deepEqual([again.code, again.stdout], [1, '']);
    assert.match(again.stderr, /restored from a backup/);
    assert.match((await run('pull', 'a')).stderr, /does not have a, which promptforge\.lock\.json names/);
    assert.equal((await run('pull', 'b')).code, 0, 'another prompt');
    assert.equal(await copy.read('a'), 'One\n');
    assert.deepEqual(await copy.lock(), { a: 1, b: 1, gone: 1 });
  });

  it('are new once their lines are removed', async () => {
    const file = join(copy.root, 'promptforge.lock.json');
    await copy.write('a', 'Edited\n');
    await writeFile(file, '{\n  "lockVersion": 1,\n  "prompts": {}\n}\n');
    assert.equal((await run('publish', '-m', 'x')).stdout, 'published  a@1\n');
    assert.match(await readFile(file, 'utf8'), /"a": \{"version": 1/);
  });

  it('are still local edits if the registry is unknown', async () => {
    await other.close();
    await copy.write('a', 'Edited\n');
    const { code, stdout, stderr } = await run('status');
    assert.equal(code, 0);
    assert.match(stdout, /^modified +a +1 +–$/m);
    assert.doesNotMatch(stderr, /does not have/);
  });
});

describe('a file based on a version that a restored registry does not have', () => {
  it('is refused with the commands that resolve it', async () => {
    await using registry = await aRegistry();
    await registry.publish('a', 'One\n', null);
    const PROMPTFORGE_KEY_DEVELOPMENT = await registry.key('development', 'author');
    await using copy = await aWorkingCopy(registry.url, { PROMPTFORGE_KEY_DEVELOPMENT });
    await copy.run('pull');
    const file = join(copy.root, 'promptforge.lock.json');
    await writeFile(file, (await readFile(file, 'utf8')).replace('"version": 1,', '"version": 9,'));
    await copy.write('a', 'Edited\n');
    for (const args of [['--dry-run'], ['-m', 'x']]) {
      const { code, stderr } = await copy.run('publish', ...args);
      assert.equal(code, 1);
      assert.match(
        stderr,
        /based on version 9, but the registry is now at 1\..* promptforge resolve a@1\.$/m,
      );
    }
    assert.equal((await copy.run('resolve', 'a@1')).code, 0);
    assert.equal((await copy.run('publish', '-m', 'x')).stdout, 'published  a@2\n');
  });
});
