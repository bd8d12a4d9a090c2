/** `promptforge copy`: copies a registry from a data folder or database to another one. */
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { copyRegistry } from '../../registry/copy.ts';
import { openDataFolder } from '../../registry/data-folder.ts';
import { IDENTITY_FILE } from '../../registry/identity.ts';
import type { Store } from '../../registry/store/store.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say } from '../output.ts';
import { fromEnvironment } from '../registry-options.ts';
import { givenArgument } from '../values.ts';
import { placeNamed, type RegistryOptions, sayNarrowed, shownPlace, withRegistry } from '../with-registry.ts';

export function copyCommand(): Command {
  return new Command('copy')
    .addOption(
      fromEnvironment(
        new Option(
          '--from <place>',
          'a data folder, or a database as postgres://user@host:5432/database',
        ).argParser(givenArgument),
        'PROMPTFORGE_COPY_FROM',
      ),
    )
    .addOption(
      fromEnvironment(
        new Option('--to <place>', 'the same; it must be empty or not exist yet').argParser(givenArgument),
        'PROMPTFORGE_COPY_TO',
      ),
    )
    .option('--json', 'print where it was copied to, how many events, and the hash of the last')
    .addHelpText(
      'after',
      `
Copies the log with its hashes, versions, promotions, environments and the hashes of keys: all
or nothing, and verifies the copy. Changes made meanwhile are not copied, so stop "serve"
first. Use the environment variables for a URL with a password.

Examples:
  promptforge copy --from /var/lib/promptforge --to postgres://prompts@db.example.com/prompts
  PROMPTFORGE_COPY_FROM=postgres://prompts:secret@db.example.com/prompts promptforge copy --to ./copy`,
    )
    .action((options: CopyOptions) => copy(options));
}

interface CopyOptions {
  readonly json?: true;
  /** A data folder or the URL of a database, like `to`. */
  readonly from?: string;
  readonly to?: string;
}

/** @throws CommandFailure, DataFolderProblem, DatabaseProblem, Problem `invalid_request`, `unavailable` */
async function copy(options: CopyOptions): Promise<void> {
  if (options.from === undefined || options.to === undefined)
    throw new CommandFailure(EXIT.usage, 'Give both --from and --to, each a data folder or a database.');
  const [from, to] = [placeNamed(options.from), placeNamed(options.to)];
  const { seq, hash } = await withRegistry(from, { create: false }, source =>
    withEmpty(to, target => copyRegistry(source, target)),
  );
  if (options.json) await printJson({ to: await shownPlace(to), events: seq, hash });
  else
    await print(
      line`Copied ${seq} events to ${await shownPlace(to)}, and verified them.\nThe log ends with ${hash}.`,
    );
  if (from.database === undefined) await sayWhereTheKeyIs(join(from.data, IDENTITY_FILE));
}

/** Opens the target without environments, because the copy brings them. */
async function withEmpty<T>(place: RegistryOptions, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openEmpty(place);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

async function openEmpty({ data, database }: RegistryOptions): Promise<Store> {
  if (database === undefined) return openDataFolder(data, { environments: [], onNarrowed: sayNarrowed });
  const { openDatabase } = await import('../../registry/database.ts');
  return openDatabase(database, { environments: null });
}

async function sayWhereTheKeyIs(file: string): Promise<void> {
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (there)
    await say(
      line`The registry's own key is not part of the database and was not copied. Serve the copy with --registry-key ${JSON.stringify(resolve(file))}.`,
    );
}
