/** What a pull decides where both sides changed, or the registry is not what it was. */
import assert from 'node:assert/strict';
import { chmod, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RegistryClient } from '../../src/client/registry-client.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import type { FileSystem } from '../../src/workspace/file-system.ts';
import type { LockEntry } from '../../src/workspace/lock-file.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';

const triage = prompt('support/triage');
const FILE = 'prompts/support/triage.prompt';
const TEXT = 'one\ntwo\nthree\nfour\n';

const copyOf = ({ project }: Workspace, files: FileSystem = nodeFileSystem) =>
  new WorkingCopy(project, files);

async function pull(copy: WorkingCopy, client: RegistryClient, options = {}) {
  const prompts = await client.allPrompts({ archived: true });
  return copy.pull(client, prompts, { isDirty: () => false, ...options });
}

async function publish(client: RegistryClient, source: string, base: number | null) {
  await client.publish(triage, { source, message: 'elsewhere', base: base as VersionNumber | null });
}

const whyOf = ({ left }: Awaited<ReturnType<typeof pull>>) => left.map(({ why }) => why);

describe('a pull', () => {
  it('merges local and remote changes in different places, and the result is published as an edit', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    const copy = copyOf(workspace);
    await publish(client, TEXT, null);
    await pull(copy, client);
    await publish(client, 'one\ntwo\nthree\ntheirs\n', 1);
    await workspace.put(FILE, 'mine\r\ntwo\r\nthree\r\nfour\r\n');
    assert.deepEqual(whyOf(await pull(copy, client, { merge: false })), ['conflict']);
    assert.deepEqual(whyOf(await pull(copy, client, { isDirty: () => true })), ['unsaved']);
    assert.deepEqual((await pull(copy, client)).merged, [{ name: triage, from: 1, to: 2 }]);
    assert.equal(await workspace.text(FILE), 'mine\ntwo\nthree\ntheirs\n');
    assert.equal((await copy.state(null)).prompts.get(triage)?.state, 'modified');
    const outcome = await copy.publish(client, triage, 'merged');
    assert.equal(outcome.kind === 'published' && outcome.version.version, 3);
  });

  it('does not change a file in conflict, even if only the merged text would be invalid', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    const copy = copyOf(workspace);
    await publish(client, TEXT, null);
    await pull(copy, client);
    await publish(client, 'theirs\ntwo\nthree\nfour\n', 1);
    await workspace.put(FILE, 'mine\ntwo\nthree\nfour\n');
    assert.deepEqual(whyOf(await pull(copy, client)), ['conflict']);
    assert.equal(await workspace.text(FILE), 'mine\ntwo\nthree\nfour\n');
    const closed = '{{#if a}}one{{/if}}\ntwo\nthree\nfour{{#if b}}{{/if}}\n';
    await publish(client, closed, 2);
    await copy.setBase(triage, { version: 3 as VersionNumber, digest: digestOf(closed) });
    await publish(client, '{{#if a}}one\ntwo\nthree\nfour{{/if}}{{#if b}}{{/if}}\n', 3);
    const mine = '{{#if a}}one{{/if}}\ntwo\nthree{{#if c}}\nfour{{/if}}{{#if b}}{{/if}}\n';
    await workspace.put(FILE, mine);
    assert.deepEqual(whyOf(await pull(copy, client)), ['conflict']);
    assert.equal(await workspace.text(FILE), mine);
  });

  it('asks about files that were deleted locally and changed remotely, and follows the answer', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    const copy = copyOf(workspace);
    await publish(client, TEXT, null);
    await pull(copy, client);
    await rm(join(workspace.root, FILE));
    assert.deepEqual(whyOf(await pull(copy, client)), ['deleted']);
    await publish(client, 'newer', 1);
    const asked = await pull(copy, client);
    assert.deepEqual(whyOf(asked), ['deleted_and_changed']);
    assert.match(asked.left[0]?.message ?? '', /^prompts\/support\/triage\.prompt: .*newer version \(2\)/);
    assert.equal(await workspace.text(FILE), undefined);
    const { kept, left } = await pull(copy, client, { keepDeleted: true });
    assert.deepEqual([kept, left], [[{ name: triage, from: 1, to: 2 }], []]);
    assert.equal(await workspace.text(FILE), undefined);
    assert.deepEqual(whyOf(await pull(copy, client)), ['deleted'], 'it stays deleted');
    await publish(client, 'newest', 2);
    assert.deepEqual(whyOf(await pull(copy, client)), ['deleted_and_changed'], 'and is asked about again');
    await pull(copy, client, { restoreDeleted: true });
    assert.equal(await workspace.text(FILE), 'newest');
  });

  it('does not treat a file as deleted if it has come back', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    await publish(client, TEXT, null);
    await pull(copyOf(workspace), client);
    await rm(join(workspace.root, FILE));
    await publish(client, 'newer', 1);
    let isBack = false;
    const files: FileSystem = {
      ...nodeFileSystem,
      async createFile(path, bytes) {
        if (!isBack && path.endsWith('lock')) await workspace.put(FILE, TEXT);
        isBack = true;
        return nodeFileSystem.createFile(path, bytes);
      },
    };
    const { kept } = await pull(new WorkingCopy(workspace.project, files), client, { keepDeleted: true });
    assert.deepEqual([kept, isBack], [[], true]);
    assert.equal(
      (await copyOf(workspace).state(await client.allPrompts())).prompts.get(triage)?.state,
      'behind',
    );
  });

  it('overwrites nothing that a restored registry no longer has', async () => {
    await using lost = await anEmbeddedRegistry();
    await using restored = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const copy = copyOf(workspace);
    for (const [index, source] of ['one', 'two', 'only here'].entries())
      await publish(lost.client(), source, index || null);
    await pull(copy, lost.client());
    const client = restored.client();
    for (const [index, source] of ['one', 'two'].entries()) await publish(client, source, index || null);
    const back = await pull(copy, client);
    assert.deepEqual(whyOf(back), ['rewound']);
    assert.match(back.left[0]?.message ?? '', /does not have version 3 any more.*backup/);
    assert.equal((await copy.state(await client.allPrompts())).prompts.get(triage)?.state, 'conflict');
    await publish(client, 'other three', 2);
    for (const text of ['only here', 'only here, edited']) {
      await workspace.put(FILE, text);
      await assert.rejects(copy.publish(client, triage, 'on top of another text'), error => {
        assert.ok(WorkspaceError.is(error, 'invalid_lock_file'));
        assert.match(error.message, /another text under support\/triage@3 .*backup/);
        return true;
      });
    }
    await workspace.put(FILE, 'only here');
    await publish(client, 'four', 3);
    assert.deepEqual(whyOf(await pull(copy, client)), ['rewound'], 'and went on from there');
    assert.equal(await workspace.text(FILE), 'only here');
    assert.equal((await copy.readLock()).get(triage)?.version, 3);
  });

  it('recognizes a renamed file by its text', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    const copy = copyOf(workspace);
    await publish(client, 'one\n', null);
    await pull(copy, client);
    await rename(join(workspace.root, FILE), join(workspace.root, 'prompts/sorting.prompt'));
    const { renamed } = await copy.state(await client.allPrompts());
    assert.deepEqual([...renamed], [['sorting', triage]]);
    await workspace.put('prompts/sorting.prompt', 'edited since\n');
    const { left } = await pull(copy, client);
    assert.deepEqual(
      left.map(({ why, message }) => [why, message]),
      [
        [
          'deleted',
          `${FILE}: The file was renamed to prompts/sorting.prompt here; the registry has version 1 under the old name.`,
        ],
      ],
    );
    assert.equal(await workspace.text(FILE), undefined);
    await rename(
      join(workspace.root, 'prompts/sorting.prompt'),
      join(workspace.root, 'prompts/again.prompt'),
    );
    assert.deepEqual([...(await copyOf(workspace).state(null)).renamed], [['again', triage]], 'once more');
    await rename(join(workspace.root, 'prompts/again.prompt'), join(workspace.root, FILE));
    assert.deepEqual([...(await copy.state(null)).renamed], [], 'and back');
  });

  it('recognizes a renamed and edited file by the old name’s version in the registry', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    await publish(client, TEXT, null);
    await pull(copyOf(workspace), client);
    await rm(join(workspace.root, FILE));
    await workspace.put('prompts/sorting.prompt', TEXT.replace('two', 'other').replaceAll('\n', '\r\n'));
    const prompts = await client.allPrompts();
    const copy = copyOf(workspace);
    const state = await copy.state(prompts);
    assert.equal(state.renamed.size, 0);
    assert.deepEqual([...(await copy.withSimilarRenames(state, client)).renamed], [['sorting', triage]]);
    assert.deepEqual(
      [...(await copyOf(workspace).state(null)).renamed],
      [['sorting', triage]],
      'and stays known',
    );
    await workspace.put('prompts/sorting.prompt', 'Something else.\n');
    await workspace.put('.promptforge/renamed', '');
    const other = copyOf(workspace);
    assert.equal((await other.withSimilarRenames(await other.state(prompts), client)).renamed.size, 0);
  });

  it('sets no base for a file that git has changed by switching branches', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    await publish(client, 'one', null);
    await pull(copyOf(workspace), client);
    await publish(client, 'two', 1);
    const files: FileSystem = {
      ...nodeFileSystem,
      async rename(from, to) {
        await nodeFileSystem.rename(from, to);
        if (to.endsWith('.prompt')) await workspace.put(FILE, 'one, as it is on the other branch');
      },
    };
    await pull(copyOf(workspace, files), client);
    const copy = copyOf(workspace);
    assert.equal((await copy.readLock()).get(triage)?.version, 1);
    assert.equal((await copy.state(await client.allPrompts())).prompts.get(triage)?.state, 'conflict');
  });

  it('reports a read-only file without changing it, and updates the others', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    const copy = copyOf(workspace);
    const other = prompt('other');
    await publish(client, 'one', null);
    await client.publish(other, { source: 'one', message: 'x', base: null });
    await pull(copy, client);
    await publish(client, 'two', 1);
    await client.publish(other, { source: 'two', message: 'x', base: 1 as VersionNumber });
    const path = join(workspace.root, FILE);
    await chmod(path, 0o444);
    const { left, updated } = await pull(copy, client);
    assert.deepEqual(left, [
      {
        name: triage,
        why: 'not_writable',
        message: `${FILE}: The file is read-only, so it was left as it is. Make it writable, then try again.`,
      },
    ]);
    assert.deepEqual(
      updated.map(({ name }) => name),
      [other],
    );
    assert.equal(await workspace.text(FILE), 'one');
    assert.equal((await copy.readLock()).get(triage)?.version, 1);
    await assert.rejects(copy.folder.write(triage, 'x'), /triage\.prompt: The file is read-only/);
    await chmod(path, 0o644);
    assert.equal((await pull(copy, client)).updated.length, 1);
  });

  it('changes and sends nothing if the lock file is read-only', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    const copy = copyOf(workspace);
    await publish(client, 'one', null);
    await pull(copy, client);
    await publish(client, 'two', 1);
    const lock = join(workspace.root, 'promptforge.lock.json');
    await chmod(lock, 0o444);
    const isTold = (error: Error) => {
      assert.match(
        error.message,
        /^promptforge\.lock\.json: .*read-only\. Make it writable.* Nothing was changed\.$/,
      );
      return WorkspaceError.is(error, 'not_writable');
    };
    await assert.rejects(pull(copy, client), isTold);
    assert.equal(await workspace.text(FILE), 'one');
    await workspace.put('prompts/new.prompt', 'New');
    await assert.rejects(copy.publish(client, prompt('new'), 'x'), isTold);
    await assert.rejects(client.getPrompt(prompt('new')), /new/);
    await chmod(lock, 0o644);
    assert.equal((await pull(copy, client)).updated.length, 1);
  });

  it('overwrites no text that the lock file wrongly claims to be a version', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    const copy = copyOf(workspace);
    await publish(client, TEXT, null);
    await pull(copy, client);
    await publish(client, 'one\ntwo\nthree\ntheirs\n', 1);
    await workspace.put(FILE, 'mine alone\n');
    const base = (await copy.readLock()).get(triage);
    await copy.setBase(triage, { ...(base as LockEntry), text: digestOf('mine alone\n') });
    assert.equal((await copy.state(await client.allPrompts())).prompts.get(triage)?.state, 'behind');
    assert.deepEqual(whyOf(await pull(copy, client)), ['conflict']);
    assert.equal(await workspace.text(FILE), 'mine alone\n');
    await workspace.put(FILE, 'one\r\ntwo\r\nthree\r\nfour\r\n');
    await copy.setBase(triage, base as LockEntry);
    assert.equal((await pull(copy, client)).updated.length, 1, 'line endings are no edit');
  });

  it('does not merge if the file has changed in the meantime', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    await publish(client, TEXT, null);
    await pull(copyOf(workspace), client);
    await publish(client, 'one\ntwo\nthree\ntheirs\n', 1);
    const mine = 'mine\ntwo\nthree\nfour\n';
    await workspace.put(FILE, mine);
    let reads = 0;
    /** Edited after it was compared, and undone before it would be written. */
    const files: FileSystem = {
      ...nodeFileSystem,
      async readFile(path) {
        if (path.endsWith('.prompt')) await workspace.put(FILE, ++reads === 2 ? `${mine}x\n` : mine);
        return nodeFileSystem.readFile(path);
      },
    };
    assert.deepEqual(whyOf(await pull(copyOf(workspace, files), client)), ['changed_meanwhile']);
    assert.equal(reads, 2);
    await workspace.put(FILE, mine);
    assert.equal((await pull(copyOf(workspace), client)).merged.length, 1);
  });

  it('flushes a merged text to the disk before it replaces edits', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    await publish(client, TEXT, null);
    await pull(copyOf(workspace), client);
    await publish(client, 'one\ntwo\nthree\ntheirs\n', 1);
    await workspace.put(FILE, 'mine\ntwo\nthree\nfour\n');
    const flushed = new Set<string>();
    const unflushed: string[] = [];
    const files: FileSystem = {
      ...nodeFileSystem,
      async flush(paths) {
        await nodeFileSystem.flush(paths);
        for (const path of paths) flushed.add(path);
      },
      async rename(from, to) {
        if (to.endsWith('.prompt') && !flushed.has(from)) unflushed.push(to);
        await nodeFileSystem.rename(from, to);
      },
    };
    assert.equal((await pull(copyOf(workspace, files), client)).merged.length, 1);
    assert.deepEqual(unflushed, []);
  });

  it('does not change a file while its merge is open in an editor', async () => {
    await using registry = await anEmbeddedRegistry();
    await using workspace = await aWorkspace();
    const client = registry.client();
    const copy = copyOf(workspace);
    await publish(client, TEXT, null);
    await pull(copy, client);
    await publish(client, 'one\ntwo\nthree\ntheirs\n', 1);
    await copy.beginMerge(triage);
    const lock = await workspace.text('promptforge.lock.json');
    for (const held of [TEXT, 'mine\ntwo\nthree\nfour\n']) {
      await workspace.put(FILE, held);
      const left = await pull(copyOf(workspace), client);
      assert.deepEqual(whyOf(left), ['merging']);
      assert.match(left.left[0]?.message ?? '', /merge.*begun in an editor.*promptforge resolve/);
      assert.equal(await workspace.text(FILE), held);
      assert.equal(await workspace.text('promptforge.lock.json'), lock);
    }
    const { version, digest } = (await client.getPrompt(triage)).newest;
    await copy.setBase(triage, { version, digest });
    await publish(client, 'one\ntwo\nthree\nagain\n', 2);
    assert.deepEqual(whyOf(await pull(copyOf(workspace), client)), ['conflict']);
    await copy.beginMerge(triage);
    assert.deepEqual(whyOf(await pull(copyOf(workspace), client, { merge: false })), ['conflict']);
    assert.deepEqual(whyOf(await pull(copyOf(workspace), client)), ['merging']);
    await copy.endMerge(triage);
    assert.deepEqual(whyOf(await pull(copyOf(workspace), client)), ['conflict']);
  });
});
