/** A pull and a publication whose process is killed at every step, or whose disk is full from there on. */
import assert from 'node:assert/strict';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { RegistryClient } from '../../src/client/registry-client.ts';
import { RegistryUnreachable } from '../../src/client/unreachable.ts';
import { Problem } from '../../src/core/problem.ts';
import type { VersionNumber } from '../../src/core/version.ts';
import type { FileSystem } from '../../src/workspace/file-system.ts';
import { parseLock } from '../../src/workspace/lock-file.ts';
import { nodeFileSystem } from '../../src/workspace/node-file-system.ts';
import { type Registry, WorkingCopy } from '../../src/workspace/working-copy.ts';
import { WorkspaceError } from '../../src/workspace/workspace-error.ts';
import { anEmbeddedRegistry, type EmbeddedRegistryForTest } from '../an-embedded-registry.ts';
import { aWorkspace, prompt, type Workspace } from './a-workspace.ts';
import { dyingFileSystem, fullFileSystem, MOMENTS, orphan, stepsUntil } from './dying-file-system.ts';

const LOCK = 'promptforge.lock.json';
const NAMES = ['behind', 'conflict', 'folder/new', 'merged'] as const;
type Name = (typeof NAMES)[number];
const fileOf = (name: string) => `prompts/${name}.prompt`;
const BASE = 'one\ntwo\nthree\n';
/** The registry's texts by version. */
const THEIRS = [BASE, 'one\ntwo\ntheirs\n', 'one\ntwo\ntheirs again\n'] as const;
const MINE = { conflict: 'one\ntwo\nmine\n', merged: 'mine\ntwo\nthree\n' } as const;
/** What each file may hold, before and after the pull of version 2. */
const OLD: Readonly<Record<Name, string | undefined>> = { behind: BASE, 'folder/new': undefined, ...MINE };
const NEW: Readonly<Record<Name, string>> = {
  behind: THEIRS[1],
  'folder/new': THEIRS[1],
  conflict: MINE.conflict,
  merged: 'mine\ntwo\ntheirs\n',
};

const copyOf = ({ project }: Workspace, files: FileSystem) => new WorkingCopy(project, files);

async function pull(copy: WorkingCopy, client: RegistryClient) {
  const prompts = await client.allPrompts({ archived: true });
  return copy.pull(client, prompts, { isDirty: () => false });
}

async function publishAll(client: RegistryClient, source: string, base: number | null) {
  const request = { source, message: 'elsewhere', base: base as VersionNumber | null };
  for (const name of NAMES) await client.publish(prompt(name), request);
}

/** Version 1 pulled and edited, version 2 in the registry. */
async function begin(client: RegistryClient): Promise<Workspace> {
  const workspace = await aWorkspace();
  const copy = copyOf(workspace, nodeFileSystem);
  await pull(copy, client);
  for (const [name, text] of Object.entries(MINE)) await workspace.put(fileOf(name), text);
  await rm(join(workspace.root, fileOf('folder/new')));
  const lock = JSON.parse((await workspace.text(LOCK)) as string);
  delete lock.prompts['folder/new'];
  await workspace.put(LOCK, JSON.stringify(lock));
  return workspace;
}

/** Two registries hold what is pulled, so that the loop publishes nothing: one at version 2, one that went on to 3. */
async function registries() {
  const first = await anEmbeddedRegistry();
  const client = first.client();
  await publishAll(client, THEIRS[0], null);
  const second = await anEmbeddedRegistry();
  const later = second.client();
  for (const [index, source] of THEIRS.entries()) await publishAll(later, source, index || null);
  return {
    client,
    later,
    async [Symbol.asyncDispose]() {
      await first[Symbol.asyncDispose]();
      await second[Symbol.asyncDispose]();
    },
  };
}

