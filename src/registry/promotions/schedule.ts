/**
 * Applies scheduled promotions at their time. Any number of processes may do so on one store: the first transaction
 * applies a promotion, and the others find it applied. The time is the clock's, on a server the database's: a log with
 * a shifted time applies nothing early. Promotions that became due while no process ran are applied at the next start.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Problem } from '../../core/problem.ts';
import { isAtomic, type PromotionRecord } from '../../core/promotion.ts';
import { isDue, whyHeld } from '../../core/promotion-decisions.ts';
import { versionReference } from '../../core/version.ts';
import type { Author } from '../access/caller.ts';
import { readEnvironment } from '../environments.ts';
import type { ReadSnapshot, Store, WriteTransaction } from '../store/store.ts';
import type { PromotionsTable } from '../store/tables.ts';
import { turns } from '../turns.ts';
import { checkAsRecorded } from './as-recorded.ts';
import { readPresent } from './present.ts';
import { proceed } from './record.ts';
import { releaseMembers } from './release-members.ts';
import { recordsOf } from './rows.ts';
import { type ReleaseRules, readRules } from './rules.ts';

/**
 * The `key` of events by the schedule. Their actor is the person who requested the promotion, as nobody else decides at
 * that moment.
 */
export const SCHEDULE_KEY = 'schedule';

export interface PromotionSchedule {
  /** Applies what is due now, and resolves when nothing is due. */
  applyDue(): Promise<void>;
  /** Starts applying promotions that become due. */
  start(): void;
  /** Stops, and resolves when current work is done. May be called twice. */
  close(): Promise<void>;
}

export interface ScheduleParts {
  readonly store: Store;
  /** Called when the store fails, once until it responds again. */
  readonly onFault: (error: unknown) => void;
  /** The pause after a failure of the store, in ms, doubled each time; default: 500. */
  readonly pause?: number;
}

/** The longest interval between two checks, in ms: the machine may sleep, and the clock may be set. */
const LONGEST_WAIT = 60_000;
/** Commits within this many ms are checked together. */
const GATHER = 50;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 10_000;

export function promotionSchedule({
  store,
  onFault,
  pause: first = FIRST_PAUSE,
}: ScheduleParts): PromotionSchedule {
  const closing = new AbortController();
  const { signal } = closing;
  let running: Promise<void> | undefined;

  return {
    applyDue,
    start() {
      running ??= run();
    },
    async close() {
      closing.abort();
      await running;
    },
  };

  async function applyDue(): Promise<void> {
    for (let more = true; more && !signal.aborted; )
      more = await store.write(transaction => applyFirstDue(transaction, store.now));
  }

  async function run(): Promise<void> {
    let pause = first;
    while (!signal.aborted) {
      try {
        const revision = store.revision();
        const wait = await store.read(snapshot => untilNext(snapshot, store.now));
        if (wait <= 0) await applyDue();
        else await store.changed(revision, Math.min(wait, LONGEST_WAIT), signal);
        pause = first;
        if (store.revision() !== revision) await asleep(GATHER);
      } catch (error) {
        if (signal.aborted) return;
        if (pause === first) onFault(error);
        await asleep(pause);
        pause = Math.min(pause * 2, LONGEST_PAUSE);
      }
    }
  }

  /** Resolves early, without an error, when the schedule closes. */
  async function asleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal }).catch(() => {});
  }
}

/** In ms; 0 or less if a promotion is due; Infinity if none is planned. */
async function untilNext(snapshot: ReadSnapshot, now: Store['now']): Promise<number> {
  const next = await firstPlanned(snapshot);
  if (next === undefined) return Number.POSITIVE_INFINITY;
  if (isDue({ effectiveAt: next.effective_at }, now().toISOString())) return 0;
  return Math.max(1, Date.parse(next.effective_at ?? '') - now().getTime());
}

/**
 * With a promotion of a release, applies all of its planned promotions; an atomic release is applied as a whole or not
 * at all.
 * @returns true if one was due
 */
async function applyFirstDue(transaction: WriteTransaction, now: Store['now']): Promise<boolean> {
  const row = await firstPlanned(transaction);
  if (row === undefined) return false;
  if (!isDue({ effectiveAt: row.effective_at }, now().toISOString())) return false;
  const [first] = (await recordsOf(transaction, [row])) as [PromotionRecord];
  const { release } = first;
  const members = release === null ? [first] : await releaseMembers(transaction, release.id);
  const due = members.filter(({ state }) => state === 'planned');
  const { name, policy } = await readEnvironment(transaction, first.environment);
  const rules: ReleaseRules = new Map();
  const whys: (Problem | undefined)[] = [];
  const turn = turns();
  for (const promotion of due) {
    await turn();
    await checkAsRecorded(transaction, promotion);
    const present = await readPresent(transaction, now, promotion, { name, policy });
    const { barred, owners } = await readRules(transaction, policy, promotion, rules);
    whys.push(whyHeld(promotion, present, barred, owners));
  }
  const whole = isAtomic(first) ? firstWhy(due, whys) : undefined;
  for (const [index, promotion] of due.entries()) {
    await turn();
    await applyOrHold(transaction, now, promotion, whys[index] ?? whole);
  }
  return true;
}

/** The first reason why promotions of a release cannot be applied; undefined if all can. */
function firstWhy(
  due: readonly PromotionRecord[],
  whys: readonly (Problem | undefined)[],
): Problem | undefined {
  const index = whys.findIndex(why => why !== undefined);
  const [why, of] = [whys[index], due[index]];
  if (why === undefined || of === undefined) return undefined;
  return new Problem(
    why.code,
    `The release goes live as a whole, and ${versionReference(of.prompt, of.version)} of it cannot: ${why.message}`,
  );
}

async function applyOrHold(
  transaction: WriteTransaction,
  now: Store['now'],
  promotion: PromotionRecord,
  why: Problem | undefined,
): Promise<void> {
  const { requestedBy, from, reason, rollback } = promotion;
  const author: Author = { actor: requestedBy, key: SCHEDULE_KEY };
  await proceed(
    transaction,
    now,
    author,
    promotion,
    why === undefined
      ? { kind: 'promotion.applied', data: { from, reason, rollback } }
      : { kind: 'promotion.held', data: { code: why.code, detail: why.message } },
  );
}

function firstPlanned(snapshot: ReadSnapshot): Promise<PromotionsTable | undefined> {
  return snapshot
    .selectFrom('promotions')
    .selectAll()
    .where('state', '=', 'planned')
    .orderBy('effective_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst();
}
