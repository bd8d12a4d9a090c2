/** Parses the URL of a PostgreSQL database. It may contain a password and is therefore never shown. */
import { Client, type ClientConfig } from 'pg';
import { DatabaseProblem } from '../../database-problem.ts';
import { isDatabaseUrl } from '../../database-url.ts';
import { splitHosts } from './hosts.ts';

/** The kinds of servers to use, with the names of libpq's `target_session_attrs`. */
const TARGETS = ['any', 'read-write', 'read-only', 'primary', 'standby', 'prefer-standby'] as const;
export type TargetSession = (typeof TARGETS)[number];

export interface DatabaseAddress {
  /** One configuration of `pg` for each server, in the order of the URL; at least one. */
  readonly servers: readonly [ClientConfig, ...ClientConfig[]];
  /** The kind of server to use. */
  readonly target: TargetSession;
  /** The URL for logs and messages: without password and parameters. */
  readonly shown: string;
  /** True if the URL or the environment has one; `~/.pgpass` is read only when the server asks. */
  readonly hasPassword: boolean;
}

const EXAMPLE = 'postgres://user@host:5432/database';
/** All of them are queried in the search for the primary. */
const MAX_SERVERS = 16;
const TARGET_PARAMETER = 'target_session_attrs';

/**
 * Parses `postgres://user:password@host:port/database?sslmode=…` like libpq, with one host or several
 * (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS). Missing parts come from the
 * environment (`PGUSER`, `PGPASSWORD` …) or from `~/.pgpass`, as usual for PostgreSQL. Of several hosts, the writable
 * one is used unless `target_session_attrs` says otherwise.
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
  // The server does not know this parameter.
  const { href } = withoutTarget(url);
  const config: ClientConfig = { connectionString: href };
  try {
    return { config, hasPassword: Boolean(new Client(config).password) };
  } catch {
    // Omits the cause, which may quote the URL.
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

/** Of several hosts, the writable one by default: on a standby, a registry could only deliver. */
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
