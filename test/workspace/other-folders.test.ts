/** Folders among the prompts that are not the project's own: a link that leads out, and another project. */
import assert from 'node:assert/strict';
import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aWorkspace, prompt } from './a-workspace.ts';

const NAMES = ['inner/a', 'inner/deep/er/b', 'inner/flat/b', 'own/c'];

async function aRegistryWith(names: readonly string[]) {
  const registry = await anEmbeddedRegistry();
  const client = registry.client();
  for (const name of names)
    await client.publish(prompt(name), { source: 'Theirs.\n', message: 'x', base: null });
  const listed = await client.allPrompts({ archived: true });
  return { client, listed, [Symbol.asyncDispose]: () => registry[Symbol.asyncDispose]() };
}

describe('a pull', () => {
  it('creates no file or folder through a link out of the workspace', async () => {
    await using registry = await aRegistryWith(NAMES);
    await using workspace = await aWorkspace({ 'prompts/own/mine.prompt': 'Mine.\n' });
    await using elsewhere = await temporaryFolder();
    await symlink(elsewhere.path, join(workspace.root, 'prompts/inner'));
    const copy = new WorkingCopy(workspace.project, nodeFileSystem);
    const { created, left } = await copy.pull(registry.client, registry.listed, { isDirty: () => false });
    assert.deepEqual(await readdir(elsewhere.path), []);
    assert.deepEqual(
      created.map(({ name }) => name),
      ['own/c'],
    );
    assert.deepEqual(
      left.map(({ name }) => name),
      ['inner/a', 'inner/deep/er/b', 'inner/flat/b'],
    );
    for (const { message } of left)
      assert.match(message, /^prompts\/inner\/.*A link leads out of the prompts folder here/);
  });

  it('creates no file in a nested project', async () => {
    await using registry = await aRegistryWith(NAMES);
    await using workspace = await aWorkspace({
      'prompts/inner/promptforge.json': '{"registry": "embedded"}',
      'prompts/inner/a.prompt': 'Of the other project.\n',
    });
    const copy = new WorkingCopy(workspace.project, nodeFileSystem);
    const { created, left } = await copy.pull(registry.client, registry.listed, { isDirty: () => false });
    assert.deepEqual(
      created.map(({ name }) => name),
      ['own/c'],
    );
    assert.deepEqual(
      left.map(({ name }) => name),
      ['inner/a', 'inner/deep/er/b', 'inner/flat/b'],
    );
    for (const { message } of left)
      assert.match(
        message,
        /^prompts\/inner\/.*: This belongs to the project in prompts\/inner, which has a promptforge\.json of its own\.$/,
      );
    assert.deepEqual((await readdir(join(workspace.root, 'prompts/inner'))).sort(), [
      'a.prompt',
      'promptforge.json',
    ]);
    assert.equal(await workspace.text('prompts/inner/a.prompt'), 'Of the other project.\n');
    assert.deepEqual([...(await copy.readLock()).keys()], ['own/c']);
  });
});

describe('a nested project in the prompts folder', () => {
  it('has files that the outer project neither publishes, reads nor creates', async () => {
    await using registry = await aRegistryWith([]);
    await using workspace = await aWorkspace({
      'prompts/inner/promptforge.json': '{"registry": "embedded"}',
      'prompts/inner/prompts/a.prompt': 'Of the other project.\n',
    });
    const copy = new WorkingCopy(workspace.project, nodeFileSystem);
    const name = prompt('inner/prompts/a');
    const isRefused = (error: unknown) =>
      WorkspaceError.is(error, 'outside') &&
      /^prompts\/inner\/.*prompts\/inner, which has/.test(error.message);
    await assert.rejects(copy.publish(registry.client, name, 'x'), isRefused);
    await assert.rejects(copy.folder.read(name), isRefused);
    await assert.rejects(copy.folder.write(name, 'x'), isRefused);
    await assert.rejects(copy.createPrompt('inner/new', 'x\n'), isRefused);
    assert.deepEqual(await registry.client.allPrompts(), []);
    assert.equal(await workspace.text('prompts/inner/prompts/a.prompt'), 'Of the other project.\n');
  });
});
