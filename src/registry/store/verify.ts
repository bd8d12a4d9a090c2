/** Verifies a store's log: every event continues the one before it, and every published version is present. */
import { CHAIN_START, type ChainHead, type RegistryEvent, validateNextEvent } from '../../core/event.ts';
import { broken } from './broken.ts';
import type { RangeChecker } from './checked-range.ts';
import { eventOfRow } from './event-row.ts';
import { eventRowsAfter, logHead } from './log.ts';
import { checkMac } from './macs.ts';
import { preparedQuery } from './prepared-query.ts';
import type { ReadSnapshot, Store } from './store.ts';
import type { EventsTable } from './tables.ts';

/**
 * The number of events verified when a registry is opened: limited, so that a long log opens as fast as a short one.
 */
export const TAIL = 1000;

/**
 * Reads the log once: all of it, or at most its `last` events.
 * @param check checks ranges with their versions on the same snapshot; ranges that do not match are read here
 * @throws DataFolderProblem `chain_broken` that names the first event that does not match
 */
export async function verifyLog(
  store: Pick<Store, 'read'>,
  last: number = Number.POSITIVE_INFINITY,
  check: RangeChecker = () => undefined,
): Promise<ChainHead> {
  return store.read(async snapshot => {
    let head = await startOf(snapshot, last);
    for (;;) {
      const range = check(head.seq, head.seq + PIECE);
      if (range?.previousHash === head.hash) {
        head = range.head;
        continue;
      }
      const rows = await eventRowsAfter(snapshot, { seq: head.seq, limit: PIECE });
      if (rows.length === 0) break;
      const { seq: after } = head;
      const published: RegistryEvent[] = [];
      for (const row of rows) {
        const event = nextEvent(row, head);
        checkMac(snapshot, row);
        head = { seq: event.seq, hash: event.hash };
        if (event.kind === 'version.published') published.push(event);
      }
      await verifyVersions(snapshot, published, { after, until: head.seq });
    }
    await verifyVersions(snapshot, [], { after: head.seq, until: Number.MAX_SAFE_INTEGER });
    return head;
  });
}

/** Events per read. */
const PIECE = 1000;

function nextEvent(row: EventsTable, head: ChainHead): RegistryEvent {
  let event: RegistryEvent;
  let why: string | undefined;
  try {
    event = eventOfRow(row);
    why = validateNextEvent(event, head);
  } catch (cause) {
    // An event that was made unreadable is as broken as one that does not match.
    throw broken(`Event ${row.seq} cannot be read.`, { cause });
  }
  if (why !== undefined) throw broken(why);
  return event;
}

/** The event before the last `last` ones, which is not verified itself. */
async function startOf(snapshot: ReadSnapshot, last: number): Promise<ChainHead> {
  // Read from its start, a log may also have an older schema.
  if (last === Number.POSITIVE_INFINITY) return CHAIN_START;
  const { seq } = await logHead(snapshot);
  if (seq <= last) return CHAIN_START;
  const before = await snapshot
    .selectFrom('events')
    .select(['seq', 'hash'])
    .where('seq', '=', seq - last)
    .executeTakeFirst();
  if (before === undefined) throw broken(`Event ${seq - last} is missing.`);
  return before;
}

/** The sources themselves are checked against their digests when they are read. */
async function verifyVersions(
  snapshot: ReadSnapshot,
  published: readonly RegistryEvent[],
  { after, until }: { readonly after: number; readonly until: number },
): Promise<void> {
  // One more than expected, to find a row that no event published.
  const rows = await versionsOf(snapshot, { after, until, limit: published.length + 1 });
  const stored = new Map(rows.map(row => [row.seq, row]));
  for (const { seq, prompt, version, data } of published) {
    const { digest } = data as RegistryEvent<'version.published'>['data'];
    const row = stored.get(seq);
    if (row?.digest !== digest || row.prompt !== prompt || row.version !== version)
      throw broken(`The version ${prompt}@${version} is not the one that event ${seq} published.`);
    stored.delete(seq);
  }
  const [unrecorded] = stored.values();
  if (unrecorded !== undefined)
    throw broken(`No event published the version ${unrecorded.prompt}@${unrecorded.version}.`);
}

const versionsOf = preparedQuery(
  (
    database,
    { after, until, limit }: { readonly after: number; readonly until: number; readonly limit: number },
  ) =>
    database
      .selectFrom('versions')
      .select(['seq', 'prompt', 'version', 'digest'])
      .where('seq', '>', after)
      .where('seq', '<=', until)
      .orderBy('seq')
      .limit(limit),
);
