/** What the command proves of a registry in a database while that is served: verify, export, live. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checkpoint } from '../../src/contract/checkpoint.ts';
import { signedText } from '../../src/core/checkpoint.ts';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { recordSigningKey } from '../../src/registry/proof/signing-key.ts';
import { inProcess } from '../cli/in-process.ts';
import { aRegistry, identityForTest, type Json, type RegistryForTest } from '../registry/a-registry.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { aServedDatabase, PATIENT } from './a-database.ts';

const PROMOTED = Date.parse('2026-09-12T14:03:00.000Z');

describe('promptforge on a database that is served', () => {
  let database: Awaited<ReturnType<typeof aServedDatabase>>;
  let folder: TemporaryFolder;
  let registry: RegistryForTest;
  let kept: Json;
  beforeEach(async () => {
    let clock = PROMOTED;
    [database, folder] = [await aServedDatabase(), await temporaryFolder()];
    const environments = defaultEnvironments(0);
    const now = () => new Date(clock);
    registry = await aRegistry({
      store: await openDatabase(database.asServer, {
        environments,
        connections: 2,
        now,
        patience: PATIENT,
      }),
    });
    await recordSigningKey(registry.store, COMMAND_LINE, await identityForTest());
    await registry.publish('p', 'Zürich 😀\u2028', null);
    await registry.promote('p', 1, 'development');
    kept = (await registry.call('GET', '/v1/checkpoint')).json;
    clock += 1000;
    await registry.publish('p', 'later', 1);
    await registry.promote('p', 2, 'development');
  });
  afterEach(async () => {
    await registry.close();
    await database[Symbol.asyncDispose]();
    await folder[Symbol.asyncDispose]();
  });

  const run = (...args: readonly string[]) => inProcess([...args, '--database', database.asServer]);
  const events = async () => (await registry.call('GET', '/v1/changes?limit=1000')).json.events;
  async function verify(change: object = {}) {
    const file = join(folder.path, 'checkpoint.json');
    await writeFile(file, JSON.stringify({ ...kept, ...change }));
    return run('verify', '--json', '--checkpoint', file);
  }
  /** `kept`, changed by somebody who has the registry's key. */
  async function signed(change: object): Promise<object> {
    const { signature: _, ...unsigned } = { ...checkpoint.parse(kept), ...change };
    return { ...unsigned, signature: (await identityForTest()).sign(signedText(unsigned)) };
  }

  it('exports every event as /v1/changes gives it', async () => {
    const { code, stdout, stderr } = await run('export');
    assert.equal(code, 0, stderr);
    const lines = stdout.trimEnd().split('\n');
    assert.deepEqual(
      lines.map(line => JSON.parse(line)),
      await events(),
    );
  });
  it('says what was live at an instant', async () => {
    const about = ['live', 'p', '--environment', 'development'];
    const then = await run(...about, '--at', '2026-09-12T16:03:00+02:00');
    assert.deepEqual([then.code, then.stdout], [0, 'Zürich 😀\u2028'], then.stderr);
    assert.match(then.stderr, /^ {2}until {2}2026-09-12T14:03:01\.000Z$/m);
    assert.equal((await run(...about)).stdout, 'later');
    const before = await run(...about, '--at', '2026-09-12T14:02:59Z');
    assert.deepEqual([before.code, before.stdout], [1, '']);
  });
  it('verifies it against the checkpoint that was kept, and against no other', async () => {
    const found = await verify();
    assert.equal(found.code, 0, found.stderr);
    const { seq, hash } = (await events()).at(-1);
    const fits = { events: seq, hash, checkpoint: kept.seq, signed: null, macsFrom: null };
    assert.deepEqual(JSON.parse(found.stdout), fits);
    for (const [change, told] of [
      [{ hash: `sha256:${'1'.repeat(64)}` }, /signature is not valid/],
      [await signed({ seq: 9999 }), /ends before event 9999/],
      [await signed({ hash: `sha256:${'1'.repeat(64)}` }), /the log was rewritten/],
    ] as const) {
      const { code, stderr } = await verify(change);
      assert.equal(code, 1);
      assert.match(stderr, told);
    }
  });
  it('names what an administrator of the database changed, in a table and in the log', async () => {
    const [pointer] = await database.sql('SELECT promoted_by FROM pointers');
    const [event] = await database.sql('SELECT actor FROM events WHERE seq = 3');
    const setPointer = (by: unknown) => database.sql('UPDATE pointers SET promoted_by = $1', [by]);
    const setEvent = async (actor: unknown) => {
      await database.sql('ALTER TABLE events DISABLE TRIGGER ALL');
      await database.sql('UPDATE events SET actor = $1 WHERE seq = 3', [actor]);
      await database.sql('ALTER TABLE events ENABLE TRIGGER ALL');
    };
    try {
      await setPointer('somebody.else');
      const table = await verify();
      assert.deepEqual([table.code, table.stdout], [1, '']);
      assert.match(
        table.stderr,
        /The table pointers has promoted_by "somebody\.else" in the row development/,
      );
      await setEvent('somebody.else');
      const log = await verify();
      assert.deepEqual([log.code, log.stdout], [1, '']);
      assert.match(log.stderr, /Event 3 does not have the hash it claims/);
      assert.ok(!log.stderr.includes('choose another'), 'no password');
    } finally {
      await setPointer(pointer?.['promoted_by']);
      await setEvent(event?.['actor']);
    }
  });
});
