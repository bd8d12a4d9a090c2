/** A database on a server: the place of an organization's registry, for any number of processes. */
import type { Kysely } from 'kysely';
import { defaultEnvironments, type Environment } from '../core/environment.ts';
import { COMMAND_LINE } from './access/caller.ts';
import { DataFolderProblem } from './data-folder-problem.ts';
import { DatabaseProblem, type DatabaseProblemCode } from './database-problem.ts';
import { ensureEnvironments } from './environments.ts';
import type { Migrated } from './store/migrate.ts';
import { type DatabaseAddress, parseDatabaseUrl } from './store/postgres/address.ts';
import { ConnectionFailure, sqlState } from './store/postgres/failures.ts';
import { PATIENCE, type Patience } from './store/postgres/patience.ts';
import { connectPostgresStore, kyselyOn } from './store/postgres/postgres-store.ts';
import { hasPresentSchema, migratePostgres } from './store/postgres/schema.ts';
import type { Store } from './store/store.ts';
import type { Tables } from './store/tables.ts';
import { TAIL, verifyLog } from './store/verify.ts';

export interface DatabaseOptions {
  /** True to create a registry in an empty database; default: true. */
  readonly create?: boolean;
  /** The policies of a new registry; production asks for one approval by default. Null: none. */
  readonly environments?: readonly Environment[] | null;
  /** Replaces the database's clock, which is not used then. */
  readonly now?: () => Date;
  /** The clock of this machine, to check the database's. */
  readonly machineClock?: () => Date;
  /** True to write nothing, for a standby; default: false. */
  readonly readOnly?: boolean;
  /** As in PostgresStoreOptions. */
  readonly connections?: number;
  readonly listens?: boolean;
  readonly patience?: Partial<Patience>;
}

/** This process's timeout for a migration, in ms: on a large registry, creating an index takes a while. */
const MIGRATION_TIMEOUT = 30 * 60_000;

/**
 * Opens the registry in the database at `url`, migrates its schema and verifies the end of its log.
 * @throws DatabaseProblem if the database cannot be reached or used, is not a registry, is from a newer PromptForge, or
 * has a modified log
 */
export async function openDatabase(url: string, options: DatabaseOptions = {}): Promise<Store> {
  const {
    readOnly = false,
    create = !readOnly,
    environments = readOnly ? null : defaultEnvironments(1),
    now,
    machineClock,
    connections,
    listens,
    patience,
  } = options;
  const address = parseDatabaseUrl(url);
  let store: Store | undefined;
  try {
    await (readOnly ? checkPresent(address) : broughtForward(address, now ?? (() => new Date()), create));
    store = await connectPostgresStore(address, {
      readOnly,
      ...(now && { now }),
      ...(machineClock && { machineClock }),
      ...(connections !== undefined && { connections }),
      ...(listens !== undefined && { listens }),
      ...(patience && { patience }),
    });
    await verifyLog(store, TAIL);
    if (environments !== null) await ensureEnvironments(store, COMMAND_LINE, environments);
    return store;
  } catch (error) {
    await store?.close();
    throw explained(error, address);
  }
}

/**
 * Migrates the schema of the registry at `url`, or creates it in an empty database.
 * @throws DatabaseProblem as `openDatabase` does
 */
export async function migrateDatabase(url: string, now: () => Date = () => new Date()): Promise<Migrated> {
  const address = parseDatabaseUrl(url);
  try {
    return await broughtForward(address, now, true);
  } catch (error) {
    throw explained(error, address);
  }
}

/** @throws DatabaseProblem `no_registry`, `older_schema` */
async function checkPresent(address: DatabaseAddress): Promise<void> {
  const database = kyselyOn(address, { connections: 1 });
  try {
    const { present, done } = await hasPresentSchema(database);
    if (present === 0) throw noRegistry();
    if (!done)
      throw new DatabaseProblem(
        'older_schema',
        `This database has the schema ${present} of an older PromptForge. Run "promptforge migrate --database" of this version on the primary first.`,
      );
  } finally {
    await database.destroy();
  }
}

function noRegistry(): DatabaseProblem {
  return new DatabaseProblem(
    'no_registry',
    'This database is empty. Check the URL, or start a registry there with "promptforge serve --database".',
  );
}

async function broughtForward(address: DatabaseAddress, now: () => Date, create: boolean): Promise<Migrated> {
  const database = kyselyOn(address, {
    connections: 1,
    patience: { ...PATIENCE, answer: MIGRATION_TIMEOUT },
  });
  try {
    const { present, done } = await hasPresentSchema(database);
    if (done) return { from: present, to: present };
    if (present === 0 && !create) throw noRegistry();
    return await migrated(database, now, present);
  } finally {
    await database.destroy();
  }
}

