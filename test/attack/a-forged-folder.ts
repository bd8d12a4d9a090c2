import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { DATABASE_FILE, openDataFolder } from '../../src/registry/data-folder.ts';
import { IDENTITY_FILE } from '../../src/registry/identity.ts';
import { openSigning } from '../../src/registry/proof/open-signing.ts';
import { aRegistry } from '../registry/a-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import type { ForgedPlace } from './forgery-contract.ts';

/** A data folder, whose database anybody may write to who has the file. */
export async function aForgedFolder(): Promise<ForgedPlace> {
  const folder = await temporaryFolder();
  const sql: ForgedPlace['sql'] = async statements => {
    const database = new DatabaseSync(join(folder.path, DATABASE_FILE));
    try {
      database.exec('PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE');
      let rows: readonly Record<string, unknown>[] = [];
      for (const [text, ...values] of statements)
        rows = database.prepare(text.replace(/\$(\d+)/g, '?$1')).all(...(values as SQLInputValue[]));
      database.exec('COMMIT');
      return rows;
    } finally {
      database.close();
    }
  };
  return {
    options: ['--data', folder.path],
    async serve() {
      const store = await openDataFolder(folder.path, { environments: defaultEnvironments(1) });
      try {
        const keyFile = join(folder.path, IDENTITY_FILE);
        const files = { keyFile, author: COMMAND_LINE, isOnlyPlace: true };
        const { identity, heads } = await openSigning(store, files);
        const signerPauses = { gather: 10, look: 10 };
        const registry = await aRegistry({ store, serving: { identity, heads, signerPauses } });
        const close = async () => {
          await registry.close();
          heads.close();
        };
        return { ...registry, close };
      } catch (error) {
        await store.close();
        throw error;
      }
    },
    sql,
    // A file has no roles.
    sqlAsOwner: sql,
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  };
}
