/** Kysely's SQLite dialect over `node:sqlite`, whose objects are not those that Kysely's own driver expects. */
import type { DatabaseSync } from 'node:sqlite';
import { type Dialect, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { NodeSqliteConnection, NodeSqliteDriver } from './driver.ts';

/** `begin`: how a transaction starts, such as `BEGIN IMMEDIATE` for one that will write. */
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
