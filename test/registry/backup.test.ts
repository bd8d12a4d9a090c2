/** A backup that is taken while others write, and what is served from it. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, open, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { ChainHead } from '../../src/core/event.ts';
import { backUp } from '../../src/registry/backup.ts';
import { openDataFolder } from '../../src/registry/data-folder.ts';
import { DataFolderProblem } from '../../src/registry/data-folder-problem.ts';
import { IDENTITY_FILE, openIdentity } from '../../src/registry/identity.ts';
import { eventsAfter } from '../../src/registry/store/log.ts';
import { SQLITE_MIGRATIONS } from '../../src/registry/store/sqlite/migrations.ts';
import { APPLICATION_ID } from '../../src/registry/store/sqlite/sqlite-store.ts';
import { verifyLog } from '../../src/registry/store/verify.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aRegistry } from './a-registry.ts';

describe('a backup', () => {
  it('taken under write load has everything acknowledged before it, and can be served as it is', async () => {
    await using place = await temporaryFolder();
    const folder = join(place.path, 'data');
    const { publicKey } = await openIdentity(await made(folder));
    const acknowledged: string[] = [];
    const child: ChildProcess = fork(new URL('./publishing-process.ts', import.meta.url), [folder]);
    child.on('message', name => acknowledged.push(String(name)));
    const taken: { folder: string; head: ChainHead; before: number }[] = [];
    try {
      for (let each = 1; each <= 5; each++) {
        const enough = acknowledged.length + 20;
        while (acknowledged.length < enough) await once(child, 'message');
        const output = join(place.path, `backup-${each}`);
        const before = acknowledged.length;
        const { head, key } = await backUp(folder, output);
        assert.equal(key, true);
        taken.push({ folder: output, head, before });
      }
      while (acknowledged.length < (taken.at(-1)?.before ?? 0) + 20) await once(child, 'message');
    } finally {
      child.kill('SIGKILL');
      await once(child, 'close');
    }
    const original = await openDataFolder(folder);
    for (const backup of taken) {
      await using restored = await aRegistry({ folder: backup.folder });
      assert.deepEqual(await verifyLog(restored.store), backup.head);
      const there = await restored.store.read(snapshot =>
        snapshot.selectFrom('versions').select('prompt').execute(),
      );
      const names = new Set<string>(there.map(({ prompt }) => prompt));
      const lost = acknowledged.slice(0, backup.before).filter(name => !names.has(name));
      assert.deepEqual(lost, []);
      const [last] = await original.read(snapshot => eventsAfter(snapshot, backup.head.seq - 1, 1));
      assert.equal(last?.hash, backup.head.hash, 'it is a beginning of the log that went on');
      assert.equal((await openIdentity(join(backup.folder, IDENTITY_FILE))).publicKey, publicKey);
      await restored.publish('after/restore', 'text', null);
    }
    await original.close();
    assert.equal(new Set(taken.map(({ head }) => head.seq)).size, 5, 'each has more than the one before');
  });

  it('is readable by its owner only, whatever the mode of the data folder', async () => {
    await using place = await temporaryFolder();
    const folder = join(place.path, 'data');
    await chmod(await made(folder), 0o644);
    const output = join(place.path, 'deep', 'backup');
    await backUp(folder, output);
    const modes = await Promise.all(
      ['', 'registry.db', 'registry-key.pem'].map(
        async name => (await stat(join(output, name))).mode & 0o777,
      ),
    );
    assert.deepEqual(modes, [0o700, 0o600, 0o600]);
    assert.deepEqual((await readdir(output)).sort(), ['registry-key.pem', 'registry.db']);
  });

  it('reports that there is no registry key to back up', async () => {
    await using place = await temporaryFolder();
    await (await openDataFolder(join(place.path, 'data'))).close();
    assert.equal((await backUp(join(place.path, 'data'), join(place.path, 'backup'))).key, false);
  });

  it('keeps the schema of an older registry, which is migrated when the backup is served', async () => {
    await using place = await temporaryFolder();
    const [folder, output] = [join(place.path, 'data'), join(place.path, 'backup')];
    await mkdir(folder);
    {
      using database = new DatabaseSync(join(folder, 'registry.db'));
      database.exec(`PRAGMA application_id = ${APPLICATION_ID}; ${SQLITE_MIGRATIONS[0]}
        CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL);
        INSERT INTO schema_versions VALUES (1, '2026-01-01T00:00:00.000Z');`);
    }
    await backUp(folder, output);
    for (const each of [folder, output]) {
      using database = new DatabaseSync(join(each, 'registry.db'));
      assert.equal(database.prepare('SELECT count(*) AS steps FROM schema_versions').get()?.['steps'], 1);
    }
    await using restored = await aRegistry({ folder: output });
    assert.equal((await restored.call('GET', '/v1/webhooks')).status, 200);
  });

  it('overwrites nothing, and leaves nothing behind when it fails', async () => {
    await using place = await temporaryFolder();
    const folder = join(place.path, 'data');
    const refused = async (from: string, to: string, code: string, why: RegExp) => {
      const before = await readdir(place.path);
      await assert.rejects(backUp(from, to), error => {
        assert.ok(DataFolderProblem.is(error), String(error));
        assert.equal(error.code, code);
        assert.match(error.message, why);
        return true;
      });
      assert.deepEqual(await readdir(place.path), before);
    };
    const output = join(place.path, 'backup');
    await refused(folder, output, 'not_found', /There is no registry at/);
    await made(folder);
    await refused(folder, folder, 'not_writable', /is there already/);
    {
      using database = new DatabaseSync(join(folder, 'registry.db'));
      database.exec(`DROP TRIGGER events_no_update; UPDATE events SET actor = 'nobody' WHERE seq = 2`);
    }
    await refused(folder, output, 'chain_broken', /registry\.db: The registry's log is broken: Event 2/);
    await rm(folder, { recursive: true });
    await made(folder);
    await damage(join(folder, 'registry.db'), 'keys');
    await refused(folder, output, 'not_a_database', /registry\.db is damaged/);
    await writeFile(join(folder, 'registry.db'), 'no database at all'.repeat(100));
    await refused(folder, output, 'not_a_database', /not a PromptForge registry/);
  });
});

/** Overwrites the first page of a table, as a disk may. */
async function damage(file: string, table: string): Promise<void> {
  let page: number;
  let size: number;
  {
    using database = new DatabaseSync(file);
    const root = database.prepare('SELECT rootpage FROM sqlite_schema WHERE name = ?').get(table);
    page = Number(root?.['rootpage']);
    size = Number(database.prepare('PRAGMA page_size').get()?.['page_size']);
  }
  await using handle = await open(file, 'r+');
  await handle.write(Buffer.alloc(size, 0xff), 0, size, (page - 1) * size);
}

/** A registry with a key of its own. @returns the key's file */
async function made(folder: string): Promise<string> {
  await (await openDataFolder(folder)).close();
  const file = join(folder, IDENTITY_FILE);
  await openIdentity(file);
  return file;
}
