/** What is taken up of processes that are gone, where the files are not as they left them. */
import assert from 'node:assert/strict';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { RegistryClient } from '../../src/client/registry-client.ts';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import type { FileSystem } from '../../src/workspace/file-system.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { type Registry, WorkingCopy } from '../../src/workspace/working-copy.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';

const triage = prompt('support/triage');
const FILE = 'prompts/support/triage.prompt';
const LOCK = 'promptforge.lock.json';

const copyOf = ({ project }: Workspace, files: FileSystem = nodeFileSystem) =>
  new WorkingCopy(project, files);

const pull = async (copy: WorkingCopy, client: RegistryClient) =>
  copy.pull(client, await client.allPrompts({ archived: true }), { isDirty: () => false });

async function publishElsewhere(client: RegistryClient, source: string, base: number | null) {
  await client.publish(triage, { source, message: 'elsewhere', base: base as VersionNumber | null });
}

/** A workspace at version 1, edited, whose publication arrived though its process never heard of it. */
async function sent(client: RegistryClient): Promise<{ workspace: Workspace; lock: string }> {
  const workspace = await aWorkspace();
  await publishElsewhere(client, 'one\n', null);
  await pull(copyOf(workspace), client);
  await workspace.put(FILE, 'two\n');
  const cut: Registry = {
    getVersion: (...asked) => client.getVersion(...asked),
    getSources: (...asked) => client.getSources(...asked),
    batch: (...asked) => client.batch(...asked),
    async publish(...asked) {
      await client.publish(...asked);
      throw new RegistryUnreachable('timeout', client.url, 'It did not answer.');
    },
  };
  const lock = (await workspace.text(LOCK)) as string;
  await assert.rejects(copyOf(workspace).publish(cut, triage, 'second'));
  return { workspace, lock };
}

describe('the remains of a killed process', () => {
  it('do not block others if a folder has replaced the file', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    await publishElsewhere(client, 'one\n', null);
    const noLock: FileSystem = {
      ...nodeFileSystem,
      rename: (from, to) =>
        to.endsWith(LOCK) ? Promise.reject(new Error('EIO: i/o error')) : nodeFileSystem.rename(from, to),
    };
    await assert.rejects(pull(copyOf(workspace, noLock), client));
    assert.equal((await readdir(join(workspace.root, '.promptforge/journal'))).length, 1);
    await rm(join(workspace.root, FILE));
    await mkdir(join(workspace.root, FILE));
    const { left } = await pull(copyOf(workspace), client);
    assert.equal(left.length, 1);
    assert.deepEqual(await readdir(join(workspace.root, '.promptforge/journal')), []);
    await rm(join(workspace.root, FILE), { recursive: true });
    assert.equal((await pull(copyOf(workspace), client)).created.length, 1);
  });

  it('do not block others if they cannot be deleted', async () => {
    await using workspace = await aWorkspace({ 'prompts/a.prompt': 'one\n' });
    const staged = '.promptforge/staged';
    await workspace.put(
      join(staged, `99999999@${hostname().replace(/[^A-Za-z0-9.-]/g, '_')}-${crypto.randomUUID()}`),
      'half',
    );
    const files: FileSystem = {
      ...nodeFileSystem,
      delete: () => Promise.reject(Object.assign(new Error('read-only'), { code: 'EROFS' })),
    };
    assert.equal((await copyOf(workspace, files).state(null)).prompts.size, 1);
    await copyOf(workspace).state(null);
    const left = await readdir(join(workspace.root, staged));
    assert.ok(!left.some(name => name.startsWith('99999999@')), 'it was to be deleted');
  });

  it('set no base for the text of another branch, which would undo a publication', async () => {
    await using registry = await anEmbeddedRegistry();
    const client = registry.client();
    const { workspace, lock } = await sent(client);
    await using _ = workspace;
    await workspace.put(LOCK, lock);
    await workspace.put(FILE, 'one\n');
    const copy = copyOf(workspace);
    const { updated } = await pull(copy, client);
    assert.deepEqual(updated, [{ name: triage, from: 1, to: 2 }]);
    assert.equal(await workspace.text(FILE), 'two\n');
  });

  it('set the base of a file that was edited further after it was published', async () => {
    await using registry = await anEmbeddedRegistry();
    const client = registry.client();
    const { workspace } = await sent(client);
    await using _ = workspace;
    await workspace.put(FILE, 'three\n');
    const copy = copyOf(workspace);
    assert.deepEqual((await pull(copy, client)).left, []);
    assert.equal((await copy.readLock()).get(triage)?.version, 2);
    assert.equal(await workspace.text(FILE), 'three\n');
  });
});

describe('a publication', () => {
  it('does not change the lock file of another branch that was checked out in the meantime', async () => {
    for (const other of ['one\n', undefined]) {
      await using registry = await anEmbeddedRegistry();
      await using workspace = await aWorkspace();
      const client = registry.client();
      await publishElsewhere(client, 'one\n', null);
      await pull(copyOf(workspace), client);
      const lock = (await workspace.text(LOCK)) as string;
      await workspace.put(FILE, 'two\n');
      const slow: Registry = {
        getVersion: (...asked) => client.getVersion(...asked),
        getSources: (...asked) => client.getSources(...asked),
        batch: (...asked) => client.batch(...asked),
        async publish(...asked) {
          const published = await client.publish(...asked);
          if (other === undefined) await rm(join(workspace.root, FILE));
          else await workspace.put(FILE, other);
          return published;
        },
      };
      const copy = copyOf(workspace);
      const outcome = await copy.publish(slow, triage, 'second');
      assert.equal(outcome.kind, 'published');
      assert.equal(await workspace.text(LOCK), lock);
    }
  });

  it('sets no base if the other branch is based on another version', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    await publishElsewhere(client, 'one\n', null);
    await publishElsewhere(client, 'two\n', 1);
    await pull(copyOf(workspace), client);
    await workspace.put(FILE, 'three\n');
    const first = await client.getVersion(triage, 1 as VersionNumber);
    const copy = copyOf(workspace);
    const slow: Registry = {
      getVersion: (...asked) => client.getVersion(...asked),
      getSources: (...asked) => client.getSources(...asked),
      batch: (...asked) => client.batch(...asked),
      async publish(...asked) {
        const published = await client.publish(...asked);
        await workspace.put(FILE, 'one\n');
        await copyOf(workspace).setBase(triage, { version: first.version, digest: first.digest });
        return published;
      },
    };
    await copy.publish(slow, triage, 'third');
    assert.equal((await copy.readLock()).get(triage)?.version, 1);
    assert.deepEqual((await pull(copy, client)).updated, [{ name: triage, from: 1, to: 3 }]);
  });
});
