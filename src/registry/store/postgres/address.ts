/** Where a PostgreSQL database is: a URL as an operator gives it, which may hold a password and is therefore never shown. */
import { Client, type ClientConfig } from 'pg';
import { DatabaseProblem } from '../../database-problem.ts';
import { isDatabaseUrl } from '../../database-url.ts';
import { splitHosts } from './hosts.ts';

/** Which servers of a cluster serve, as libpq's `target_session_attrs` names them. */
const TARGETS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
export type TargetSession = (typeof TARGETS)[number];

export interface DatabaseAddress {
  /** A server each, in the order of the URL, as `pg` takes it; at least one. */
  readonly servers: readonly [ClientConfig, ...ClientConfig[]];
  /** Which of them will do. */
  readonly target: TargetSession;
  /** For logs and messages: without password and parameters. */
  readonly shown: string;
  /** Whether the URL or the environment has one; `~/.pgpass` is read only when the server asks. */
  readonly hasPassword: boolean;
}

const EXAMPLE = 'postgres://user@host:5432/database';
/** Each is asked when the primary is looked for. */
const MAX_SERVERS = 16;
const TARGET_PARAMETER = 'target_session_attrs';

/**
 * Parses `postgres://user:password@host:port/database?sslmode=…`, as libpq knows it, with one host or several
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS). What is left out comes from the
 * environment (`PGUSER`, `PGPASSWORD` …) or from `~/.pgpass`, as with every program for PostgreSQL. Of several hosts
 * the one is used that can be written to, unless `target_session_attrs` says otherwise.
 * @throws DatabaseProblem `invalid_url`, whose message does not repeat the URL
 */
export function parseDatabaseUrl(text: string): DatabaseAddress {
  const urls = isDatabaseUrl(text) ? splitHosts(text) : [];
  if (urls === undefined)
    throw invalid(
      `The address of the database has hosts and ports that do not fit together. Write one port for each host, or one for all: postgres://user@a:5432,b:5432/database.`,
    );
  const parsed = urls.map(url => URL.parse(url));
  const [first] = parsed;
  if (first == null || parsed.includes(null))
    throw invalid(
      `The address of the database is not a URL of PostgreSQL. Write it as ${EXAMPLE}, with special characters percent-encoded.`,
    );
  if (first.pathname.length < 2)
    throw invalid(`The address of the database names no database. Write it as ${EXAMPLE}.`);
  if (urls.length > MAX_SERVERS)
    throw invalid(
      `The address of the database names ${urls.length} hosts, and a registry looks for its database on ${MAX_SERVERS} at most.`,
    );
  const all = parsed.filter(url => url !== null);
  const target = targetOf(first, all.length);
  const read = all.map(serverOf);
  const [server, ...others] = read.map(({ config }) => config);
  if (server === undefined) throw new Error('There is no host.');
  const user = first.username === '' ? '' : `${first.username}@`;
  const hosts = all.map(url => url.host || encodeURIComponent(url.searchParams.get('host') ?? ''));
  return {
    servers: [server, ...others],
    target,
    hasPassword: read.some(each => each.hasPassword),
    shown: `postgres://${user}${hosts.join(',')}${first.pathname}`,
  };
}

function serverOf(url: URL): { readonly config: ClientConfig; readonly hasPassword: boolean } {
  // Not a parameter of the server's.
  const { href } = withoutTarget(url);
  const config: ClientConfig = { connectionString: href };
  try {
    return { config, hasPassword: Boolean(new Client(config).password) };
  } catch {
    // Without its cause, which may quote the URL.
    throw invalid(
      'The address of the database cannot be read: a part of it is not percent-encoded as it should be, or a certificate file that it names is not there.',
    );
  }
}

function withoutTarget(url: URL): URL {
  if (!url.searchParams.has(TARGET_PARAMETER)) return url;
  const without = new URL(url);
  without.searchParams.delete(TARGET_PARAMETER);
  return without;
}

/** Of several the one that can be written to: a registry on a standby could do nothing but deliver. */
function targetOf({ searchParams }: URL, hosts: number): TargetSession {
  const asked = searchParams.get(TARGET_PARAMETER) ?? process.env['PGTARGETSESSIONATTRS'];
  if (asked === undefined) return hosts > 1 ? 'read-write' : 'any';
  const target = TARGETS.find(each => each === asked);
  if (target === undefined)
    throw invalid(
      `The address of the database asks for other ${TARGET_PARAMETER} than there are. Use one of ${TARGETS.join(', ')}.`,
    );
  return target;
}

function invalid(message: string): DatabaseProblem {
  return new DatabaseProblem('invalid_url', message);
}
