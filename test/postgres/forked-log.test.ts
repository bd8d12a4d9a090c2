/**
 * A log in a database that was changed beside the processes that serve it: each remembers what it saw and signed, so
 * none signs another history, whether they share a key file or have copies of it.
 */
import assert from 'node:assert/strict';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import type { Checkpoint } from '../../src/core/checkpoint.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { openIdentity } from '../../src/registry/identity.ts';
import { openSigning } from '../../src/registry/proof/open-signing.ts';
import { replaceSigningKey } from '../../src/registry/proof/signing-key.ts';
import { type Sql, TAMPERING } from '../attack/tampering.ts';
import { eventually } from '../eventually.ts';
import { aRegistry, ask, assertProblem, type RegistryForTest } from '../registry/a-registry.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { aServedDatabase, PATIENT } from './a-database.ts';

describe('a log in a database, changed beside the processes that serve it', () => {
  let database: Awaited<ReturnType<typeof aServedDatabase>>;
  let folder: TemporaryFolder;
  let closing: (() => Promise<void>)[];
  beforeEach(async () => {
    [database, folder, closing] = [await aServedDatabase(), await temporaryFolder(), []];
  });
  afterEach(async () => {
    for (const close of closing) await close();
    await database[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  async function serve(key: string): Promise<RegistryForTest> {
    const environments = defaultEnvironments(0);
    const how = { environments, connections: 3, patience: PATIENT };
    const store = await openDatabase(database.asServer, how);
    try {
      const keyFile = join(folder.path, key);
      const files = { keyFile, author: COMMAND_LINE, isOnlyPlace: false };
      const { identity, heads } = await openSigning(store, files);
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

  /** As its administrator, past every trigger. */
  const sql: Sql = async statements => {
    const client = new Client(database.url);
    await client.connect();
    try {
      await client.query('SET session_replication_role = replica');
      await client.query('BEGIN');
      let rows: Record<string, unknown>[] = [];
      for (const [text, ...parameters] of statements) rows = (await client.query(text, [...parameters])).rows;
      await client.query('COMMIT');
      return rows.map(row => ({ ...row, seq: Number(row['seq']) }));
    } finally {
      await client.end();
    }
  };

  /** Every checkpoint that a process gave out must be of one history. */
  function assertOneHistory(all: readonly Checkpoint[]): void {
    const hashes = new Map<number, string>();
    for (const { seq, hash } of all) {
      assert.equal(hashes.get(seq) ?? hash, hash, `event ${seq} was signed twice`);
      hashes.set(seq, hash);
    }
  }

  for (const [what, keys] of [
    ['share a key file', ['key.pem', 'key.pem']],
    ['have copies of it', ['key.pem', 'copy.pem']],
  ] as const) {
    // What is done to the log is noticed alike; that they share one file matters where its end was replaced.
    const done = Object.entries(TAMPERING).slice(0, keys[0] === keys[1] ? 2 : undefined);
    for (const [how, tamper] of done)
      it(`is noticed by two that ${what} when it ${how}`, async () => {
        const first = await serve(keys[0]);
        if (keys[1] !== keys[0]) await copyFile(join(folder.path, keys[0]), join(folder.path, keys[1]));
        const second = await serve(keys[1]);
        const both = [first, second];
        const signed: Checkpoint[] = [];
        const sign = async (registry: RegistryForTest) => {
          const { status, json } = await registry.call('GET', '/v1/checkpoint');
          if (status === 200) signed.push(json);
          return status;
        };
        for (let version = 0; version < 3; version++) {
          await first.publish('p', `text ${version}`, version === 0 ? null : version);
          assert.deepEqual(await Promise.all(both.map(sign)), [200, 200]);
        }
        const during = Array.from({ length: 10 }, (_, round) => sign(both[round % 2]!));
        await Promise.all([tamper(sql), ...during]);
        for (let round = 0; round < 5; round++)
          assert.deepEqual(await Promise.all(both.map(sign)), [503, 503]);
        for (const registry of both) {
          await eventually('the alarm', () => registry.logged.some(({ event }) => event === 'log_broken'));
          assertProblem(await ask(registry.url, 'GET', '/readyz'), 503, 'log_broken');
          const content = { source: 'x', message: '', base: null };
          assertProblem(await registry.call('POST', '/v1/prompts/q/-/versions', content), 503, 'log_broken');
        }
        assertOneHistory(signed);
        for (const close of closing.splice(0)) await close();
        for (const key of keys) await assert.rejects(serve(key), /found broken|log is broken/);
      });
  }

  it('is not signed under a key that somebody else named, nor served by another key', async () => {
    const registry = await serve('key.pem');
    await registry.publish('p', 'x', null);
    await openIdentity(join(folder.path, 'other.pem'));
    await assert.rejects(serve('other.pem'), /names .* as the key that signs, but this one has the key/);
    const other = await openIdentity(join(folder.path, 'other.pem'));
    const store = await openDatabase(database.asServer, { patience: PATIENT });
    await replaceSigningKey(store, COMMAND_LINE, { old: null, new: other });
    await store.close();
    await eventually('the alarm', () => registry.logged.some(({ event }) => event === 'log_broken'));
    assertProblem(await registry.call('GET', '/v1/checkpoint'), 503, 'log_broken');
  });
});
