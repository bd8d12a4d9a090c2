import { cp, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DATABASE_FILE } from '../../src/registry/data-folder.ts';
import { openSqliteStore } from '../../src/registry/store/sqlite/sqlite-store.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { describeVerification } from './verification-contract.ts';

describeVerification('SQLite', async () => {
  const folder = await temporaryFolder();
  let copies = 0;
  return {
    async changed({ registry }, sql) {
      const to = join(folder.path, `${++copies}`);
      await mkdir(to);
      const file = join(to, DATABASE_FILE);
      const from = new DatabaseSync(join(registry.folder, DATABASE_FILE));
      from.exec('PRAGMA wal_checkpoint(TRUNCATE)');
      from.close();
      await cp(join(registry.folder, DATABASE_FILE), file);
      const database = new DatabaseSync(file, { enableForeignKeyConstraints: false });
      for (const { name } of database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").all())
        database.exec(`DROP TRIGGER ${name}`);
      const changes = () => database.prepare('SELECT total_changes() AS n').get()?.['n'] as number;
      const before = changes();
      database.exec(sql);
      const rows = changes() - before;
      database.close();
      return { store: await openSqliteStore(file, () => new Date()), rows };
    },
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
});