/** Each file and each line of the lock file is old or new, and nothing of ours is among the prompts. */
async function assertWhole(workspace: Workspace): Promise<void> {
  for (const name of NAMES) {
    const text = await workspace.text(fileOf(name));
    assert.ok(text === OLD[name] || text === NEW[name], `${name} is ${JSON.stringify(text)}`);
  }
  const lock = parseLock(Buffer.from((await workspace.text(LOCK)) as string), LOCK);
  for (const [name, { version }] of lock) {
    const text = await workspace.text(fileOf(name));
    if (version === 2)
      assert.equal(text, NEW[name as string as Name], `${name} is not what the lock file says`);
  }
  assert.deepEqual(
    (await readdir(join(workspace.root, 'prompts'))).filter(name => /tmp|staged/.test(name)),
    [],
  );
}

/** Somebody published version 3 meanwhile; only what was in conflict is. */
async function assertContinues(workspace: Workspace, later: RegistryClient): Promise<void> {
  const copy = copyOf(workspace, nodeFileSystem);
  const { left } = await pull(copy, later);
  assert.deepEqual(
    left.map(({ name, why }) => [name, why]),
    [['conflict', 'conflict']],
  );
  assert.equal(await workspace.text(fileOf('behind')), THEIRS[2]);
  assert.equal(await workspace.text(fileOf('folder/new')), THEIRS[2]);
  assert.equal(await workspace.text(fileOf('merged')), 'mine\ntwo\ntheirs again\n');
  assert.equal(await workspace.text(fileOf('conflict')), MINE.conflict);
  const versions = [...(await copy.readLock())].map(([name, { version }]) => [name, version]);
  assert.deepEqual(versions.sort(), [
    ['behind', 3],
    ['conflict', 1],
    ['folder/new', 3],
    ['merged', 3],
  ]);
  const local = join(workspace.root, '.promptforge');
  for (const folder of ['journal', 'staged']) assert.deepEqual(await readdir(join(local, folder)), []);
  assert.ok(!(await readdir(local)).includes('lock'));
}

const killed = (): never => {
  throw new Error('killed');
};

describe('an interrupted pull', () => {
  it('is continued by the next pull if the process ended at any moment of any step', async () => {
    await using all = await registries();
    await using first = await begin(all.client);
    await publishAll(all.client, THEIRS[1], 1);
    const template = { lock: (await first.text(LOCK)) as string };
    let steps = 0;
    for (const moment of MOMENTS)
      for (let at = 1; ; at++) {
        await using workspace = await aWorkspace({ [LOCK]: template.lock });
        for (const name of NAMES)
          if (OLD[name] !== undefined) await workspace.put(fileOf(name), OLD[name] as string);
        const dying = stepsUntil(at, moment, killed);
        await pull(copyOf(workspace, dyingFileSystem(dying)), all.client).catch(error => {
          if (!dying.isDead()) throw error;
        });
        if (!dying.isDead()) break;
        steps += 1;
        await orphan(workspace.root);
        await assertWhole(workspace);
        await assertContinues(workspace, all.later);
      }
    assert.ok(steps > 50, `${steps} steps`);
  });

  it('reports a full disk at any step, or leaves the files it could not write to the next pull', async () => {
    await using all = await registries();
    await using first = await begin(all.client);
    await publishAll(all.client, THEIRS[1], 1);
    const lock = (await first.text(LOCK)) as string;
    for (let at = 1; ; at++) {
      await using workspace = await aWorkspace({ [LOCK]: lock });
      for (const name of NAMES)
        if (OLD[name] !== undefined) await workspace.put(fileOf(name), OLD[name] as string);
      const files = fullFileSystem(at);
      const outcome = await pull(copyOf(workspace, files), all.client).catch((error: unknown) => error);
      if (files.taken() < at) break;
      assert.ok(WorkspaceError.is(outcome, 'not_writable'), String(outcome));
      assert.match(outcome.message, /full|no space|ENOSPC/i);
      await orphan(workspace.root);
      await assertWhole(workspace);
      await assertContinues(workspace, all.later);
    }
  });
});

