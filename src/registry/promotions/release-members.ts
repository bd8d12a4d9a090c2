/**
 * Reads the promotions of a release from the log: the events that began them are consecutive, starting at the release's
 * id.
 */
import type { PromotionRecord } from '../../core/promotion.ts';
import { MAX_RELEASE_ITEMS } from '../../core/release.ts';
import { authentic, dataOf } from '../store/authentic.ts';
import { broken } from '../store/broken.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { ReadSnapshot } from '../store/store.ts';
import { turns } from '../turns.ts';
import { recordsOf } from './rows.ts';

/**
 * In the order of their requests; empty if there is no such release.
 * @throws DataFolderProblem `chain_broken` if the tables lack one
 */
export async function releaseMembers(snapshot: ReadSnapshot, release: number): Promise<PromotionRecord[]> {
  const ids = await begunBy(snapshot, release);
  if (ids.length === 0) return [];
  const rows = await snapshot
    .selectFrom('promotions')
    .selectAll()
    .where('id', 'in', ids)
    .orderBy('id')
    .execute();
  if (rows.length !== ids.length) throw broken(`The table promotions lacks some of release ${release}.`);
  return recordsOf(snapshot, rows);
}

/** The seqs of the events that began its promotions. */
async function begunBy(snapshot: ReadSnapshot, release: number): Promise<number[]> {
  const turn = turns();
  const ids: number[] = [];
  // Most releases are small, and the events after them may be large.
  for (let limit = FIRST; ids.length < MAX_RELEASE_ITEMS; limit *= 4) {
    const from = release + ids.length;
    const rows = await selectFrom(snapshot, { from, limit: Math.min(limit, MAX_RELEASE_ITEMS - ids.length) });
    for (const row of rows) {
      await turn();
      const event = authentic(snapshot, row);
      const data = dataOf(event, 'promotion.requested') ?? dataOf(event, 'promotion.applied');
      if (data?.release !== String(release)) return ids;
      ids.push(event.seq);
    }
    if (rows.length < limit) return ids;
  }
  return ids;
}

/** The number of events in the first read. */
const FIRST = 4;

const selectFrom = preparedQuery(
  (database, { from, limit }: { readonly from: number; readonly limit: number }) =>
    database.selectFrom('events').selectAll().where('seq', '>=', from).orderBy('seq').limit(limit),
);
