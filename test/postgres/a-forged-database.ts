import { join } from 'node:path';
import { Client } from 'pg';
import { defaultEnvironments } from '../../src/core/environment.ts';
import { COMMAND_LINE } from '../../src/registry/access/caller.ts';
import { openDatabase } from '../../src/registry/database.ts';
import { openSigning } from '../../src/registry/proof/open-signing.ts';
import type { ForgedPlace, Statement } from '../attack/forgery-contract.ts';
import { aRegistry } from '../registry/a-registry.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aReusedDatabase, PATIENT } from './a-database.ts';

/** A database, of which somebody has the password of the role that serves, with exactly the grants of docs/postgres.md. */
export async function aForgedDatabase(): Promise<ForgedPlace> {
  const [folder, database] = [await temporaryFolder(), await aReusedDatabase()];
  const keyFile = join(folder.path, 'registry-key.pem');
  return {
    options: ['--database', database.asServer, '--registry-key', keyFile],
    async serve() {
      const options = { environments: defaultEnvironments(1), connections: 3, patience: PATIENT };
      const store = await openDatabase(database.asServer, options);
      try {
        const files = { keyFile, author: COMMAND_LINE, isOnlyPlace: false };
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
    sql: statements => inOneTransaction(database.asServer, statements),
    sqlAsOwner: statements => inOneTransaction(database.url, statements),
    async [Symbol.asyncDispose]() {
      await database[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

async function inOneTransaction(
  url: string,
  statements: readonly Statement[],
): Promise<readonly Record<string, unknown>[]> {
  const client = new Client(url);
  await client.connect();
  try {
    await client.query('BEGIN');
    let rows: Record<string, unknown>[] = [];
    for (const [text, ...values] of statements) ({ rows } = await client.query(text, values));
    await client.query('COMMIT');
    return rows;
  } finally {
    await client.end();
  }
}
