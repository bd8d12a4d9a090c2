import { sql } from 'kysely';
import { openDatabase } from '../../src/registry/database.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { describeStore } from '../registry/store-contract.ts';
import { aReusedDatabase, PATIENT } from './a-database.ts';

describeStore('PostgreSQL', async () => {
  const database = await aReusedDatabase();
  const opened: Store[] = [];
  return {
    async open() {
      const store = await openDatabase(database.url, {
        environments: null,
        connections: 4,
        patience: PATIENT,
      });
      opened.push(store);
      return store;
    },
    replace: table => sql`MERGE INTO ${sql.table(table)} AS kept
      USING ${sql.table(table)} AS found ON kept.seq = found.seq WHEN MATCHED THEN DELETE`,
    async [Symbol.asyncDispose]() {
      for (const store of opened) await store.close();
      await database[Symbol.asyncDispose]();
    },
  };
});
