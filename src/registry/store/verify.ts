/** Whether a store's log is whole: every event continues the one before it, and every published version is there. */
import { CHAIN_START, type ChainHead, whyNotNext } from '../../core/event.ts';
import { DataFolderProblem } from '../data-folder-problem.ts';
import { eventOfRow, logHead } from './log.ts';
import type { Snapshot, Store } from './store.ts';

/** How many of the last events are read when a registry is opened, which must not take longer the longer its log is. */
export const TAIL = 1000;

/**
 * Reads the log once, an event at a time: all of it, or no more than the `last` so many events.
 * @throws DataFolderProblem `chain_broken` that names the first event that does not fit
 */
export async function verifyLog(
  store: Pick<Store, 'read'>,
  last: number = Number.POSITIVE_INFINITY,
): Promise<ChainHead> {
  return store.read(async snapshot => {
    const start = await startOf(snapshot, last);
    let head = start;
    const events = snapshot.selectFrom('events').selectAll().where('seq', '>', start.seq).orderBy('seq');
    for await (const row of events.stream()) {
      const event = readable(row.seq, () => eventOfRow(row));
      const why = readable(row.seq, () => whyNotNext(event, head));
      if (why !== undefined) throw broken(why);
      head = { seq: event.seq, hash: event.hash };
    }
    await verifyVersions(snapshot, start.seq);
    return head;
  });
}

/** What stands before the last so many events is taken as it is. */
async function startOf(snapshot: Snapshot, last: number): Promise<ChainHead> {
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
async function verifyVersions(snapshot: Snapshot, after: number): Promise<void> {
  const published = snapshot
    .selectFrom('events')
    .leftJoin('versions', 'versions.seq', 'events.seq')
    .select([
      'events.seq',
      'events.prompt as prompt',
      'events.version as version',
      'events.data',
      'versions.digest',
    ])
    .select(['versions.prompt as stored_prompt', 'versions.version as stored_version'])
    .where('events.kind', '=', 'version.published')
    .where('events.seq', '>', after)
    .orderBy('events.seq');
  for await (const row of published.stream()) {
    const { digest } = JSON.parse(row.data) as { digest: string };
    if (row.digest !== digest || row.stored_prompt !== row.prompt || row.stored_version !== row.version)
      throw broken(
        `The version ${row.prompt}@${row.version} is not the one that event ${row.seq} published.`,
      );
  }
  const unrecorded = await snapshot
    .selectFrom('versions')
    .select(['prompt', 'version'])
    .where('seq', '>', after)
    .where('seq', 'not in', eb =>
      eb.selectFrom('events').select('seq').where('kind', '=', 'version.published').where('seq', '>', after),
    )
    .limit(1)
    .executeTakeFirst();
  if (unrecorded !== undefined)
    throw broken(`No event published the version ${unrecorded.prompt}@${unrecorded.version}.`);
}

/** What was changed so that it cannot even be read is as broken as what does not fit. */
function readable<T>(seq: number, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw broken(`Event ${seq} cannot be read.`, { cause });
  }
}

export function broken(why: string, options?: ErrorOptions): DataFolderProblem {
  return new DataFolderProblem(
    'chain_broken',
    `The registry's log is broken: ${why} Somebody changed the database by other means than PromptForge. Restore the registry from a backup, and keep what is there to find out what was changed.`,
    options,
  );
}
