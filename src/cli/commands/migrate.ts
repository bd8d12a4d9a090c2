/** `promptforge migrate`: creates or upgrades the schema of a database as the user who owns it. */
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
Only needed if "serve" runs as a user who may not change the schema (docs/postgres.md); otherwise
"serve" migrates by itself. Registries may keep serving meanwhile. A data folder is migrated by
the first command that opens it.

Examples:
  promptforge migrate --database postgres://owner@db.example.com/prompts`,
    )
    .action(async (options: MigrateOptions) => (await import('../actions/migrate.ts')).migrate(options));
}
