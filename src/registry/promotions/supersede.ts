/** A newer request for a pointer replaces the open ones, so that nobody approves an outdated request. */
import { isAtomic, isOpen, type PromotionRecord } from '../../core/promotion.ts';
import type { Caller } from '../access/caller.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { proceed } from './record.ts';
import { releaseMembers } from './release-members.ts';
import { recordsOf } from './rows.ts';

/** With one promotion of a release that is applied as a whole, all of them are superseded. */
export async function supersedeOlder(
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  { id, prompt, environment, channel }: PromotionRecord,
): Promise<void> {
  const rows = await transaction
    .selectFrom('promotions')
    .selectAll()
    .where('state', 'in', ['pending', 'planned'])
    .where('prompt', '=', prompt)
    .where('environment', '=', environment)
    .where('channel', '=', channel)
    .where('id', '<', id)
    .orderBy('id')
    .execute();
  const done = new Set<number>();
  for (const older of await recordsOf(transaction, rows)) {
    const { release } = older;
    const all = release !== null && isAtomic(older) ? await releaseMembers(transaction, release.id) : [older];
    for (const each of all) {
      if (!isOpen(each) || done.has(each.id)) continue;
      done.add(each.id);
      await proceed(transaction, now, caller, each, {
        kind: 'promotion.superseded',
        data: { by: String(id) },
      });
    }
  }
}
