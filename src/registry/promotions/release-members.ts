/** The promotions of a release, by the log: the events that began them follow one another, from the release's id on. */

import type { PromotionRecord } from '../../core/promotion.ts';
import { MAX_RELEASE_ITEMS } from '../../core/release.ts';
import { authentic, dataOf } from '../store/authentic.ts';
import { broken } from '../store/broken.ts';
import { preparedQuery } from '../store/prepared-query.ts';
import type { Snapshot } from '../store/store.ts';
import { recordsOf } from './rows.ts';

/**
 * In the order in which they were requested; none where there is no such release.
 * @throws DataFolderProblem `chain_broken` when the tables lack one
 */
export async function releaseMembers(snapshot: Snapshot, release: number): Promise<PromotionRecord[]> {
  const ids: number[] = [];
  for (const row of await selectFrom(snapshot, { release, limit: MAX_RELEASE_ITEMS })) {
    const event = authentic(snapshot, row);
    const data = dataOf(event, 'promotion.requested') ?? dataOf(event, 'promotion.applied');
    if (data?.release !== String(release)) break;
    ids.push(event.seq);
  }
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

interface Begun {
  readonly release: number;
  readonly limit: number;
}

const selectFrom = preparedQuery((database, { release, limit }: Begun) =>
  database.selectFrom('events').selectAll().where('seq', '>=', release).orderBy('seq').limit(limit),
);
