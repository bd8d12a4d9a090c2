/** Kysely's SQLite dialect on `node:sqlite`, whose API differs from the one that Kysely's own driver expects. */
import type { DatabaseSync } from 'node:sqlite';
import { type Dialect, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { NodeSqliteConnection, NodeSqliteDriver } from './driver.ts';

/** @param begin starts a transaction, with `BEGIN IMMEDIATE` for one that will write */
export function nodeSqliteDialect(
  database: DatabaseSync,
  begin: () => Promise<void>,
  connection = new NodeSqliteConnection(database),
): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new NodeSqliteDriver(database, connection, begin),
    createIntrospector: db => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}
