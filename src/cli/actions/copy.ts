/** Runs `promptforge copy`. */
import { access } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { copyRegistry } from '../../registry/copy.ts';
import { openDataFolder } from '../../registry/data-folder.ts';
import { IDENTITY_FILE } from '../../registry/identity.ts';
import type { Store } from '../../registry/store/store.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';
import { line, print, printJson, say } from '../output.ts';
import { placeNamed, type RegistryOptions, sayNarrowed, shownPlace, withRegistry } from '../with-registry.ts';

export interface CopyOptions {
  readonly json?: true;
  /** Each a folder or the URL of a database. */
  readonly from?: string;
  readonly to?: string;
}

/** @throws CommandFailure, DataFolderProblem, DatabaseProblem, Problem `invalid_request`, `unavailable` */
export async function copy(options: CopyOptions): Promise<void> {
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

/** Opened without environments of its own, for the copy brings them. */
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
