/** Reads the state of a cluster's server on a new connection, to decide whether to use it. */
import type { PostgresQueryResult } from 'kysely';
import type { TargetSession } from './address.ts';
import { isRefusal } from './failures.ts';

export interface ServerState {
  readonly isStandby: boolean;
  /** True if its transactions are read-only, as on every standby. */
  readonly isReadOnly: boolean;
  /**
   * Identifies the database and its start time, so it differs after every restart. Null if the server does not report
   * it.
   */
  readonly instance: string | null;
  /** The system identifier, the same for all copies of a database; null if the server does not report it. */
  readonly system: string | null;
  /** Incremented by every promotion of a standby; null on a standby, and if the server does not report it. */
  readonly timeline: number | null;
}

type Ask = <R>(sql: string) => Promise<PostgresQueryResult<R>>;

interface Row {
  readonly standby: boolean;
  readonly readonly: boolean;
  readonly started: string;
  readonly system: string;
  readonly timeline: string | null;
}

const WHOLE = `
  SELECT pg_is_in_recovery() AS standby, current_setting('transaction_read_only') = 'on' AS readonly,
    pg_postmaster_start_time()::text AS started, system_identifier::text AS system,
    CASE WHEN pg_is_in_recovery() THEN NULL ELSE left(pg_walfile_name(pg_current_wal_lsn()), 8) END AS timeline
  FROM pg_control_system()`;

export async function readServerState(ask: Ask): Promise<ServerState> {
  try {
    const { rows } = await ask<Row>(WHOLE);
    const [row] = rows;
    if (row === undefined) throw new Error('The server says nothing of itself.');
    const { standby, readonly, started, system, timeline } = row;
    return {
      isStandby: standby,
      isReadOnly: readonly,
      instance: `${system} ${started}`,
      system,
      timeline: timeline === null ? null : Number.parseInt(timeline, 16),
    };
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  // Another engine with PostgreSQL's protocol, or a server that was promoted between two of the function calls.
  const { rows } = await ask<{ transaction_read_only: string }>('SHOW transaction_read_only');
  const isReadOnly = rows[0]?.transaction_read_only === 'on';
  return { isStandby: isReadOnly, isReadOnly, instance: null, system: null, timeline: null };
}

/** https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS */
export function isWanted({ isStandby, isReadOnly }: ServerState, target: TargetSession): boolean {
  switch (target) {
    case 'any':
      return true;
    case 'read-write':
      return !isReadOnly;
    case 'read-only':
      return isReadOnly;
    case 'primary':
      return !isStandby;
    case 'standby':
    case 'prefer-standby':
      return isStandby;
  }
}