describe('an interrupted publication', () => {
  let registry: EmbeddedRegistryForTest;
  before(async () => {
    registry = await anEmbeddedRegistry();
  });
  after(() => registry[Symbol.asyncDispose]());
  let count = 0;

  /** One step for each change of the disk, and one for the registry: before and after it acted. */
  async function interrupt(at: number, moment: (typeof MOMENTS)[number], kill: () => never, isCut: boolean) {
    const client = registry.client();
    const triage = prompt(`triage-${++count}`);
    const workspace = await aWorkspace({ [fileOf(triage)]: 'one\n' });
    await copyOf(workspace, nodeFileSystem).publish(client, triage, 'first');
    await workspace.put(fileOf(triage), 'two\n');
    const dying = stepsUntil(at, moment, kill);
    const cut: Registry = {
      getVersion: (...asked) => client.getVersion(...asked),
      getSources: (...asked) => client.getSources(...asked),
      batch: (...asked) => client.batch(...asked),
      publish: (...asked) => dying.step(() => client.publish(...asked)),
    };
    const files = isCut ? nodeFileSystem : dyingFileSystem(dying);
    const outcome = await copyOf(workspace, files)
      .publish(cut, triage, 'second')
      .catch((error: unknown) => error);
    const versions = (await client.listVersions(triage)).data.map(({ version }) => version);
    return {
      ...{
        client,
        triage,
        workspace,
        isDead: dying.isDead(),
        outcome,
        hasArrived: versions.includes(2 as never),
      },
      [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
    };
  }

  /** It arrived once, or not at all; and what others publish on top of it is no conflict. */
  async function assertSettled({
    client,
    triage,
    workspace,
    hasArrived,
  }: Awaited<ReturnType<typeof interrupt>>) {
    const copy = copyOf(workspace, nodeFileSystem);
    assert.equal(await workspace.text(fileOf(triage)), 'two\n');
    if (!hasArrived) {
      const again = await copy.publish(client, triage, 'second');
      assert.equal(again.kind === 'published' && again.version.version, 2);
      return;
    }
    await client.publish(triage, { source: 'three\n', message: 'on top', base: 2 as VersionNumber });
    const prompts = [await client.getPrompt(triage)];
    assert.deepEqual((await copy.pull(client, prompts, { isDirty: () => false })).left, []);
    assert.equal(await workspace.text(fileOf(triage)), 'three\n');
    assert.equal((await client.listVersions(triage)).data.length, 3);
  }

  it('has arrived once or not at all if the process ended at any step, and the next one knows which', async () => {
    let arrived = 0;
    let steps = 0;
    for (const moment of MOMENTS)
      for (let at = 1; ; at++) {
        await using after = await interrupt(at, moment, killed, false);
        if (!after.isDead) break;
        steps += 1;
        arrived += after.hasArrived ? 1 : 0;
        await orphan(after.workspace.root);
        await assertSettled(after);
      }
    assert.ok(steps > 20 && arrived > 5 && arrived < steps, `${arrived} of ${steps} arrived`);
  });

  it('is completed by the same process if the network failed before or after the registry acted', async () => {
    const offline = (): never => {
      throw new RegistryUnreachable('offline', '', 'gone');
    };
    for (const moment of ['before', 'after'] as const) {
      await using cut = await interrupt(1, moment, offline, true);
      assert.ok(RegistryUnreachable.is(cut.outcome, 'offline'));
      assert.equal(cut.hasArrived, moment === 'after');
      await assertSettled(cut);
    }
  });

  it('sends nothing if its journal cannot be written', async () => {
    const triage = prompt('triage');
    await using workspace = await aWorkspace({ [fileOf('triage')]: 'one\n' });
    const unasked: Registry = {
      getVersion: () => assert.fail('something was sent'),
      getSources: () => assert.fail('something was sent'),
      batch: () => assert.fail('something was sent'),
      publish: () => assert.fail('something was sent'),
    };
    await assert.rejects(
      copyOf(workspace, fullFileSystem(1)).publish(unasked, triage, 'x'),
      error => WorkspaceError.is(error, 'not_writable') && !Problem.is(error),
    );
  });
});
