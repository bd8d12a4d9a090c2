/** What a server of a cluster says of itself when a connection to it is made: whether it is the one to use. */
import type { PostgresQueryResult } from 'kysely';
import type { TargetSession } from './address.ts';
import { isRefusal } from './failures.ts';

export interface ServerState {
  readonly isStandby: boolean;
  /** Whether transactions are read-only there: a standby's always are. */
  readonly isReadOnly: boolean;
  /** Which database this is, and since when it runs: another one after every restart. Null where the server does not say. */
  readonly instance: string | null;
  /** Of whose copies it is one; null where the server does not say. */
  readonly system: string | null;
  /** Raised by every promotion of a standby; null on a standby, and where the server does not say. */
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
  // Another engine with PostgreSQL's protocol, or one that was promoted between two of the functions.
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
