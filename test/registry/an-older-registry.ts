/** A registry as an older version left it: what a present one holds of what there was already, in the schema of then. */

import { TABLES } from '../../src/registry/copy.ts';
import type { Store } from '../../src/registry/store/store.ts';
import { temporaryFolder } from '../temporary-folder.ts';
import { aRegistry } from './a-registry.ts';

export type Row = Readonly<Record<string, string | number | null>>;
export type Contents = Readonly<Record<string, readonly Row[]>>;

export function contentsOf(store: Store): Promise<Contents> {
  return store.read(async snapshot => {
    const all: Record<string, Row[]> = {};
    for (const table of Object.keys(TABLES) as (keyof typeof TABLES)[]) {
      const rows = (await snapshot.selectFrom(table).selectAll().execute()) as unknown as Row[];
      // A time of last use is written when there is time.
      const settled = rows.map(row => ('last_used_at' in row ? { ...row, last_used_at: null } : { ...row }));
      all[table] = settled.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
    }
    return all;
  });
}

let made: Promise<{ contents: Contents; key: string }> | undefined;

/** With prompts, promotions, a rollback and keys, made by means that there were from the first version on; and an admin's key. */
export function anOlderRegistry(): Promise<{ contents: Contents; key: string }> {
  made ??= make();
  return made;
}

async function make(): Promise<{ contents: Contents; key: string }> {
  await using folder = await temporaryFolder();
  await using registry = await aRegistry({ folder: folder.path });
  await registry.publish('p', 'one', null, { headers: { 'idempotency-key': 'first' } });
  await registry.publish('p', 'two', 1);
  for (const version of [1, 2, 1]) await registry.promote('p', version, 'development');
  await registry.promote('p', 1, 'staging');
  const key = await registry.key('development');
  return { contents: await contentsOf(registry.store), key };
}

export interface OlderDatabase {
  execute(sql: string, parameters?: readonly (string | number | null)[]): unknown;
  /** Of a table; none where there is no such table. */
  columnsOf(table: string): readonly string[] | Promise<readonly string[]>;
  parameter(index: number): string;
}

/** Runs the first `version` steps and puts in what has a place there. */
export async function fillOlder(
  database: OlderDatabase,
  steps: readonly string[],
  version: number,
  contents: Contents,
): Promise<void> {
  await database.execute(
    'CREATE TABLE schema_versions (version INTEGER PRIMARY KEY, applied_at TEXT NOT NULL)',
  );
  for (const [index, step] of steps.slice(0, version).entries()) {
    await database.execute(step);
    await database.execute(`INSERT INTO schema_versions VALUES (${index + 1}, '2026-01-01T00:00:00.000Z')`);
  }
  for (const table of Object.keys(TABLES) as (keyof typeof TABLES)[]) {
    const columns = await database.columnsOf(table);
    if (columns.length === 0) continue;
    const places = columns.map((_, index) => database.parameter(index + 1)).join(', ');
    const rows = [...(contents[table] ?? [])].sort((a, b) => Number(a['seq'] ?? 0) - Number(b['seq'] ?? 0));
    for (const row of rows)
      await database.execute(
        `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${places})`,
        columns.map(column => row[column] ?? null),
      );
  }
}
