/**
 * How often each fault is tried: as often as docs/operation.md says in `npm run test:faults`, which sets
 * PROMPTFORGE_TEST_FAULTS=full, and in proportion less often in `npm test`.
 */
const isFull = process.env['PROMPTFORGE_TEST_FAULTS'] === 'full';

/** `kill -9` of a server, on each engine. */
export const KILLS = isFull ? 100 : 20;
/** Restarts, kills and pauses of a database, so many of each. */
export const DATABASE_FAULTS = isFull ? 10 : 3;
/** Connections to a database that are cut in the middle of a commit. */
export const CUT_COMMITS = isFull ? 50 : 10;
/** Of the messages after which a database may end a connection, every so many-th is tried. */
export const MESSAGE_STRIDE = isFull ? 1 : 5;
/** Times that a disk is full, on each engine. */
export const FULL_DISKS = isFull ? 20 : 5;
/** What an application asks of its client while the registry fails in every way in turn. */
export const GETS = isFull ? 10_000 : 1500;
