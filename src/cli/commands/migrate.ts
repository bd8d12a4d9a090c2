/** `promptforge migrate`: creates or upgrades the schema of a database as the user who owns it. */
import { Command } from 'commander';
import { migrateDatabase } from '../../registry/database.ts';
import { parseDatabaseUrl } from '../../registry/store/postgres/address.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson } from '../output.ts';
import { databaseOption } from '../registry-options.ts';

export function migrateCommand(): Command {
  return new Command('migrate')
    .addOption(databaseOption())
    .option('--json', 'print the versions of the schema, before and now')
    .addHelpText(
      'after',
      `
Only needed if "serve" runs as a user who may not change the schema (docs/postgres.md); otherwise
"serve" migrates by itself. Registries may keep serving meanwhile. A data folder is migrated by
the first command that opens it.

Examples:
  promptforge migrate --database postgres://owner@db.example.com/prompts`,
    )
    .action((options: MigrateOptions) => migrate(options));
}

interface MigrateOptions {
  readonly database?: string;
  readonly json?: true;
}

/** @throws CommandFailure, DatabaseProblem */
async function migrate({ database, json }: MigrateOptions): Promise<void> {
  if (database === undefined)
    throw new CommandFailure(EXIT.usage, 'Give the database with --database or PROMPTFORGE_DATABASE.');
  const { from, to } = await migrateDatabase(database);
  const { shown } = parseDatabaseUrl(database);
  if (json) await printJson({ database: shown, from, to });
  else if (from === to) await print(line`${shown} already has schema ${to}.`);
  else if (from === 0) await print(line`${shown}: created schema ${to}.`);
  else await print(line`${shown}: migrated from schema ${from} to ${to}.`);
}
