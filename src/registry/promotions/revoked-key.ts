/** Voids the approvals of waiting promotions when their key is revoked. */
import type { Author } from '../access/caller.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { proceed } from './record.ts';
import { recordsOf } from './rows.ts';

/**
 * Holds every pending promotion that was approved with the key, or planned with it if no approval was required:
 * somebody other than its actor may have used it. Requests stay valid, because others must approve them.
 */
export async function holdWhatKeyApproved(
  transaction: WriteTransaction,
  now: Store['now'],
  author: Author,
  key: string,
): Promise<void> {
  const rows = await transaction
    .selectFrom('promotions')
    .selectAll('promotions')
    .where('promotions.state', 'in', ['pending', 'planned'])
    .where(where => {
      const approvals = where
        .selectFrom('approvals')
        .innerJoin('events', 'events.seq', 'approvals.seq')
        .select('approvals.seq')
        .whereRef('approvals.promotion', '=', 'promotions.id');
      const requests = where
        .selectFrom('events')
        .select('events.seq')
        .whereRef('events.seq', '=', 'promotions.id')
        .where('events.key', '=', key);
      return where.or([
        where.exists(approvals.where('events.key', '=', key)),
        where.and([
          where('promotions.state', '=', 'planned'),
          where.exists(requests),
          where.not(where.exists(approvals)),
        ]),
      ]);
    })
    .orderBy('promotions.id')
    .execute();
  const detail =
    'The key with which it was approved was revoked. Its approvals are void; approve it again if you still need it.';
  for (const promotion of await recordsOf(transaction, rows))
    await proceed(transaction, now, author, promotion, {
      kind: 'promotion.held',
      data: { code: 'key_revoked', detail },
    });
}
