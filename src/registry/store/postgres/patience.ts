/** How long a registry waits for its database. */

/** In ms. */
export interface Patience {
  /** A statement for others' locks. */
  readonly lock: number;
  /** The database's work on one statement. */
  readonly statement: number;
  /** Its answer. */
  readonly answer: number;
  /** The next rows of many, which it may have to look for or to sort. */
  readonly rows: number;
  /** A connection, whether it is to be made or others have them all. */
  readonly connect: number;
  /** The answer to the one who watches, before its connection counts as lost. */
  readonly watch: number;
  /** Between two questions whether anything was committed, where notifications come. */
  readonly poll: number;
  /** A database that is away, before what was kept of it is used no more. */
  readonly away: number;
}

export const PATIENCE: Patience = {
  lock: 5000,
  statement: 6000,
  answer: 7000,
  rows: 60_000,
  connect: 3000,
  watch: 2000,
  // A key that was revoked counts for a second at most, whatever becomes of the notification.
  poll: 500,
  // As long as caches are told by `stale-if-error`.
  away: 24 * 60 * 60 * 1000,
};
