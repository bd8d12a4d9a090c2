import assert from 'node:assert/strict';
import { chmod, mkdir, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { defaultEnvironments, parseEnvironmentName } from '../../src/core/environment.ts';
import {
  createKey,
  listEnvironments,
  listKeys,
  revokeKey,
  setEnvironment,
} from '../../src/registry/administration.ts';
import { DATABASE_FILE, openDataFolder } from '../../src/registry/data-folder.ts';
import type { DataFolderProblemCode } from '../../src/registry/data-folder-problem.ts';
import { IDENTITY_FILE, openIdentity } from '../../src/registry/identity.ts';
import { APPLICATION_ID } from '../../src/registry/store/sqlite/sqlite-store.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aRegistry } from './a-registry.ts';

describe('a data folder', () => {
  const refused = (path: string, code: DataFolderProblemCode, message: RegExp, create = true) =>
    assert.rejects(openDataFolder(path, { create }), (error: Error & { code?: string }) => {
      assert.equal(error.name, 'DataFolderProblem');
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.ok(error.message.includes(path), 'it names the folder');
      return true;
    });
  /** A folder with a registry in which something happened, closed; `tamper` may change its database. */
  const used = async (path: string, tamper?: (database: DatabaseSync) => void) => {
    const registry = await aRegistry({ folder: path });
    await registry.publish('p', 'one', null);
    await registry.publish('p', 'two', 1);
    await registry.promote('p', 1, 'development');
    await registry.close();
    const database = new DatabaseSync(join(path, DATABASE_FILE));
    tamper?.(database);
    database.close();
  };

  it('is created with its parents and the environments of a team', async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'a', 'b');
    const store = await openDataFolder(path);
    assert.deepEqual(await listEnvironments(store), defaultEnvironments(1));
    await store.close();
    assert.deepEqual(await readdir(path), [DATABASE_FILE], 'the write-ahead log is put away');
  });
  it('is accessible to its owner only, even inside a folder that others may enter', async function () {
    if (process.platform === 'win32') this.skip(); // Windows has no such modes
    await using folder = await temporaryFolder();
    await chmod(folder.path, 0o755);
    const store = await openDataFolder(folder.path, { onNarrowed: () => {} });
    for (const name of await readdir(folder.path)) {
      const { mode } = await stat(join(folder.path, name));
      assert.equal(mode & 0o777, 0o600, name);
    }
    await store.close();
  });
  it('is made private again at every opening, with all its files, and reports it', async function () {
    if (process.platform === 'win32') this.skip(); // Windows has no such modes
    await using folder = await temporaryFolder();
    const path = join(folder.path, 'data');
    await used(path);
    const holder = await openDataFolder(path); // so that the write-ahead log is there
    await createKey(holder, {
      environment: parseEnvironmentName('development'),
      role: 'author',
      actor: 'a',
      expiresAt: null,
    });
    await openIdentity(join(path, IDENTITY_FILE));
    const names = await readdir(path);
    assert.deepEqual(names.sort(), ['registry-key.pem', 'registry.db', 'registry.db-shm', 'registry.db-wal']);
    for (const name of names) await chmod(join(path, name), 0o644);
    await chmod(path, 0o755);
    const told: string[] = [];
    const store = await openDataFolder(path, { onNarrowed: sentence => told.push(sentence) });
    assert.equal(told.length, 5, told.join('\n'));
    assert.equal((await stat(path)).mode & 0o777, 0o700);
    for (const name of names) assert.equal((await stat(join(path, name))).mode & 0o777, 0o600, name);
    // The locks that the first one has are still its own.
    await createKey(holder, {
      environment: parseEnvironmentName('development'),
      role: 'author',
      actor: 'b',
      expiresAt: null,
    });
    const actors = (await listKeys(store)).map(({ actor }) => actor);
    assert.deepEqual(actors.slice(0, 2), ['b', 'a']);
    await Promise.all([store.close(), holder.close()]);
  });
  it('is not created in a shared folder that has other files', async function () {
    if (process.platform === 'win32') this.skip(); // Windows has no such modes
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, 'notes.txt'), '');
    await chmod(folder.path, 0o755);
    await refused(folder.path, 'not_private', /no registry's.*0700/);
    assert.equal((await stat(folder.path)).mode & 0o777, 0o755, 'whose mode stays');
    await refused(folder.path, 'not_found', /no registry/, false);
  });
  it('uses large pages when new, and an older one keeps its page size', async () => {
    for (const older of [false, true]) {
      await using folder = await temporaryFolder();
      const file = join(folder.path, DATABASE_FILE);
      if (older) {
        const made = new DatabaseSync(file);
        made.exec(`PRAGMA page_size = 4096; PRAGMA application_id = ${APPLICATION_ID}`);
        made.close();
        await chmod(file, 0o600);
      }
      await (await openDataFolder(folder.path)).close();
      const database = new DatabaseSync(file);
      assert.equal(database.prepare('PRAGMA page_size').get()?.['page_size'], older ? 4096 : 16_384);
      database.close();
    }
  });
  it('keeps its environments when opened again with others', async () => {
    await using folder = await temporaryFolder();
    await (await openDataFolder(folder.path, { environments: defaultEnvironments(0) })).close();
    const store = await openDataFolder(folder.path, { environments: defaultEnvironments(1) });
    assert.deepEqual(await listEnvironments(store), defaultEnvironments(0));
    await store.close();
  });
  it('can be opened many times at once, even while it is new', async () => {
    await using folder = await temporaryFolder();
    const stores = await Promise.all(Array.from({ length: 4 }, () => openDataFolder(folder.path)));
    for (const store of stores) assert.deepEqual(await listEnvironments(store), defaultEnvironments(1));
    for (const store of stores) await store.close();
  });
  it('that does not exist is refused when it must not be created', async () => {
    await using folder = await temporaryFolder();
    await refused(join(folder.path, 'none'), 'not_found', /no registry/, false);
    await refused(folder.path, 'not_found', /no registry/, false);
    assert.deepEqual(await readdir(folder.path), []);
  });
  it('that cannot be created is refused', async () => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, 'file');
    await writeFile(file, 'x');
    await refused(join(file, 'below'), 'not_writable', /a part of its path is a file/);
    await refused(file, 'not_writable', /a file of this name/);
  });
  it('that is not writable is refused', async function () {
    await using folder = await temporaryFolder();
    if (process.getuid?.() === 0) return this.skip(); // root may write anywhere
    const closed = join(folder.path, 'closed');
    await mkdir(closed, { mode: 0o500 });
    await refused(closed, 'not_writable', /permission denied/);
    await refused(join(closed, 'below'), 'not_writable', /permission denied/);
    await chmod(closed, 0o700);
  });
  it('with something other than a database in its place is refused and left unchanged', async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, DATABASE_FILE), 'This is a letter, not a database. '.repeat(100));
    await refused(folder.path, 'not_a_database', /not a PromptForge registry/);
    await using other = await temporaryFolder();
    await mkdir(join(other.path, DATABASE_FILE));
    await refused(other.path, 'not_a_database', /not a PromptForge registry/);
  });
  it('with a database of another program is refused and left unchanged', async () => {
    await using folder = await temporaryFolder();
    const database = new DatabaseSync(join(folder.path, DATABASE_FILE));
    database.exec('CREATE TABLE songs (title TEXT)');
    database.close();
    await refused(folder.path, 'not_a_database', /another program/);
    const after = new DatabaseSync(join(folder.path, DATABASE_FILE));
    assert.deepEqual(
      after
        .prepare('SELECT name FROM sqlite_schema')
        .all()
        .map(row => row['name']),
      ['songs'],
    );
    after.close();
  });
  it('of a newer PromptForge is refused', async () => {
    await using folder = await temporaryFolder();
    await used(folder.path, database =>
      database.exec("INSERT INTO schema_versions (version, applied_at) VALUES (99, '2030-01-01')"),
    );
    await refused(folder.path, 'newer_schema', /newer PromptForge \(schema 99/);
  });
  const TAMPERING: [what: string, sql: string, message: RegExp][] = [
    [
      'an event was changed',
      "UPDATE events SET actor = 'nobody' WHERE seq = 5",
      /Event 5 does not have the hash/,
    ],
    ['its data was changed', "UPDATE events SET data = '{}' WHERE seq = 5", /Event 5/],
    ['its data is no JSON', "UPDATE events SET data = '{' WHERE seq = 5", /Event 5 cannot be read/],
    ['an event is gone', 'DELETE FROM events WHERE seq = 6', /Event 7 stands where event 6 should/],
    [
      'the digest of a version was changed',
      "UPDATE versions SET digest = 'sha256:x' WHERE version = 1",
      /p@1/,
    ],
    ['a version is gone', 'DELETE FROM versions WHERE version = 2', /p@2/],
  ];
  for (const [what, sql, message] of TAMPERING) {
    it(`is refused when ${what}`, async () => {
      await using folder = await temporaryFolder();
      await used(folder.path, database => {
        database.exec('PRAGMA foreign_keys = OFF');
        for (const { name } of database
          .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
          .all())
          database.exec(`DROP TRIGGER ${name}`);
        database.exec(sql);
      });
      await refused(folder.path, 'chain_broken', message);
    });
  }
  it('never delivers a source that does not match its digest', async () => {
    await using folder = await temporaryFolder();
    await used(folder.path, database => {
      database.exec(
        "DROP TRIGGER versions_no_update; UPDATE versions SET source = 'forged' WHERE version = 1",
      );
    });
    const registry = await aRegistry({ folder: folder.path });
    const { status, json } = await registry.call('GET', '/v1/prompts/p');
    assert.deepEqual([status, json.code], [503, 'log_broken']);
    assert.ok(!json.detail.includes('digest'), 'the reason stays in the log');
    assert.match(JSON.stringify(registry.logged), /p@1 does not have the digest/);
    await registry.close();
  });
  it('never returns a version with an origin that its event lacks', async () => {
    await using folder = await temporaryFolder();
    await used(folder.path, database => {
      const forged = `UPDATE versions SET origin = '{"commit":"c0ffee7"}' WHERE version = 1`;
      database.exec(`DROP TRIGGER versions_no_update; ${forged}`);
    });
    await using registry = await aRegistry({ folder: folder.path });
    const { status, json } = await registry.call('GET', '/v1/prompts/p/-/versions/1');
    assert.deepEqual([status, json.code], [503, 'log_broken']);
  });
});

