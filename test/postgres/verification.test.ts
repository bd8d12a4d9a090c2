/** What a superuser of the database changes, past its triggers and references, is found as on SQLite. */
import { Client } from 'pg';
import { copyRegistry, TABLES } from '../../src/registry/copy.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { parseDatabaseUrl } from '../../src/registry/store/postgres/address.ts';
import { connectPostgresStore } from '../../src/registry/store/postgres/postgres-store.ts';
import { describeVerification } from '../registry/verification-contract.ts';
import { aReusedDatabase, PATIENT } from './a-database.ts';

const ALL = Object.keys(TABLES);
/** Keeps every table as it is, beside it. */
const KEEP = ['CREATE SCHEMA kept', ...ALL.map(table => `CREATE TABLE kept.${table} AS TABLE ${table}`)];
const PUT_BACK = ALL.map(table => `DELETE FROM ${table}; INSERT INTO ${table} SELECT * FROM kept.${table}`);

describeVerification('PostgreSQL', async () => {
  const copy = await aReusedDatabase();
  const served = new AsyncDisposableStack();
  const superuser = new Client(copy.url);
  await superuser.connect();
  await superuser.query('SET session_replication_role = replica');
  let kept = false;
  return {
    setup: {
      async open(options) {
        const { asServer } = served.use(await aReusedDatabase());
        return openDatabase(asServer, { ...options, connections: 2, patience: PATIENT });
      },
    },
    async changed({ registry }, sql) {
      if (kept) await superuser.query(PUT_BACK.join('; '));
      else {
        const store = await openDatabase(copy.url, { environments: null, patience: PATIENT });
        await copyRegistry(registry.store, store);
        await store.close();
        await superuser.query(KEEP.join('; '));
        kept = true;
      }
      const { rowCount } = await superuser.query(sql);
      // Without the look at the end of the log that comes with opening: what is wrong is for the verification to find.
      const address = parseDatabaseUrl(copy.asServer);
      const store = await connectPostgresStore(address, {
        now: () => new Date(),
        connections: 1,
        patience: PATIENT,
      });
      return { store, rows: rowCount ?? 0 };
    },
    async [Symbol.asyncDispose]() {
      await superuser.query('DROP SCHEMA IF EXISTS kept CASCADE');
      await superuser.end();
      await copy[Symbol.asyncDispose]();
      await served.disposeAsync();
    },
  };
});
