/** A pull in a process of its own, killed by SIGKILL; several processes that change one lock file. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { patience } from '../../scripts/host/patience.ts';
import type { RegistryClient } from '../../src/client/registry-client.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import type { FileSystem } from '../../src/workspace/file-system.ts';
import { LocalFolder } from '../../src/workspace/local-folder.ts';
import { LockChanges } from '../../src/workspace/lock-changes.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { WorkingCopy } from '../../src/workspace/working-copy.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { aRegistryServer } from '../a-registry-server.ts';
import { anEmbeddedRegistry } from '../an-embedded-registry.ts';
import { runs } from '../runs.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';

const SCRIPT = join(import.meta.dirname, 'pull-until-killed.ts');
const LOCK = 'promptforge.lock.json';
const NAMES = ['a', 'b', 'c/d', 'c/e'];
const copyOf = ({ project }: Workspace) => new WorkingCopy(project, nodeFileSystem);

async function pull(copy: WorkingCopy, client: RegistryClient) {
  const prompts = await client.allPrompts({ archived: true });
  return copy.pull(client, prompts, { isDirty: () => false });
}

async function publishAll(client: RegistryClient, source: string, base: number | null) {
  for (const name of NAMES)
    await client.publish(prompt(name), { source, message: 'x', base: base as VersionNumber | null });
}

describe('a working copy whose process is killed', () => {
  it('is consistent after a pull was killed, and the next pull continues', async () => {
    await using server = await aRegistryServer();
    const key = await server.key('development', 'author');
    const client = await server.client('development', 'author');
    const child = async (root: string, ...args: string[]) => {
      const started = spawn(process.execPath, [SCRIPT, root, server.url, ...args], {
        env: { ...process.env, KEY: key },
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise<NodeJS.Signals | null>(resolve =>
        started.on('close', (_, signal) => resolve(signal)),
      );
      return { printed: await text(started.stdout), signal: await ended };
    };
    await publishAll(client, 'one\n', null);
    let version = 1;
    let steps = 0;
    {
      await using workspace = await aWorkspace();
      steps = Number((await child(workspace.root, '0')).printed);
    }
    assert.ok(steps > 15, `${steps} steps`);
    const kills = runs(steps, 5);
    let killed = 0;
    for (let kill = 0; kill < kills; kill++) {
      await using workspace = await aWorkspace();
      await pull(copyOf(workspace), client);
      await publishAll(client, `text ${version + 1}\n`, version);
      version += 1;
      const at = 1 + Math.floor((kill * steps) / kills);
      const { signal } = await child(workspace.root, String(at), kill % 2 === 0 ? 'after' : 'halfway');
      killed += signal === 'SIGKILL' ? 1 : 0;
      const texts = await Promise.all(NAMES.map(name => workspace.text(`prompts/${name}.prompt`)));
      const old = version === 2 ? 'one\n' : `text ${version - 1}\n`;
      for (const each of texts) assert.ok(each === old || each === `text ${version}\n`, String(each));
      await publishAll(client, `text ${version + 1}\n`, version);
      version += 1;
      assert.deepEqual((await pull(copyOf(workspace), client)).left, []);
      const local = join(workspace.root, '.promptforge');
      for (const folder of ['journal', 'staged'])
        assert.deepEqual(await readdir(join(local, folder)).catch(() => []), []);
    }
    assert.ok(killed > kills / 2, `${killed} of ${kills} were killed`);
  });

  it('waits while another process holds the guard', async () => {
    await using registry = await anEmbeddedRegistry();
    const client = registry.client();
    await publishAll(client, 'one\n', null);
    await using workspace = await aWorkspace();
    const uuid = crypto.randomUUID();
    await workspace.put('.promptforge/lock', `99999999@elsewhere-${uuid}`);
    const waited = copyOf(workspace).setBase(prompt('a'), (await client.getPrompt(prompt('a'))).newest);
    await rm(join(workspace.root, '.promptforge/lock'));
    await waited;
    assert.equal((await copyOf(workspace).readLock()).get(prompt('a'))?.version, 1);
  });
});

describe('a lock file', () => {
  it('keeps the changes of others if a process held it for too long', async () => {
    await using workspace = await aWorkspace();
    const digest = `sha256:${'0'.repeat(64)}` as const;
    const entry = { version: 1 as VersionNumber, digest };
    let isTaken = false;
    const files: FileSystem = {
      ...nodeFileSystem,
      async readFile(path) {
        const bytes = await nodeFileSystem.readFile(path);
        if (path.endsWith('promptforge.lock.json') && !isTaken) {
          isTaken = true;
          await rm(join(workspace.root, '.promptforge/lock')); // somebody gave it up
          await copyOf(workspace).setBase(prompt('theirs'), entry);
        }
        return bytes;
      },
    };
    await new WorkingCopy(workspace.project, files).setBase(prompt('mine'), entry);
    assert.deepEqual([...(await copyOf(workspace).readLock()).keys()].sort(), ['mine', 'theirs']);
  });

  it('keeps the guard of another process that took it in the meantime', async () => {
    await using workspace = await aWorkspace();
    const guard = join(workspace.root, '.promptforge/lock');
    const other = `99999999@elsewhere-${crypto.randomUUID()}`;
    const files: FileSystem = {
      ...nodeFileSystem,
      async rename(from, to) {
        await nodeFileSystem.rename(from, to);
        if (to.endsWith('promptforge.lock.json')) await writeFile(guard, other);
      },
    };
    const digest = `sha256:${'0'.repeat(64)}` as const;
    await new WorkingCopy(workspace.project, files).setBase(prompt('a'), {
      version: 1 as VersionNumber,
      digest,
    });
    assert.equal(await readFile(guard, 'utf8'), other);
  });

  it('is not blocked forever, or silently, by another machine’s guard with a future time', async () => {
    await using workspace = await aWorkspace();
    const { root } = workspace;
    const guard = '.promptforge/lock';
    const later = new Date(Date.now() + 3_600_000);
    const put = () => workspace.put(guard, `1@elsewhere-${crypto.randomUUID()}`);
    await put();
    await utimes(join(root, guard), later, later);
    const entry = { version: 1 as VersionNumber, digest: `sha256:${'0'.repeat(64)}` as const };
    const local = new LocalFolder(root, nodeFileSystem);
    const givenUp = 500;
    const changes = new LockChanges(root, nodeFileSystem, local, { givenUp, patience: patience(60_000) });
    await changes.change(() => new Map([[prompt('a'), entry]]));
    assert.equal((await changes.read()).size, 1);
    await put();
    // At each look another one has it, however slow the machine is.
    const busy: FileSystem = {
      ...nodeFileSystem,
      async readFile(path) {
        if (path === join(root, guard)) await put();
        return nodeFileSystem.readFile(path);
      },
    };
    await assert.rejects(
      new LockChanges(root, busy, local, { givenUp, patience: 2000 }).change(
        () => new Map([[prompt('b'), entry]]),
      ),
      error => {
        assert.ok(WorkspaceError.is(error, 'not_writable'));
        assert.match(error.message, /^promptforge\.lock\.json: .*Another process is writing it\. Try again/);
        return true;
      },
    );
  });

  it('loses no change of concurrent working copies of one folder', async () => {
    await using workspace = await aWorkspace();
    const digest = `sha256:${'0'.repeat(64)}` as const;
    const names = Array.from({ length: 40 }, (_, index) => prompt(`p${index}`));
    const copies = Array.from({ length: 4 }, () => copyOf(workspace));
    await Promise.all(
      names.map((name, index) =>
        copies[index % 4]?.setBase(name, { version: (index + 1) as VersionNumber, digest }),
      ),
    );
    assert.equal((await copyOf(workspace).readLock()).size, names.length);
  });

  it('is recreated after deletion, with the files that equal the registry’s', async () => {
    await using registry = await anEmbeddedRegistry();
    const client = registry.client();
    await publishAll(client, 'one\n', null);
    await using workspace = await aWorkspace();
    await pull(copyOf(workspace), client);
    const lock = await workspace.text(LOCK);
    await rm(join(workspace.root, LOCK));
    await pull(copyOf(workspace), client);
    assert.equal(await workspace.text(LOCK), lock);
  });

  it('is reported with the position if it is incomplete, and nothing is changed', async () => {
    await using registry = await anEmbeddedRegistry();
    const client = registry.client();
    await publishAll(client, 'one\n', null);
    await using workspace = await aWorkspace();
    await pull(copyOf(workspace), client);
    const lock = (await workspace.text(LOCK)) as string;
    await publishAll(client, 'two\n', 1);
    for (let length = 0; length < lock.length - 2; length += 7) {
      await workspace.put(LOCK, lock.slice(0, length));
      await assert.rejects(
        pull(copyOf(workspace), client),
        error => WorkspaceError.is(error, 'invalid_lock_file') && /lock\.json:\d+:\d+: /.test(error.message),
      );
      assert.equal(await workspace.text('prompts/a.prompt'), 'one\n');
    }
    await workspace.put(LOCK, lock);
    assert.equal((await pull(copyOf(workspace), client)).updated.length, NAMES.length);
  });

  it('is used if it is from another branch, and no file of this branch is overwritten', async () => {
    await using registry = await anEmbeddedRegistry();
    const client = registry.client();
    await publishAll(client, 'one\n', null);
    await using workspace = await aWorkspace();
    await pull(copyOf(workspace), client);
    const lock = (await workspace.text(LOCK)) as string;
    await publishAll(client, 'two\n', 1);
    await pull(copyOf(workspace), client);
    await workspace.put('prompts/a.prompt', 'mine\n');
    await workspace.put(LOCK, lock);
    await publishAll(client, 'three\n', 2);
    const { left } = await pull(copyOf(workspace), client);
    assert.equal(await workspace.text('prompts/a.prompt'), 'mine\n');
    assert.ok(left.some(({ name, why }) => name === 'a' && why === 'conflict'));
  });
});