describe('administration', () => {
  it('creates, lists and revokes keys and sets environments as the command line', async () => {
    await using folder = await temporaryFolder();
    const store = await openDataFolder(folder.path);
    const environment = parseEnvironmentName('production');
    const made = await createKey(store, { environment, role: 'admin', actor: 'ops', expiresAt: null });
    const { key: _, ...record } = made;
    const createdBy = { actor: 'command-line', key: 'command-line' };
    assert.deepEqual(await listKeys(store), [{ ...record, createdBy }]);
    assert.deepEqual(await listKeys(store, { environment: parseEnvironmentName('staging') }), []);
    assert.notEqual((await revokeKey(store, made.id)).revokedAt, null);
    await assert.rejects(revokeKey(store, 'nothing'), { code: 'key_not_found' });
    const [, , production] = await listEnvironments(store);
    const set = await setEnvironment(store, {
      name: environment,
      policy: { ...production!.policy, approvals: 3 },
    });
    assert.deepEqual([set.added, set.environment.policy.approvals], [false, 3]);
    const moon = parseEnvironmentName('moon');
    await assert.rejects(
      createKey(store, { environment: moon, role: 'admin', actor: 'x', expiresAt: null }),
      {
        code: 'environment_not_found',
      },
    );
    const events = await store.read(snapshot =>
      snapshot
        .selectFrom('events')
        .select(['kind', 'actor', 'key'])
        .where('seq', '>', 3)
        .orderBy('seq')
        .execute(),
    );
    const by = { actor: 'command-line', key: 'command-line' };
    assert.deepEqual(
      events.map(event => ({ ...event })),
      ['key.created', 'key.revoked', 'environment.set'].map(kind => ({ kind, ...by })),
    );
    await store.close();
  });
});
