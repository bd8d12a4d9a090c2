/** Databases of one real PostgreSQL, which starts when the first test asks for one and ends after the last test. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';
import { patience } from '../../scripts/host/patience.ts';
import { type PostgresServer, startPostgres } from '../../scripts/host/postgresServer.ts';
import { TABLES } from '../../src/registry/copy.ts';
import { migrateDatabase } from '../../src/registry/database.ts';
import type { Patience } from '../../src/registry/store/postgres/patience.ts';

/** For stores whose waits are not what is tested: no machine is so slow that a database would seem to be away. */
export const PATIENT: Partial<Patience> = {
  lock: patience(60_000),
  statement: patience(60_000),
  answer: patience(60_000),
  connect: patience(60_000),
  watch: patience(60_000),
};

export interface DatabaseForTest extends AsyncDisposable {
  readonly name: string;
  readonly url: string;
  /** Runs SQL as its owner, beside whatever has it open. */
  sql(text: string, parameters?: readonly unknown[]): Promise<Record<string, unknown>[]>;
}

let shared: Promise<PostgresServer> | undefined;
let made = 0;

/** The server that the tests share. Whoever stops or pauses it starts one of their own. */
export function sharedServer(): Promise<PostgresServer> {
  shared ??= startPostgres();
  return shared;
}

/** The roles of docs/postgres.md with their passwords there. */
const OWNER = ['prompts_owner', 'choose one'] as const;
const SERVER = ['prompts_server', 'choose another'] as const;

/**
 * A database with the present schema and nothing in it, made with the roles and grants of docs/postgres.md, for others
 * to be copied from: that is quicker than to make one.
 */
export function migratedTemplate(): Promise<string> {
  template ??= makeTemplate();
  return template;
}
let template: Promise<string> | undefined;

async function makeTemplate(): Promise<string> {
  const server = await sharedServer();
  const owner = server.url('prompts', ...OWNER);
  const [making = '', granting = ''] = documentedStatements();
  // One at a time: a database is made outside any transaction.
  for (const statement of making.split(';').filter(text => text.trim() !== ''))
    await run(server.url('postgres'), statement);
  await migrateDatabase(owner);
  await run(owner, granting);
  return 'prompts';
}

/** The SQL of docs/postgres.md: what an administrator runs, and what the owner runs. */
function documentedStatements(): string[] {
  const page = readFileSync(join(import.meta.dirname, '../../docs/postgres.md'), 'utf8');
  return [...page.matchAll(/^```sql\n(.*?)^```$/gms)].map(([, sql]) => sql ?? '');
}

/** A copy of that, as the role that serves sees it. */
export async function aServedDatabase(): Promise<DatabaseForTest & { readonly asServer: string }> {
  const database = await aDatabase(undefined, await migratedTemplate());
  return { ...database, asServer: (await sharedServer()).url(database.name, ...SERVER) };
}

const emptied: (DatabaseForTest & { readonly asServer: string })[] = [];
const EMPTY = [
  // Without triggers and references: what is done here is what nobody else may.
  'SET session_replication_role = replica',
  // A copy takes no index along, so it is none of them.
  ...[...Object.keys(TABLES), 'version_changes'].map(table => `DELETE FROM ${table}`),
].join('; ');

/** The same without making one each time, for those who do nothing to it but by the registry: it is emptied and used again. */
export async function aReusedDatabase(): Promise<DatabaseForTest & { readonly asServer: string }> {
  const database = emptied.pop() ?? (await aServedDatabase());
  return {
    ...database,
    [Symbol.asyncDispose]: async () => {
      await run(database.url, EMPTY);
      emptied.push(database);
    },
  };
}

after(async () => {
  const server = await shared;
  await server?.[Symbol.asyncDispose]();
});

/** An empty database, or a copy of `template`. */
export async function aDatabase(server?: PostgresServer, template = 'template0'): Promise<DatabaseForTest> {
  const host = server ?? (await sharedServer());
  const name = `test_${++made}`;
  // By its files, not page by page through the log: a third of the work, where nothing waits for the disk.
  await run(host.url('postgres'), `CREATE DATABASE ${name} TEMPLATE ${template} STRATEGY FILE_COPY`);
  const url = host.url(name);
  return {
    name,
    url,
    sql: (text, parameters) => run(url, text, parameters),
    [Symbol.asyncDispose]: async () => {
      await run(host.url('postgres'), `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

async function run(
  url: string,
  text: string,
  parameters: readonly unknown[] = [],
): Promise<Record<string, unknown>[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query(text, [...parameters])).rows ?? [];
  } finally {
    await client.end();
  }
}
