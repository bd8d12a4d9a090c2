/** Where a PostgreSQL database is: a URL as an operator gives it, which may hold a password and is therefore never shown. */
import { Client, type ClientConfig } from 'pg';
import { DatabaseProblem } from '../../database-problem.ts';
import { isDatabaseUrl } from '../../database-url.ts';

export interface DatabaseAddress {
  /** As `pg` takes it. */
  readonly config: ClientConfig;
  /** For logs and messages: without password and parameters. */
  readonly shown: string;
}

const EXAMPLE = 'postgres://user@host:5432/database';

/**
 * Parses `postgres://user:password@host:port/database?sslmode=…`, as libpq knows it. What is left out comes from the
 * environment (`PGUSER`, `PGPASSWORD` …) or from `~/.pgpass`, as with every program for PostgreSQL.
 * @throws DatabaseProblem `invalid_url`, whose message does not repeat the URL
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  const url = URL.parse(text);
  if (url === null || !isDatabaseUrl(text))
    throw new DatabaseProblem(
      'invalid_url',
      `The address of the database is not a URL of PostgreSQL. Write it as ${EXAMPLE}, with special characters percent-encoded.`,
    );
  if (url.pathname.length < 2)
    throw new DatabaseProblem(
      'invalid_url',
      `The address of the database names no database. Write it as ${EXAMPLE}.`,
    );
  const config: ClientConfig = { connectionString: text };
  try {
    new Client(config);
  } catch {
    // Without its cause, which may quote the URL.
    throw new DatabaseProblem(
      'invalid_url',
      'The address of the database cannot be read: a part of it is not percent-encoded as it should be, or a certificate file that it names is not there.',
    );
  }
  const user = url.username === '' ? '' : `${url.username}@`;
  const host = url.host || encodeURIComponent(url.searchParams.get('host') ?? '');
  return { config, shown: `postgres://${user}${host}${url.pathname}` };
}
