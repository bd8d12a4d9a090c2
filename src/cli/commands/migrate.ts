/** `promptforge migrate`: the schema of a database, made or brought forward by the user who owns it. */
import { Command } from 'commander';
import type { MigrateOptions } from '../actions/migrate.ts';
import { databaseOption } from '../registry-options.ts';

export function migrateCommand(): Command {
  return new Command('migrate')
    .addOption(databaseOption())
    .option('--json', 'print the versions of the schema, before and now')
    .addHelpText(
      'after',
      `
Needed where "serve" runs as a user who may not change the schema (docs/postgres.md); otherwise
"serve" does it. Registries may go on serving meanwhile. A data folder is brought forward by
whatever opens it.

Examples:
  promptforge migrate --database postgres://owner@db.example.com/prompts`,
    )
    .action(async (options: MigrateOptions) => (await import('../actions/migrate.ts')).migrate(options));
}
