/** Finds out whether a database has a registry, is empty or belongs to another program, and migrates its schema. */
import { type Kysely, sql } from 'kysely';
import { DatabaseProblem } from '../../database-problem.ts';
import { checkNotNewer, type Migrated, migrate, schemaVersion } from '../migrate.ts';
import type { ReadSnapshot, Store } from '../store.ts';
import type { Tables } from '../tables.ts';
import { sqlState } from './failures.ts';
import { POSTGRES_MIGRATIONS, REGISTRY_TABLE } from './migrations.ts';
import { readSnapshot, writeInTurn } from './postgres-store.ts';

/** Version 15 in the format of `server_version_num`. */
const OLDEST_SERVER = 150_000;
/** The wait for another process's migration. */
const MIGRATION_PATIENCE = '10min';
/** A step's wait for readers of a table that it changes. */
const STEP_LOCK_TIMEOUT = '5s';
/**
 * Errors if another process creates the same table at the same time: unique_violation, duplicate_table,
 * duplicate_object.
 */
const MADE_BY_ANOTHER = ['23505', '42P07', '42710'];

/** The version of the schema: 0 for an empty database, undefined for another program's. */
async function presentSchema(snapshot: ReadSnapshot): Promise<number | undefined> {
  const { rows } = await sql<{ name: string }>`
    SELECT relname AS name FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
    WHERE nspname = current_schema() AND relkind IN ('r', 'p', 'v', 'm', 'f')`.execute(snapshot);
  const names = new Set(rows.map(({ name }) => name));
  if (!names.has('promptforge_registry')) return names.size === 0 ? 0 : undefined;
  return names.has('schema_versions') ? schemaVersion(snapshot) : 0;
}

/**
 * Finds out whether the database has a registry with this program's schema.
 * @returns the schema's version, and `done`: false if steps remain, as on an empty database
 * @throws DatabaseProblem `too_old`, `foreign`; DataFolderProblem `newer_schema`; ConnectionFailure, DatabaseError
 */
export async function hasPresentSchema(
  database: Kysely<Tables>,
): Promise<{ present: number; done: boolean }> {
  return readSnapshot(database, async snapshot => {
    await checkServer(snapshot);
    const present = await presentSchema(snapshot);
    if (present === undefined)
      throw new DatabaseProblem(
        'foreign',
        'This database belongs to another program: it holds tables, but no registry. Make a database for the registry alone.',
      );
    checkNotNewer(present, POSTGRES_MIGRATIONS);
    return { present, done: present === POSTGRES_MIGRATIONS.length };
  });
}

async function checkServer(snapshot: ReadSnapshot): Promise<void> {
  const { rows } = await sql<{ number: string; name: string; schema: string | null }>`
    SELECT current_setting('server_version_num') AS number, current_setting('server_version') AS name,
      current_schema() AS schema`.execute(snapshot);
  const [server] = rows;
  if (Number(server?.number) < OLDEST_SERVER)
    throw new DatabaseProblem(
      'too_old',
      `This is PostgreSQL ${server?.name}; the registry needs 15 or newer. Update the server.`,
    );
  if (server?.schema === null)
    throw new DatabaseProblem(
      'not_permitted',
      'This user has no schema to keep the registry in. Grant it USAGE and CREATE on one that its search_path names.',
    );
}

/**
 * Runs the remaining steps in one transaction, while no process of any version writes.
 * @throws DataFolderProblem `newer_schema`; DatabaseError if the user may not change the schema
 */
export async function migratePostgres(database: Kysely<Tables>, now: Store['now']): Promise<Migrated> {
  await makeRegistryTable(database);
  return writeInTurn(
    database,
    async transaction => {
      await sql.raw(`SET LOCAL lock_timeout = '${STEP_LOCK_TIMEOUT}'`).execute(transaction);
      const run = (step: string) => sql.raw(step).execute(transaction);
      const migrated = await migrate(transaction, now, POSTGRES_MIGRATIONS, run);
      await sql`UPDATE promptforge_registry SET schema_version = ${migrated.to}`.execute(transaction);
      return migrated;
    },
    {
      before: async transaction => {
        await sql
          .raw(`SET LOCAL lock_timeout = '${MIGRATION_PATIENCE}'; SET LOCAL statement_timeout = 0`)
          .execute(transaction);
      },
    },
  );
}

async function makeRegistryTable(database: Kysely<Tables>): Promise<void> {
  for (let again = true; ; again = false) {
    try {
      await sql.raw(REGISTRY_TABLE).execute(database);
      return;
    } catch (error) {
      if (!again || !MADE_BY_ANOTHER.includes(sqlState(error) ?? '')) throw error;
    }
  }
}
