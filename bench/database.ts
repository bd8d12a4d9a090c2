/** Creates an empty database on a PostgreSQL server of a benchmark. */
import { Client } from 'pg';
import type { PostgresServer } from '../scripts/host/postgresServer.ts';

/** @returns its URL */
export async function makeDatabase(postgres: PostgresServer, name: string): Promise<string> {
  const client = new Client(postgres.url('postgres'));
  await client.connect();
  try {
    await client.query(`CREATE DATABASE ${name} TEMPLATE template0`);
  } finally {
    await client.end();
  }
  return postgres.url(name);
}
