/** Files that have not changed are not read again, and no change goes unseen. */
import assert from 'node:assert/strict';
import { rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import fc from 'fast-check';
import { digestOf } from '../../src/core/digest.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { type FileSystem, STAT_NUMBERS } from '../../src/workspace/file-system.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { runs } from '../runs.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';

const NAMES = ['a', 'b', 'c/d'];
const fileOf = (name: string) => `prompts/${name}.prompt`;
/** Longer than what the disk's clock may give two changes at once. */
const TICK = 50;

/** A copy of its own process, as it were, and the names of the prompt files it has read. */
function counting({ project }: Workspace) {
  const read: string[] = [];
  const files: FileSystem = {
    ...nodeFileSystem,
    readFile(path) {
      if (path.endsWith('.prompt')) read.push(path);
      return nodeFileSystem.readFile(path);
    },
  };
  return { copy: new WorkingCopy(project, files), read };
}

async function based(workspace: Workspace): Promise<void> {
  const { copy } = counting(workspace);
  for (const name of NAMES) {
    await workspace.put(fileOf(name), 'one\n');
    await copy.setBase(prompt(name), { version: 1 as VersionNumber, digest: digestOf('one\n') });
  }
  await setTimeout(TICK);
}

const statesOf = async (copy: WorkingCopy) =>
  [...(await copy.state(null)).prompts.values()].map(({ state }) => state);

describe('the index of a working copy', () => {
  it('saves reading unchanged files, clean or edited, in any process', async () => {
    await using workspace = await aWorkspace();
    await based(workspace);
    await workspace.put(fileOf('b'), 'edited\r\n');
    await setTimeout(TICK);
    const first = counting(workspace);
    assert.deepEqual(await statesOf(first.copy), ['clean', 'modified', 'clean']);
    assert.equal(first.read.length, 3);
    assert.deepEqual(await statesOf(first.copy), ['clean', 'modified', 'clean']);
    const second = counting(workspace);
    assert.deepEqual(await statesOf(second.copy), ['clean', 'modified', 'clean']);
    assert.deepEqual([first.read.length, second.read], [3, []]);
    await workspace.put(fileOf('a'), 'two\n');
    assert.deepEqual(await statesOf(second.copy), ['modified', 'modified', 'clean']);
    assert.equal(second.read.length, 1);
  });

  it('detects an edit of the same size whose time was set back, and a replaced file', async () => {
    await using workspace = await aWorkspace();
    await based(workspace);
    await statesOf(counting(workspace).copy);
    const path = join(workspace.root, fileOf('a'));
    const before = await stat(path);
    await writeFile(path, 'two\n');
    await utimes(path, before.atime, before.mtime);
    assert.deepEqual(await statesOf(counting(workspace).copy), ['modified', 'clean', 'clean']);
    const other = join(workspace.root, 'other');
    await writeFile(other, 'six\n');
    await utimes(other, before.atime, before.mtime);
    await rename(other, join(workspace.root, fileOf('b')));
    assert.deepEqual(await statesOf(counting(workspace).copy), ['modified', 'modified', 'clean']);
  });

  it('detects an edit within one tick of a slow clock, such as a file server’s', async () => {
    await using workspace = await aWorkspace();
    await based(workspace);
    await statesOf(counting(workspace).copy);
    const path = join(workspace.root, fileOf('a'));
    await writeFile(path, 'two\n');
    const tick = await stat(path);
    const behind = 60_000;
    const [modified, changed] = [tick.mtimeMs - behind, tick.ctimeMs - behind];
    const files: FileSystem = {
      ...nodeFileSystem,
      // The disk's clock, which another file's time tells, is still in that tick.
      stat: async each => {
        const found = await nodeFileSystem.stat(each);
        return found && { ...found, modified, changed };
      },
      statAll: async paths => {
        const numbers = await nodeFileSystem.statAll(paths);
        for (const [index, each] of paths.entries()) {
          const at = index * STAT_NUMBERS;
          if (each === path) numbers.set([modified, changed], at + 1);
          else for (const time of [at + 1, at + 2]) numbers[time] = (numbers[time] as number) - behind;
        }
        return numbers;
      },
    };
    const copy = () => new WorkingCopy(workspace.project, files);
    assert.deepEqual(await statesOf(copy()), ['modified', 'clean', 'clean']);
    await writeFile(path, 'one\n');
    assert.deepEqual(await statesOf(copy()), ['clean', 'clean', 'clean']);
  });

  it('loses no edit if it is wrong, and is right after the next pull', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    const publish = (source: string, base: number | null) =>
      client.publish(prompt('a'), { source, message: 'x', base: base as VersionNumber | null });
    const pull = async () =>
      counting(workspace).copy.pull(client, await client.allPrompts(), { isDirty: () => false });
    await publish('one\n', null);
    await pull();
    await workspace.put(fileOf('a'), 'mine\n');
    await setTimeout(TICK);
    await counting(workspace).copy.state(await client.allPrompts());
    const index = (await workspace.text('.promptforge/index')) as string;
    assert.ok(index.includes(digestOf('mine\n')));
    const wrong = index.replace(digestOf('mine\n'), digestOf('one\n')).replace(/\{.*\}$/, '{}');
    await workspace.put('.promptforge/index', wrong);
    await publish('two\n', 1);
    assert.deepEqual(
      (await pull()).left.map(({ why }) => why),
      ['changed_meanwhile'],
    );
    assert.deepEqual(
      (await pull()).left.map(({ why }) => why),
      ['conflict'],
    );
    assert.equal(await workspace.text(fileOf('a')), 'mine\n');
  });

  it('may be lost, incomplete, from another release or not writable, and then files are read again', async () => {
    await using workspace = await aWorkspace();
    await based(workspace);
    const index = '.promptforge/index';
    await statesOf(counting(workspace).copy);
    const text = (await workspace.text(index)) as string;
    for (const other of [
      '',
      '[',
      '{"format":1,"paths":["a"]}',
      'null',
      text.slice(0, 15),
      text.slice(0, 80),
      text.slice(0, -1),
      text.replace('index 2', 'index 3'),
      text.replace('\na ', '\na a '),
      text.replace(/\{.*\}$/, 'null'),
      text.replace(/\{.*\}$/, '{"0":1}'),
      text.replace(/^[A-Za-z0-9+/]{40,}=*$/m, 'AAAA'),
      text.replace(/^[A-Za-z0-9+/]{40,}=*$/m, numbers =>
        Buffer.alloc(Buffer.from(numbers, 'base64').length, 255).toString('base64'),
      ),
    ]) {
      await workspace.put(index, other);
      const again = counting(workspace);
      assert.deepEqual(await statesOf(again.copy), ['clean', 'clean', 'clean'], other);
      assert.equal(again.read.length, 3, other);
    }
    await rm(join(workspace.root, '.promptforge'), { recursive: true });
    await workspace.put('.promptforge', 'a file in its place');
    assert.deepEqual(await statesOf(counting(workspace).copy), ['clean', 'clean', 'clean']);
  });

  it('gives the same result as reading all files, after any changes at any speed', async () => {
    const text = fc.constantFrom('one\n', 'two\n', 'one\r\n', 'three');
    const change = fc.record({
      name: fc.constantFrom(...NAMES),
      text,
      look: fc.boolean(),
      wait: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 8 }), async changes => {
        await using workspace = await aWorkspace();
        await based(workspace);
        const { copy } = counting(workspace);
        for (const { name, text, look, wait } of changes) {
          await workspace.put(fileOf(name), text);
          if (wait) await setTimeout(TICK);
          if (look) await copy.state(null);
        }
        const indexed = await copy.state(null);
        await rm(join(workspace.root, '.promptforge'), { recursive: true });
        assert.deepEqual(await counting(workspace).copy.state(null), indexed);
      }),
      { numRuns: runs(300, 15) },
    );
  });
});
