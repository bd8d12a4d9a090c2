/** Runs `promptforge migrate`. */
import { migrateDatabase } from '../../registry/database.ts';
import { parseDatabaseUrl } from '../../registry/store/postgres/address.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson } from '../output.ts';

export interface MigrateOptions {
  readonly database?: string;
  readonly json?: true;
}

/** @throws CommandFailure, DatabaseProblem */
export async function migrate({ database, json }: MigrateOptions): Promise<void> {
  if (database === undefined)
    throw new CommandFailure(EXIT.usage, 'Give the database with --database or PROMPTFORGE_DATABASE.');
  const { from, to } = await migrateDatabase(database);
  const { shown } = parseDatabaseUrl(database);
  if (json) await printJson({ database: shown, from, to });
  else if (from === to) await print(line`${shown} already has schema ${to}.`);
  else if (from === 0) await print(line`${shown}: created schema ${to}.`);
  else await print(line`${shown}: migrated from schema ${from} to ${to}.`);
}
