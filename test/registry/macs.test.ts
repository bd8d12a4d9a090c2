/** MACs of events: where they begin, who carries them on, and who cannot. What they keep out, the attack tests show. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { parseEnvironmentName } from '../../src/core/environment.ts';
import type { RegistryEvent } from '../../src/core/event.ts';
import { parseKey } from '../../src/core/key.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { createKey } from '../../src/registry/administration.ts';
import { DATABASE_FILE, openDataFolder } from '../../src/registry/data-folder.ts';
import { IDENTITY_FILE, openIdentity } from '../../src/registry/identity.ts';
import { openSigning } from '../../src/registry/proof/open-signing.ts';
import { replaceSigningKey } from '../../src/registry/proof/signing-key.ts';
import { holdToMacs } from '../../src/registry/proof/start-macs.ts';
import { verifyRegistry } from '../../src/registry/proof/verification.ts';
import { openSqliteStore } from '../../src/registry/store/sqlite/sqlite-store.ts';
import type { Store } from '../../src/registry/store/store.ts';
import type { EventsTable } from '../../src/registry/store/tables.ts';
import { type TemporaryFolder, temporaryFolder } from '../temporary-folder.ts';
import { anOlderKey } from './an-older-key.ts';

const NEW_KEY = {
  environment: parseEnvironmentName('development'),
  role: 'reader',
  actor: 'app',
  expiresAt: null,
} as const;

describe('MACs of events', () => {
  let folder: TemporaryFolder;
  let open: Store[];
  beforeEach(async () => {
    folder = await temporaryFolder();
    open = [];
  });
  afterEach(async () => {
    for (const store of open) await store.close();
    await folder[Symbol.asyncDispose]();
  });
  const opened = async (store: Promise<Store>): Promise<Store> => {
    const one = await store;
    open.push(one);
    return one;
  };
  const folderStore = () => opened(openDataFolder(folder.path));
  /** As a process that does not have the key. */
  const keyless = () => opened(openSqliteStore(join(folder.path, DATABASE_FILE), () => new Date()));
  const rows = (store: Store): Promise<EventsTable[]> =>
    store.read(snapshot => snapshot.selectFrom('events').selectAll().orderBy('seq').execute());
  async function sign(store: Store): Promise<void> {
    const keyFile = join(folder.path, IDENTITY_FILE);
    const { heads } = await openSigning(store, { keyFile, author: COMMAND_LINE, isOnlyPlace: false });
    heads.close();
  }

  it('start where an older log ends, leave that unchanged, and commit to its keys', async () => {
    const store = await folderStore();
    const key = await anOlderKey(store, 'production', 'reader', 'app', { commits: false });
    await createKey(store, NEW_KEY);
    const before = await rows(store);
    await sign(store);
    const after = await rows(store);
    assert.deepEqual(after.slice(0, before.length), before);
    assert.ok(before.every(({ mac }) => mac === null));
    const since = after.slice(before.length);
    assert.deepEqual(
      since.map(({ kind, mac }) => [kind, mac === null]),
      [
        ['signing_key.set', true],
        ['macs.started', false],
        ['key.committed', false],
      ],
    );
    const { id } = parseKey(key);
    const committed = JSON.parse(since[2]?.data ?? '') as RegistryEvent<'key.committed'>['data'];
    assert.equal(committed.id, id);
    await sign(store);
    assert.equal((await rows(store)).length, after.length, 'once');
    await createKey(store, NEW_KEY);
    assert.match((await rows(store)).at(-1)?.mac ?? '', /^[A-Za-z0-9+/]{43}=$/);
    await verifyRegistry(store);
  });

  it('are continued by every process that opens the data folder', async () => {
    await sign(await folderStore());
    await createKey(await folderStore(), NEW_KEY);
    const store = await folderStore();
    assert.ok((await rows(store)).slice(-1).every(({ mac }) => mac !== null));
    await verifyRegistry(store);
  });

  it('cannot be continued without the key, by this version or an older one', async () => {
    await sign(await folderStore());
    const store = await keyless();
    await assert.rejects(createKey(store, NEW_KEY), { code: 'key_needed', message: /--registry-key/ });
    const older = new DatabaseSync(join(folder.path, DATABASE_FILE));
    const insert = `INSERT INTO events (seq, at, actor, key, kind, data, previous_hash, hash)
      SELECT seq + 1, at, actor, key, kind, data, hash, 'x' FROM events ORDER BY seq DESC LIMIT 1`;
    assert.throws(() => older.exec(insert), /carry MACs/);
    older.close();
  });

  it('continue under a new key, and a process with the old one reports it without an alarm', async () => {
    const store = await folderStore();
    await sign(store);
    const [old, next] = [
      await openIdentity(join(folder.path, IDENTITY_FILE)),
      await openIdentity(join(folder.path, 'next.pem')),
    ];
    const process = await folderStore();
    await replaceSigningKey(store, COMMAND_LINE, { old, new: next });
    await createKey(store, NEW_KEY);
    await verifyRegistry(store);
    for (const use of [() => createKey(process, NEW_KEY), () => verifyRegistry(process)])
      await assert.rejects(use(), { code: 'unavailable', message: /new --registry-key/ });
    const again = await keyless();
    assert.equal(await holdToMacs(again, next), true);
    await createKey(again, NEW_KEY);
    await verifyRegistry(again);
  });
});
