/** Timeouts and intervals of a registry that uses a database on a server. */

/** In ms. */
export interface Patience {
  /** A statement's wait for locks of others. */
  readonly lock: number;
  /** The database's work on one statement. */
  readonly statement: number;
  /** The wait for the answer to a statement. */
  readonly answer: number;
  /** The wait for the next rows of a cursor: the database may have to search or sort. */
  readonly rows: number;
  /** The wait for a connection, whether a new one or one that others use. */
  readonly connect: number;
  /** The wait for an answer on the watching connection, before it counts as lost. */
  readonly watch: number;
  /** The interval of queries for new commits if notifications arrive. */
  readonly poll: number;
  /** How long cached data is used while the database is away. */
  readonly away: number;
}

export const PATIENCE: Patience = {
  lock: 5000,
  statement: 6000,
  answer: 7000,
  rows: 60_000,
  connect: 3000,
  watch: 2000,
  // A revoked key is accepted for a second at most, even if the notification is lost.
  poll: 500,
  // The same as `stale-if-error` for caches.
  away: 24 * 60 * 60 * 1000,
};
