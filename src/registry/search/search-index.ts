/**
 * The search index: the changed lines of every version, in the table version_changes. Built from the versions on the
 * first search, so that publishing is not delayed, and extended on later ones. Emptying the table rebuilds it.
 */
import { setImmediate as others, setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import { SEARCH_INDEX_MS } from '../../contract/search.ts';
import { differingParts } from '../../core/changed-lines.ts';
import { Problem } from '../../core/problem.ts';
import type { WorkerTasks } from '../http/work.ts';
import type { ReadSnapshot, Store } from '../store/store.ts';
import type { VersionChangesTable, VersionsTable } from '../store/tables.ts';

export interface SearchIndex {
  /**
   * Resolves when the index includes everything published before.
   * @throws Problem `unavailable` if it takes too long, although indexing continues; the reason of `signal` if it
   * aborts
   */
  complete(signal: AbortSignal): Promise<void>;
}

/** Limits of one read and write; the first one reached applies. Bytes count both sources. */
const AT_ONCE = { versions: 200, bytes: 2 * 1024 * 1024 };
/** Indexing runs without a caller's key. */
const ASKER = { key: 'search index' };

export interface IndexLimits {
  /** In ms. */
  readonly patience: number;
}

export function searchIndex(
  store: Store,
  work: Pick<WorkerTasks, 'changedLines'>,
  closing: AbortSignal,
  { patience }: IndexLimits = { patience: SEARCH_INDEX_MS },
): SearchIndex {
  let underWay: Promise<void> | undefined;

  async function goOn(): Promise<void> {
    for (;;) {
      if (closing.aborted) throw closed();
      const next = await store.read(versionsToAdd);
      if (next.versions.length === 0) return;
      // Sends only differing lines to a worker.
      const pairs = next.versions.map(({ before, after }) => differingParts(before, after));
      const changes = await work.changedLines(pairs, ASKER);
      const rows = next.versions.map(
        ({ seq, prompt, version }, index): VersionChangesTable => ({
          seq,
          prompt,
          version,
          characters: changes[index]?.length ?? 0,
          changes: changes[index] ?? '',
        }),
      );
      await store.write(async transaction => {
        // Another process may have added them.
        if ((await lastAdded(transaction)) !== next.after) return;
        await transaction.insertInto('version_changes').values(rows).execute();
      });
      await others();
    }
  }

  async function goOnOnce(): Promise<void> {
    // A running build may lack what was published since.
    await underWay?.catch(() => {});
    underWay ??= goOn().finally(() => {
      underWay = undefined;
    });
    await underWay;
  }

  return {
    complete: signal => inTime(goOnOnce(), patience, signal),
  };
}

function closed(): Problem {
  return new Problem('unavailable', 'The registry is closing. Nothing was searched; try again soon.');
}

async function inTime(work: Promise<void>, patience: number, signal: AbortSignal): Promise<void> {
  const over = new AbortController();
  const late = sleep(patience, undefined, {
    signal: AbortSignal.any([signal, over.signal]),
    ref: false,
  }).then(() => {
    throw new Problem(
      'unavailable',
      'The registry is still building the search index, which it does once. Nothing was searched; try again soon.',
    );
  });
  // Nobody waits for the later one.
  late.catch(() => {});
  work.catch(() => {});
  try {
    await Promise.race([work, late]);
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    over.abort();
  }
}

interface ToAdd {
  /** The end of the index. */
  readonly after: number;
  readonly versions: readonly (Pick<VersionsTable, 'seq' | 'prompt' | 'version'> & {
    readonly before: string | undefined;
    readonly after: string;
  })[];
}

/** Versions with their previous versions, in log order. */
async function versionsToAdd(snapshot: ReadSnapshot): Promise<ToAdd> {
  const after = await lastAdded(snapshot);
  const sizes = await withPrevious(snapshot, after)
    .select(['versions.seq', 'versions.bytes', 'previous.bytes as bytesBefore'])
    .orderBy('versions.seq')
    .limit(AT_ONCE.versions)
    .execute();
  let bytes = 0;
  let until: number | undefined;
  for (const size of sizes) {
    bytes += size.bytes + (size.bytesBefore ?? 0);
    if (until !== undefined && bytes > AT_ONCE.bytes) break;
    until = size.seq;
  }
  if (until === undefined) return { after, versions: [] };
  const rows = await withPrevious(snapshot, after)
    .select([
      'versions.seq',
      'versions.prompt',
      'versions.version',
      'versions.source as after',
      'previous.source as before',
    ])
    .where('versions.seq', '<=', until)
    .orderBy('versions.seq')
    .execute();
  return { after, versions: rows.map(row => ({ ...row, before: row.before ?? undefined })) };
}

function withPrevious(snapshot: ReadSnapshot, after: number) {
  return snapshot
    .selectFrom('versions')
    .leftJoin('versions as previous', join =>
      join
        .onRef('previous.prompt', '=', 'versions.prompt')
        .on(sql<boolean>`previous.version = versions.version - 1`),
    )
    .where('versions.seq', '>', after);
}

async function lastAdded(snapshot: ReadSnapshot): Promise<number> {
  const row = await snapshot
    .selectFrom('version_changes')
    .select(({ fn }) => fn.max('seq').as('seq'))
    .executeTakeFirst();
  return Number(row?.seq ?? 0);
}
