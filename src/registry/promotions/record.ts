/** The only place where promotions change: appends an event, and updates the tables by the rules that anybody can verify. */
import type { NewEvent, OfRelease, RegistryEvent } from '../../core/event.ts';
import {
  type PromotionEvent,
  type PromotionEventKind,
  type PromotionRecord,
  promotionAfter,
} from '../../core/promotion.ts';
import type { Author } from '../access/caller.ts';
import { appendEvent } from '../store/log.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { approvalRows, commentRow, pointerRow, rowOf } from './rows.ts';

type Beginning = 'promotion.requested' | 'promotion.applied';
type About = Pick<PromotionRecord, 'prompt' | 'environment' | 'channel' | 'version'>;
type Step<K extends PromotionEventKind> = {
  [Kind in K]: {
    readonly kind: Kind;
    readonly data: Omit<NewEvent<Kind>['data'], 'promotion'>;
    /** For a comment: its text, of which `data` may have only the digest. */
    readonly text?: string;
  };
}[K];

export interface InRelease {
  /** The release's id; undefined for its first promotion, whose id it becomes. */
  readonly release: number | undefined;
  readonly atomic: boolean;
}

/** Records the first event of a promotion, whose number is its id. */
export async function begin(
  transaction: WriteTransaction,
  now: Store['now'],
  author: Author,
  about: About,
  step: Step<Beginning>,
  inRelease?: InRelease,
): Promise<PromotionRecord> {
  const event = await append(transaction, now, author, about, step, undefined, inRelease);
  const promotion = promotionAfter(undefined, event);
  await transaction.insertInto('promotions').values(rowOf(promotion)).execute();
  await follow(transaction, promotion, event);
  return promotion;
}

/** Records another event of a promotion. */
export async function proceed(
  transaction: WriteTransaction,
  now: Store['now'],
  author: Author,
  before: PromotionRecord,
  step: Step<PromotionEventKind>,
): Promise<PromotionRecord> {
  const event = await append(transaction, now, author, before, step, before.id);
  const promotion = promotionAfter(before, event);
  const { id, ...row } = rowOf(promotion);
  await transaction.updateTable('promotions').set(row).where('id', '=', id).execute();
  await follow(transaction, promotion, event, step.text);
  return promotion;
}

async function append(
  transaction: WriteTransaction,
  now: Store['now'],
  { actor, key }: Author,
  { prompt, environment, channel, version }: About,
  { kind, data }: Step<PromotionEventKind>,
  id?: number,
  inRelease?: InRelease,
): Promise<PromotionEvent> {
  const event = await appendEvent(
    transaction,
    now,
    seq =>
      ({
        ...{ actor, key, kind, prompt, version, environment, channel },
        data: { promotion: String(id ?? seq), ...data, ...(inRelease && releaseData(inRelease, seq)) },
      }) as NewEvent<PromotionEventKind>,
  );
  return event as PromotionEvent;
}

function releaseData({ release, atomic }: InRelease, seq: number): OfRelease {
  return { release: String(release ?? seq), ...(atomic && { atomic }) };
}

/** Applies the changes of an event outside its promotion's row. */
async function follow(
  transaction: WriteTransaction,
  promotion: PromotionRecord,
  event: PromotionEvent,
  text = '',
): Promise<void> {
  switch (event.kind) {
    case 'promotion.applied':
      return movePointer(transaction, promotion, event);
    case 'promotion.approved': {
      const given = approvalRows(promotion).filter(({ seq }) => seq === event.seq);
      await transaction.insertInto('approvals').values(given).execute();
      return;
    }
    case 'promotion.held':
      await transaction.deleteFrom('approvals').where('promotion', '=', promotion.id).execute();
      return;
    case 'promotion.commented':
      await transaction
        .insertInto('comments')
        .values({ ...commentRow(event as RegistryEvent<'promotion.commented'>), text })
        .execute();
  }
}

async function movePointer(
  transaction: WriteTransaction,
  promotion: PromotionRecord,
  { at }: PromotionEvent,
): Promise<void> {
  const { prompt, environment, channel, ...target } = pointerRow({ ...promotion, appliedAt: at });
  await transaction
    .insertInto('pointers')
    .values({ prompt, environment, channel, ...target })
    .onConflict(conflict => conflict.columns(['prompt', 'environment', 'channel']).doUpdateSet(target))
    .execute();
}
