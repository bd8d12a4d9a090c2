/**
 * A log that was cut or rewritten with all its hashes, by SQL beside the registry: nothing of it is signed, written or
 * newly delivered, and no restart serves it either.
 */
import assert from 'node:assert/strict';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Checkpoint } from '../../src/core/checkpoint.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { backUp } from '../../src/registry/backup.ts';
import { DATABASE_FILE, openDataFolder } from '../../src/registry/data-folder.ts';
import { IDENTITY_FILE } from '../../src/registry/identity.ts';
import { headFileOf } from '../../src/registry/proof/head-file.ts';
import { openSigning, type SigningFiles } from '../../src/registry/proof/open-signing.ts';
import { inProcess } from '../cli/in-process.ts';
import { eventually } from '../eventually.ts';
import {
  aRegistry,
  ask,
  assertProblem,
  deliverFromMemory,
  type RegistryForTest,
} from '../registry/a-registry.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { sqlOfFolder, TAMPERING } from './tampering.ts';

const environments = defaultEnvironments(0);
const READER = { as: 'production reader' };

describe('a log changed outside the registry', () => {
  let folder: TemporaryFolder;
  let closing: (() => Promise<void>)[];
  beforeEach(async () => {
    folder = await temporaryFolder();
    closing = [];
  });
  afterEach(async () => {
    for (const close of closing) await close();
    await folder[Symbol.asyncDispose]();
  });

  /** Serves a data folder as the command does, and looks at its log all the time. */
  async function serve(data = folder.path, files: Partial<SigningFiles> = {}): Promise<RegistryForTest> {
    const store = await openDataFolder(data, { environments });
    try {
      const keyFile = join(data, IDENTITY_FILE);
      const { identity, heads } = await openSigning(store, {
        ...{ keyFile, author: COMMAND_LINE, isOnlyPlace: true },
        ...files,
      });
      const signerPauses = { gather: 10, look: 10 };
      const registry = await aRegistry({ store, serving: { identity, heads, signerPauses } });
      const close = async () => {
        await registry.close();
        heads.close();
      };
      closing.push(close);
      return { ...registry, close };
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** With a text that production gets, and that nobody asked for as JSON yet. */
  async function aServed(): Promise<RegistryForTest> {
    const registry = await serve();
    await registry.publish('asked', 'The text of asked.', null);
    for (const environment of ['development', 'staging', 'production'])
      await registry.promote('asked', 1, environment);
    await deliverFromMemory(registry.url, () => registry.call('GET', '/v1/prompts/asked', undefined, READER));
    return registry;
  }

  const signed = async (registry: RegistryForTest): Promise<Checkpoint> => {
    const { status, json } = await registry.call('GET', '/v1/checkpoint');
    assert.equal(status, 200);
    return json;
  };

  async function assertStopped(registry: RegistryForTest): Promise<void> {
    await eventually('the alarm', () => registry.logged.some(({ event }) => event === 'log_broken'));
    assertProblem(await registry.call('GET', '/v1/checkpoint'), 503, 'log_broken', /promptforge verify/);
    const content = { source: 'x', message: '', base: null };
    for (const [method, path, body] of [
      ['POST', '/v1/prompts/new/-/versions', content],
      ['POST', '/v1/prompts/asked/-/archive', { reason: 'x' }],
      ['POST', '/v1/prompts/asked/-/render', { input: {} }],
      ['GET', '/v1/prompts/asked/-/live?environment=production', undefined],
      ['GET', '/v1/prompts', undefined],
    ] as const)
      assertProblem(await registry.call(method, path, body), 503, 'log_broken');
    assertProblem(await ask(registry.url, 'GET', '/readyz'), 503, 'log_broken');
    assert.equal((await ask(registry.url, 'GET', '/healthz')).status, 200);
    assert.match((await ask(registry.url, 'GET', '/metrics')).text, /^promptforge_log_broken 1$/m);
    const asked = await registry.call('GET', '/v1/prompts/asked', undefined, READER);
    assert.deepEqual([asked.status, asked.text], [200, 'The text of asked.'], 'what was in memory');
    const asJson = { ...READER, headers: { Accept: 'application/json' } };
    assertProblem(await registry.call('GET', '/v1/prompts/asked', undefined, asJson), 503, 'log_broken');
    const alarms = registry.logged.filter(({ event }) => event === 'log_broken');
    assert.equal(alarms.length, 1);
  }

  for (const [what, tamper] of Object.entries(TAMPERING)) {
    it(`that ${what} stops writes and signatures, and is not served after a restart`, async () => {
      const registry = await aServed();
      const before = await signed(registry);
      await tamper(sqlOfFolder(folder.path));
      await assertStopped(registry);
      await registry.close();
      // What it found is remembered, whatever the database says by then.
      await assert.rejects(serve(), /found broken|does not extend|log is broken/);
      assert.ok(before.seq > 0);
    });

    it(`that ${what} while the registry was stopped is not served`, async () => {
      const registry = await aServed();
      await signed(registry);
      await registry.close();
      await tamper(sqlOfFolder(folder.path));
      await assert.rejects(serve(), /does not extend what this registry signed|log is broken/);
      const given = ['--environment', 'production', '--role', 'admin', '--actor', 'x', '--data', folder.path];
      assert.equal((await inProcess(['keys', 'create', ...given])).code, 4, 'no command writes to it');
      const { code, stderr } = await inProcess(['verify', '--data', folder.path]);
      assert.deepEqual(
        [code, /does not extend what this registry signed|log is broken/.test(stderr)],
        [1, true],
        stderr,
      );
    });
  }

  it('is detected by a write before anything else', async () => {
    const registry = await aServed();
    await TAMPERING['has lost its last event']?.(sqlOfFolder(folder.path));
    const content = { source: 'x', message: '', base: null };
    const path = '/v1/prompts/new/-/versions';
    assertProblem(await registry.call('POST', path, content), 503, 'log_broken');
  });

  it('is detected when a table does not match it, and is not served after a restart', async () => {
    const registry = await aServed();
    await registry.close();
    await sqlOfFolder(folder.path)([['UPDATE pointers SET promoted_by = $1', 'mallory']]);
    const again = await serve();
    again.server.close();
    const store = await openDataFolder(folder.path, { environments });
    const { identity, heads } = await openSigning(store, {
      ...{ keyFile: join(folder.path, IDENTITY_FILE), author: COMMAND_LINE, isOnlyPlace: true },
    });
    const watchPauses = { start: 0, piece: 0 };
    const watched = await aRegistry({ store, serving: { identity, heads, watchPauses } });
    closing.push(watched.close);
    await eventually('the alarm', () => watched.logged.some(({ event }) => event === 'log_broken'));
    await watched.close();
    heads.close();
    await assert.rejects(serve(), /was found broken at .*table pointers/);
  });

  it('is not signed when another or older database took its place', async () => {
    const registry = await aServed();
    const place = join(folder.path, DATABASE_FILE);
    await using elsewhere = await temporaryFolder();
    await backUp(folder.path, join(elsewhere.path, 'backup'));
    await registry.publish('later', 'x', null);
    await signed(registry);
    await registry.close();

    await cp(join(elsewhere.path, 'backup', DATABASE_FILE), place);
    await assert.rejects(serve(), /does not extend what this registry signed.*ends before event/s);

    const other = await serve(join(elsewhere.path, 'other'));
    for (const prompt of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n'])
      await other.publish(prompt, 'x', null);
    await other.close();
    await cp(join(elsewhere.path, 'other', DATABASE_FILE), place);
    await assert.rejects(serve(), /the log was rewritten|names .* as the key that signs/);
  });

  it('is not written to when another folder takes its place while it is served', async () => {
    const registry = await aServed();
    const moved = `${folder.path}.moved`;
    await rename(folder.path, moved);
    try {
      await cp(moved, folder.path, { recursive: true });
      await assertStopped(registry);
      await registry.close();
      await assert.rejects(serve(), /found broken at .* put another folder in its place/);
    } finally {
      await rm(moved, { recursive: true });
    }
  });

  it('is served after a restore only once the operator accepts it, which the log records', async () => {
    const registry = await aServed();
    await using elsewhere = await temporaryFolder();
    const backup = join(elsewhere.path, 'backup');
    await backUp(folder.path, backup);
    await registry.publish('later', 'x', null);
    const lost = await signed(registry);
    await registry.close();
    await cp(join(backup, DATABASE_FILE), join(folder.path, DATABASE_FILE));
    await assert.rejects(serve(), /promptforge accept-head/);

    const accept = (data: string, ...more: string[]) =>
      inProcess(['accept-head', '--data', data, '--reason', 'The disk failed', ...more]);
    const accepted = await accept(folder.path);
    assert.equal(accepted.code, 0, accepted.stderr);
    assert.match(accepted.stdout, /1 signed events are lost/);
    const again = await serve();
    const { events } = (await again.call('GET', '/v1/changes?limit=1000')).json;
    const recorded = events.find(({ kind }: { kind: string }) => kind === 'head.accepted');
    assert.deepEqual(recorded.data, {
      reason: 'The disk failed',
      lost: { seq: lost.seq, hash: lost.hash },
    });
    assert.ok((await signed(again)).seq > 0);
    await again.close();
    assert.match((await accept(folder.path)).stdout, /There is nothing to accept/);
    assert.equal((await accept(folder.path, '--json')).stdout, 'null\n');

    // The whole folder is a backup: it says nothing of what was signed since.
    await assert.rejects(serve(backup), /head\.db is missing/);
    assert.equal((await accept(backup)).code, 0);
    await (await serve(backup)).close();
  });

  it('that was copied is not served with another or a newly created key', async () => {
    const registry = await aServed();
    await registry.close();
    await using elsewhere = await temporaryFolder();
    const copy = join(elsewhere.path, 'copy');
    await cp(folder.path, copy, { recursive: true });
    await rm(join(copy, IDENTITY_FILE));
    await assert.rejects(serve(copy), /names .* as the key that signs, but there is no key here/);
    const other = await serve(join(elsewhere.path, 'other'));
    await other.close();
    await cp(join(elsewhere.path, 'other', IDENTITY_FILE), join(copy, IDENTITY_FILE));
    await assert.rejects(serve(copy), /as the key that signs, but this one has the key/);
  });

  it('continues under a new key endorsed by the old one, with the signed head remembered', async () => {
    const registry = await aServed();
    await registry.close();
    const newKey = join(folder.path, 'new.pem');
    const { code, stderr } = await inProcess([
      'signing-key',
      'replace',
      '--data',
      folder.path,
      '--new-key',
      newKey,
    ]);
    assert.equal(code, 0, stderr);
    await assert.rejects(serve(), /as the key that signs/);
    const again = await serve(folder.path, { keyFile: newKey });
    await signed(again);
    await again.close();
    await TAMPERING['has lost its last event']?.(sqlOfFolder(folder.path));
    await assert.rejects(serve(folder.path, { keyFile: newKey }), /does not extend/);
  });

  it('is not signed while the head cannot be saved, and writes continue', async () => {
    const registry = await aServed();
    const { DatabaseSync } = await import('node:sqlite');
    const other = new DatabaseSync(headFileOf(join(folder.path, IDENTITY_FILE)));
    other.exec('DROP TABLE head');
    other.close();
    await registry.publish('later', 'x', null);
    const refused = await registry.call('GET', '/v1/checkpoint');
    assertProblem(refused, 503, 'unavailable', /cannot remember what it signs/);
    assert.ok(!refused.text.includes(folder.path));
    assert.ok(registry.logged.some(({ event }) => event === 'fault'));
  });
});
