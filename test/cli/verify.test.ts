/** `promptforge verify`: in order, tampered with, and against a checkpoint that was kept. */
import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { backUp } from '../../src/registry/backup.ts';
import { DATABASE_FILE } from '../../src/registry/data-folder.ts';
import { recordSigningKey } from '../../src/registry/proof/signing-key.ts';
import { aRegistry, identityForTest, type Json, type RegistryForTest } from '../registry/a-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { inProcess } from './in-process.ts';
import { type Outcome, promptforge } from './promptforge.ts';

describe('promptforge verify', () => {
  let registry: RegistryForTest;
  let kept: Json;
  beforeEach(async () => {
    registry = await aRegistry();
    await recordSigningKey(registry.store, COMMAND_LINE, await identityForTest());
    await registry.publish('p', 'x', null);
    kept = (await registry.call('GET', '/v1/checkpoint')).json;
    await registry.promote('p', 1, 'development');
  });
  afterEach(() => registry[Symbol.asyncDispose]());

  const verifyIn = (folder: string, ...args: readonly string[]) =>
    inProcess(['verify', '--data', folder, ...args]);
  const verify = (...args: readonly string[]) => verifyIn(registry.folder, ...args);
  /** What it says of a copy of the registry that was changed by other means than PromptForge. */
  async function verifyTampered(...statements: readonly string[]): Promise<Outcome> {
    await using copy = await temporaryFolder();
    await backUp(registry.folder, join(copy.path, 'data'));
    const database = new DatabaseSync(join(copy.path, 'data', DATABASE_FILE));
    for (const statement of statements) database.exec(statement);
    database.close();
    return await verifyIn(join(copy.path, 'data'));
  }
  const withCheckpoint = async (text: string) => {
    const file = join(registry.folder, 'checkpoint.json');
    await writeFile(file, text);
    return verify('--checkpoint', file);
  };

  it('prints the end of a valid log while it is served', async () => {
    const { events } = (await registry.call('GET', '/v1/changes?limit=1000')).json;
    // As a process of its own, beside the one that serves.
    const { code, stdout, stderr } = await promptforge(['verify', '--data', registry.folder, '--json']);
    assert.equal(code, 0, stderr);
    assert.deepEqual(JSON.parse(stdout), {
      events: events.length,
      hash: events.at(-1).hash,
      checkpoint: null,
      signed: null,
      macsFrom: null,
    });
  });

  it('accepts only a checkpoint that the log includes', async () => {
    const found = await withCheckpoint(JSON.stringify(kept));
    assert.equal(found.code, 0, found.stderr);
    assert.match(found.stdout, new RegExp(`includes the checkpoint of event ${kept.seq}`));
    for (const [change, told] of [
      [{ hash: `sha256:${'1'.repeat(64)}` }, /signature is not valid/],
      [await signed({ seq: 9999 }), /ends before event 9999/],
      [await signed({ hash: `sha256:${'1'.repeat(64)}` }), /the log was rewritten/],
    ] as const) {
      const { code, stderr } = await withCheckpoint(JSON.stringify({ ...kept, ...change }));
      assert.equal(code, 1);
      assert.match(stderr, told);
    }
    const none = await withCheckpoint('{}');
    assert.deepEqual([none.code, /is not a checkpoint/.test(none.stderr)], [4, true]);
  });

  it('names a row that was changed in the database', async () => {
    const { code, stdout, stderr } = await verifyTampered(
      "UPDATE pointers SET promoted_by = 'somebody.else'",
    );
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.match(
      stderr,
      /The table pointers has promoted_by "somebody\.else" in the row development stable p/,
    );
  });

  it('names a changed event at the end of the log, which opening finds', async () => {
    const { code, stdout, stderr } = await verifyTampered(
      'DROP TRIGGER events_no_update',
      "UPDATE events SET actor = 'somebody.else' WHERE seq = 3",
    );
    assert.deepEqual([code, stdout], [1, ''], stderr);
    assert.match(stderr, /Event 3 does not have the hash it claims/);
  });

  it('has another exit code if it cannot verify at all', async () => {
    const { code } = await verifyIn(join(registry.folder, 'nowhere'));
    assert.equal(code, 4);
  });

  async function signed(change: object): Promise<object> {
    const { signature: _, ...unsigned } = { ...kept, ...change };
    const { signedText } = await import('../../src/core/checkpoint.ts');
    return { ...unsigned, signature: (await identityForTest()).sign(signedText(unsigned)) };
  }
});