async function migrated(database: Kysely<Tables>, now: () => Date, present: number): Promise<Migrated> {
  try {
    return await migratePostgres(database, now);
  } catch (cause) {
    if (sqlState(cause) !== INSUFFICIENT_PRIVILEGE) throw cause;
    const what = present === 0 ? 'is empty' : `has the schema ${present} of an older PromptForge`;
    throw new DatabaseProblem(
      'older_schema',
      `This database ${what}, and this user may not change it. Run "promptforge migrate --database" as a user who owns it.`,
      { cause },
    );
  }
}

const INSUFFICIENT_PRIVILEGE = '42501';

/** The error with the database it is about, without a password. */
function explained(error: unknown, { shown, hasPassword }: DatabaseAddress): unknown {
  const problem = (code: DatabaseProblemCode, why: string) =>
    new DatabaseProblem(code, `${shown}: ${why}`, { cause: error });
  if (DatabaseProblem.is(error)) return problem(error.code, error.message);
  for (const code of ['newer_schema', 'chain_broken'] as const)
    if (DataFolderProblem.is(error, code)) return problem(code, error.message);
  // The cause of a Problem from the store is the reason.
  const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
  const state = sqlState(error) ?? sqlState(reason);
  const told = error instanceof Error ? error.message : String(error);
  switch (state) {
    case '28P01':
    case '28000':
      return problem('login_refused', whyRefusedLogin(told, hasPassword));
    case '3D000':
      return problem('no_database', 'There is no such database on this server. Check its name, or make it.');
    case INSUFFICIENT_PRIVILEGE:
      return problem(
        'not_permitted',
        `This user lacks a permission: ${told}. docs/postgres.md has them all.`,
      );
    default:
  }
  const [, refused] = /unsupported startup parameter: (\w+)/.exec(told) ?? [];
  if (refused !== undefined)
    return problem(
      'unreachable',
      `The pooler before this database refuses the parameter "${refused}". Connect to the database itself, or let the pooler ignore it as docs/postgres.md says.`,
    );
  const failure = [error, reason].find(each => each instanceof ConnectionFailure);
  if (failure === undefined) return error;
  if (isWithoutPassword(failure.message)) return problem('login_refused', PASSWORD_WANTED);
  return problem('unreachable', `The database cannot be reached: ${whyUnreachable(failure)}.`);
}

const PASSWORD_WANTED = 'The server asks for a password. Give one in the URL, in PGPASSWORD or in ~/.pgpass.';

/** Returns true for the messages of `pg` and of the server when a password is required but missing or empty. */
function isWithoutPassword(told: string): boolean {
  return /client password must be|empty password/.test(told);
}

function whyRefusedLogin(told: string, hasPassword: boolean): string {
  if (isWithoutPassword(told)) return PASSWORD_WANTED;
  const refused = `The server refuses this user: ${told}.`;
  if (/no encryption/.test(told))
    return `${refused} Check its name and the one of the database; if the server asks for TLS, add "?sslmode=verify-full" to the URL.`;
  if (/peer authentication/i.test(told))
    return `${refused} Over a socket it takes the user of the operating system of that name: run the command as that user, or connect to a host with a password.`;
  return hasPassword
    ? `${refused} Check user and password.`
    : `${refused} No password is in the URL or in PGPASSWORD: give one there or in ~/.pgpass.`;
}

function whyUnreachable({ cause, message, timedOut }: ConnectionFailure): string {
  const said: Record<string, string> = {
    ECONNREFUSED: 'nothing listens there; start the server, or check host and port',
    ENOTFOUND: 'there is no such host; check its name',
    EAI_AGAIN: 'its host cannot be looked up now; check the name and the network',
    ETIMEDOUT: 'it does not answer; check host, port and firewall',
    ENOENT: 'there is no such socket; check the path',
    ECONNRESET: 'it closed the connection; check host, port and TLS',
  };
  if (timedOut) return said['ETIMEDOUT'] ?? message;
  if (/does not support SSL/.test(message))
    return 'it speaks no TLS; leave "sslmode" out of the URL, or let the server speak it';
  if (/terminated unexpectedly|establishing an SSL/.test(message)) return said['ECONNRESET'] ?? message;
  const { code } = (cause ?? {}) as NodeJS.ErrnoException;
  return said[code ?? ''] ?? message.replace(/\.$/, '');
}
