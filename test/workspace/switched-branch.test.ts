/** Another branch, checked out by git at each step of a pull. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { digestOf } from '../../src/core/digest.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import type { FileSystem } from '../../src/workspace/file-system.ts';
import { type Lock, lockText } from '../../src/workspace/lock-file.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { aWorkspace, prompt } from './a-workspace.ts';

const LOCK = 'promptforge.lock.json';
const NAMES = ['a', 'b', 'c'];
const fileOf = (name: string) => `prompts/${name}.prompt`;
const textOf = (name: string, version: number) => `${name} ${version}\n`;
const lockOf = (versions: Readonly<Record<string, number>>): Lock =>
  new Map(
    Object.entries(versions).map(([name, version]) => [
      prompt(name),
      { version: version as VersionNumber, digest: digestOf(textOf(name, version)) },
    ]),
  );
/** On the other branch one file is of a newer version, one was edited, and one is not there. */
const OTHER: Readonly<Record<string, string | undefined>> = {
  a: textOf('a', 2),
  b: 'edited\n',
  c: undefined,
};

/** Does something before one of its changes; a prompt's file that is put in its place is looked at right before. */
function interrupted(at: number, work: () => Promise<unknown>) {
  let taken = 0;
  const step = async <Result>(change: () => Promise<Result>): Promise<Result> => {
    taken += 1;
    if (taken === at) await work();
    return change();
  };
  const node = nodeFileSystem;
  const files: FileSystem = {
    ...node,
    stage: (...args) => step(() => node.stage(...args)),
    createFile: (...args) => step(() => node.createFile(...args)),
    flush: paths => step(() => node.flush(paths)),
    delete: path => step(() => node.delete(path)),
  };
  return { files, isDone: () => taken >= at };
}

describe('a branch that is checked out during a pull', () => {
  it('keeps its files and their bases at each step, and the next pull continues from there', async () => {
    await using registry = await anEmbeddedRegistry();
    const client = registry.client();
    for (const name of NAMES)
      for (const version of [1, 2, 3])
        await client.publish(prompt(name), {
          ...{ source: textOf(name, version), message: 'x' },
          base: (version === 1 ? null : version - 1) as VersionNumber | null,
        });
    const prompts = await client.allPrompts();
    await using template = await aWorkspace();
    const git = (cwd: string, ...args: string[]) =>
      promisify(execFile)('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], { cwd });
    await git(template.root, 'init', '-q', '-b', 'main');
    const commit = async (files: Readonly<Record<string, string | undefined>>, lock: Lock) => {
      for (const [name, text] of Object.entries(files))
        if (text === undefined) await rm(join(template.root, fileOf(name)));
        else await template.put(fileOf(name), text);
      await template.put(LOCK, lockText(lock));
      await git(template.root, 'add', 'prompts', LOCK);
      await git(template.root, 'commit', '-qm', 'x');
    };
    await commit(
      Object.fromEntries(NAMES.map(name => [name, textOf(name, 1)])),
      lockOf({ a: 1, b: 1, c: 1 }),
    );
    await git(template.root, 'checkout', '-qb', 'other');
    await commit(OTHER, lockOf({ a: 2, b: 1 }));
    await git(template.root, 'checkout', '-q', 'main');

    const told = new Set<string>();
    let steps = 0;
    for (let at = 1; ; at++) {
      await using workspace = await aWorkspace();
      await cp(template.root, workspace.root, { recursive: true });
      const { files, isDone } = interrupted(at, () => git(workspace.root, 'checkout', '-qf', 'other'));
      const { left } = await new WorkingCopy(workspace.project, files).pull(client, prompts, {
        isDirty: () => false,
      });
      if (!isDone()) break;
      steps += 1;
      for (const { why, message } of left) told.add(`${why} ${message}`);
      const copy = new WorkingCopy(workspace.project, nodeFileSystem);
      const lock = await copy.readLock();
      for (const name of NAMES) {
        const text = await workspace.text(fileOf(name));
        const version = lock.get(prompt(name))?.version;
        const isPulled = text === textOf(name, 3) && version === 3;
        const isOfBranch =
          text === OTHER[name] && version === lockOf({ a: 2, b: 1 }).get(prompt(name))?.version;
        assert.ok(
          isPulled || isOfBranch,
          `step ${at}: ${name} is ${JSON.stringify(text)}, based on ${version}`,
        );
      }
      const again = await copy.pull(client, prompts, { isDirty: () => false });
      assert.ok(
        again.left.every(({ name, why }) => name === 'b' && why === 'conflict'),
        `step ${at}`,
      );
      assert.equal(await workspace.text(fileOf('a')), textOf('a', 3));
      assert.equal(await workspace.text(fileOf('c')), textOf('c', 3));
      for (const folder of ['journal', 'staged'])
        assert.deepEqual(await readdir(join(workspace.root, '.promptforge', folder)), [], `step ${at}`);
    }
    assert.ok(steps > 10, `${steps} steps`);
    assert.ok(
      told.has(
        'changed_meanwhile prompts/b.prompt: The file was changed while pulling, so it was left as it is.',
      ),
      [...told].join('\n'),
    );
  });
});
