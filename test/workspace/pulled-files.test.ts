/** New files: made together with their folder where that is missing, and never over what came meanwhile. */
import assert from 'node:assert/strict';
import { mkdir, readdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { RegistryClient } from '../../src/client/registry-client.ts';
import type { FileSystem } from '../../src/workspace/file-system.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import type { PullReport } from '../../src/workspace/pull-plan.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { anEmbeddedRegistry, type EmbeddedRegistryForTest } from '../an-embedded-registry.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';
import { orphan } from './dying-file-system.ts';

const NAMES = ['a', 'fees/card', 'fees/deep/er', 'fees/sepa', 'mail'];

describe('new files of a pull', () => {
  let registry: EmbeddedRegistryForTest;
  let client: RegistryClient;
  before(async () => {
    registry = await anEmbeddedRegistry();
    client = registry.client();
    for (const name of NAMES)
      await client.publish(prompt(name), { source: `${name}\r\n`, message: '', base: null });
  });
  after(() => registry[Symbol.asyncDispose]());

  async function pull(
    { project }: Workspace,
    files: FileSystem = nodeFileSystem,
    isDirty: (name: string) => boolean = () => false,
  ): Promise<PullReport> {
    const prompts = await client.allPrompts({ archived: true });
    return new WorkingCopy(project, files).pull(client, prompts, { isDirty });
  }

  const createdOf = ({ created }: PullReport) => created.map(({ name }) => name);
  const leftOf = ({ left }: PullReport) => left.map(({ name, why }) => [name, why]);

  async function assertWhole(workspace: Workspace): Promise<void> {
    for (const name of NAMES) assert.equal(await workspace.text(`prompts/${name}.prompt`), `${name}\r\n`);
    const lock = await new WorkingCopy(workspace.project, nodeFileSystem).readLock();
    assert.deepEqual([...lock.keys()].sort(), NAMES);
    assert.ok([...lock.values()].every(({ text }) => text !== undefined));
    for (const folder of ['journal', 'staged'])
      assert.deepEqual(await readdir(join(workspace.root, '.promptforge', folder)), []);
  }

  it('are created with their folders', async () => {
    await using workspace = await aWorkspace();
    assert.deepEqual(createdOf(await pull(workspace)), NAMES);
    await assertWhole(workspace);
  });

  it('do not replace files in a folder that appeared in the meantime, while missing ones are created', async () => {
    await using workspace = await aWorkspace();
    const files: FileSystem = {
      ...nodeFileSystem,
      async createFolder(folder, mayBe) {
        if (folder.path.endsWith('fees')) await workspace.put('prompts/fees/card.prompt', 'mine\n');
        return nodeFileSystem.createFolder(folder, mayBe);
      },
    };
    const report = await pull(workspace, files);
    assert.deepEqual(leftOf(report), [['fees/card', 'changed_meanwhile']]);
    assert.equal(await workspace.text('prompts/fees/card.prompt'), 'mine\n');
    assert.equal(await workspace.text('prompts/fees/sepa.prompt'), 'fees/sepa\r\n');
    assert.deepEqual(await readdir(join(workspace.root, '.promptforge/staged')), []);
  });

  it('do not replace a file, a folder or unsaved text, while others are created', async () => {
    await using workspace = await aWorkspace();
    const files: FileSystem = {
      ...nodeFileSystem,
      async createAll(made) {
        await workspace.put('prompts/a.prompt', 'mine\n');
        await mkdir(join(workspace.root, 'prompts/mail.prompt'), { recursive: true });
        return nodeFileSystem.createAll(made);
      },
    };
    const report = await pull(workspace, files, name => name === 'fees/sepa');
    assert.deepEqual(leftOf(report), [
      ['a', 'changed_meanwhile'],
      ['fees/sepa', 'unsaved'],
      ['mail', 'not_writable'],
    ]);
    assert.deepEqual(createdOf(report), ['fees/card', 'fees/deep/er']);
    assert.equal(await workspace.text('prompts/a.prompt'), 'mine\n');
    assert.equal(await workspace.text('prompts/fees/sepa.prompt'), undefined);
  });

  it('get their bases from the journal if the process ended before it wrote the lock file', async () => {
    await using workspace = await aWorkspace();
    const files: FileSystem = {
      ...nodeFileSystem,
      async flush(paths) {
        if (paths.some(path => path.endsWith('.prompt'))) throw new Error('killed');
        await nodeFileSystem.flush(paths);
      },
    };
    await assert.rejects(pull(workspace, files), /killed/);
    // A folder that it was about to put in its place.
    const owner = `${process.pid}@${hostname().replace(/[^A-Za-z0-9.-]/g, '_')}`;
    await workspace.put(`.promptforge/staged/${owner}-${crypto.randomUUID()}/half.prompt`, 'ha');
    await orphan(workspace.root);
    assert.deepEqual(createdOf(await pull(workspace)), []);
    await assertWhole(workspace);
  });
});
