/** A lock file that git leaves in conflict: repaired as far as it can be told, and never guessed. By git itself. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import * as fc from 'fast-check';
import type { RegistryClient } from '../../src/client/registry-client.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import { conflictedLock, repairOf } from '../../src/workspace/lock-conflict.ts';
import { type Lock, lockText } from '../../src/workspace/lock-file.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { anEmbeddedRegistry, type EmbeddedRegistryForTest } from '../an-embedded-registry.ts';
import { runs } from '../runs.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';

const LOCK = 'promptforge.lock.json';
const NAMES = ['a', 'b', 'c', 'd'];
const fileOf = (name: string) => `prompts/${name}.prompt`;
const textOf = (name: string, version: number) => `${name} ${version}\n`;

describe('a lock file in a merge conflict', () => {
  let registry: EmbeddedRegistryForTest;
  let client: RegistryClient;
  before(async () => {
    registry = await anEmbeddedRegistry();
    client = registry.client();
    for (const name of NAMES)
      for (const version of [1, 2, 3])
        await client.publish(prompt(name), {
          ...{ source: textOf(name, version), message: 'x' },
          base: (version === 1 ? null : version - 1) as VersionNumber | null,
        });
  });
  after(() => registry[Symbol.asyncDispose]());

  /** Versions by prompt; those that are missing are not named. */
  type Versions = Readonly<Record<string, number>>;
  const lockOf = (versions: Versions): Lock =>
    new Map(
      Object.entries(versions).map(([name, version]) => [
        prompt(name),
        { version: version as VersionNumber, digest: digestOf(textOf(name, version)) },
      ]),
    );
  const copyOf = ({ project }: Workspace) => new WorkingCopy(project, nodeFileSystem);
  const versionsIn = async (workspace: Workspace) =>
    Object.fromEntries(
      [...(await copyOf(workspace).readLock())].map(([name, { version }]) => [name, version]),
    );

  /** Merges a branch into another, with git, and leaves what git leaves. */
  async function merged(
    style: 'merge' | 'diff3' | 'zdiff3',
    { base, ours, theirs }: { readonly base: Versions; readonly ours: Versions; readonly theirs: Versions },
    files: Versions,
  ): Promise<Workspace> {
    const workspace = await aWorkspace();
    const git = (...args: string[]) =>
      promisify(execFile)('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], {
        cwd: workspace.root,
      });
    const commit = async (versions: Versions) => {
      await workspace.put(LOCK, lockText(lockOf(versions)));
      await git('add', LOCK);
      await git('commit', '-qm', 'x');
    };
    await git('init', '-q', '-b', 'main');
    await commit(base);
    await git('checkout', '-qb', 'other');
    await commit(theirs);
    await git('checkout', '-q', 'main');
    await commit(ours);
    await git('-c', `merge.conflictStyle=${style}`, 'merge', 'other').catch(() => {});
    assert.match((await workspace.text(LOCK)) ?? '', /^<{7} HEAD$/m);
    for (const [name, version] of Object.entries(files))
      await workspace.put(fileOf(name), textOf(name, version));
    return workspace;
  }

  for (const style of ['diff3', 'zdiff3'] as const)
    it(`takes the change of one side if git shows the merge base (${style})`, async () => {
      await using workspace = await merged(
        style,
        { base: { a: 1, b: 1, c: 1 }, ours: { a: 2, b: 1, c: 1 }, theirs: { a: 1, b: 2, c: 1, d: 1 } },
        { a: 1, b: 1, c: 1 },
      );
      assert.deepEqual(await copyOf(workspace).repairLock(client), { resolved: ['a', 'b', 'd'], left: [] });
      assert.deepEqual(await versionsIn(workspace), { a: 2, b: 2, c: 1, d: 1 });
      const lock = lockOf({ a: 2, b: 2, c: 1, d: 1 });
      assert.equal(await workspace.text(LOCK), lockText(lock), 'as it is written always');
    });

  it('takes the version of the prompt’s file if git shows no merge base', async () => {
    await using workspace = await merged(
      'merge',
      { base: { a: 1, b: 1 }, ours: { a: 2, b: 1 }, theirs: { a: 3, b: 3 } },
      { a: 3, b: 3 },
    );
    assert.deepEqual(await copyOf(workspace).repairLock(client), { resolved: ['a', 'b'], left: [] });
    assert.deepEqual(await versionsIn(workspace), { a: 3, b: 3 });
  });

  it('keeps conflicts that cannot be resolved, names their lines, and resolves the others', async () => {
    await using workspace = await merged(
      'merge',
      { base: { a: 1, b: 1, c: 1 }, ours: { a: 2, b: 2, c: 2 }, theirs: { a: 3, b: 3 } },
      { a: 3 },
    );
    await workspace.put(fileOf('b'), 'edited\n');
    const repair = await copyOf(workspace).repairLock(client);
    assert.deepEqual(repair?.resolved, ['a']);
    assert.equal(repair.left.length, 2);
    const text = (await workspace.text(LOCK)) ?? '';
    for (const message of repair.left) {
      const [, line = '', name = ''] =
        /^promptforge\.lock\.json:(\d+):1: (\w) is still in conflict/.exec(message) ?? [];
      assert.match(text.split('\n')[Number(line) - 1] ?? '', new RegExp(`^    "${name}": `));
    }
    assert.match(repair.left[0] ?? '', /: b is .*: one side says version 2, the other says version 3,/);
    assert.match(repair.left[1] ?? '', /: c is .*: one side says version 2, the other does not name it,/);
    await assert.rejects(copyOf(workspace).readLock(), error =>
      WorkspaceError.is(error, 'invalid_lock_file'),
    );
    await workspace.put(fileOf('b'), textOf('b', 2));
    await workspace.put(fileOf('c'), textOf('c', 2));
    assert.deepEqual(await copyOf(workspace).repairLock(client), { resolved: ['b', 'c'], left: [] });
    assert.deepEqual(await versionsIn(workspace), { a: 3, b: 2, c: 2 });
  });

  it('does not accept a version that the registry does not have', async () => {
    await using workspace = await merged(
      'merge',
      { base: { a: 1 }, ours: { a: 2 }, theirs: { a: 9 } },
      { a: 9 },
    );
    const before = await workspace.text(LOCK);
    const repair = await copyOf(workspace).repairLock(client);
    assert.deepEqual([repair?.resolved, repair?.left.length], [[], 1]);
    assert.equal(await workspace.text(LOCK), before);
  });

  it('is not changed without a conflict, or with one that git did not write', async () => {
    await using workspace = await aWorkspace();
    const lock = lockText(lockOf({ a: 1, b: 2 }));
    const half = '<<<<<<< HEAD\n    "a": {}\n';
    for (const text of [
      lock,
      `${half}${lock}`,
      `${lock}=======\n`,
      lock.replace('{\n', `{\n${half}=======\n>>>>>>> x\n`),
    ]) {
      await workspace.put(LOCK, text);
      assert.equal(await copyOf(workspace).repairLock(client), undefined);
      assert.equal(await workspace.text(LOCK), text);
    }
    await rm(join(workspace.root, LOCK));
    assert.equal(await copyOf(workspace).repairLock(client), undefined);
  });

  it('gets the version of one side or stays in conflict, for any sides', () => {
    const versions = fc.dictionary(fc.constantFrom(...NAMES), fc.integer({ min: 1, max: 3 }));
    fc.assert(
      fc.property(versions, versions, fc.option(versions, { nil: undefined }), (one, other, before) => {
        const [ours, theirs, base] = [lockOf(one), lockOf(other), before && lockOf(before)];
        const labels = { ours: ' HEAD', theirs: ' x' };
        const repair = repairOf({ ours, theirs, base, labels }, new Map(), () => true);
        assert.ok(repair !== undefined);
        const again = conflictedLock(repair.text);
        const sides = again ?? { ours: lockOf({}), theirs: lockOf({}) };
        assert.equal(again === undefined, repair.left.length === 0);
        for (const name of NAMES.map(prompt)) {
          const undecided = repair.left.find(each => each.name === name);
          const versionOf = (lock: Lock) => lock.get(name)?.version;
          if (undecided !== undefined)
            assert.deepEqual(
              [versionOf(sides.ours), versionOf(sides.theirs)],
              [versionOf(ours), versionOf(theirs)],
            );
          else if (again !== undefined) {
            assert.equal(versionOf(sides.ours), versionOf(sides.theirs));
            assert.ok([versionOf(ours), versionOf(theirs)].includes(versionOf(sides.ours)));
          }
          if (base === undefined && versionOf(ours) !== versionOf(theirs))
            assert.ok(undecided, 'nothing is guessed');
        }
      }),
      { numRuns: runs(2000, 200) },
    );
  });
});
