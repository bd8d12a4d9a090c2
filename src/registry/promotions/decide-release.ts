/** Decisions about a waiting release: approve, reject or cancel all of it, in one transaction. */
import type { ReleaseAnswer, ReleaseResult } from '../../contract/releases.ts';
import { Problem } from '../../core/problem.ts';
import { isAtomic, isOpen, type PromotionRecord } from '../../core/promotion.ts';
import { decideApproval, decideCancellation, decideRejection } from '../../core/promotion-decisions.ts';
import { type Caller, checkOwnEnvironment } from '../access/caller.ts';
import { readEnvironment } from '../environments.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { turns } from '../turns.ts';
import { checkAsRecorded } from './as-recorded.ts';
import { readPresent } from './present.ts';
import { readMembers, readRelease } from './read-releases.ts';
import { proceed } from './record.ts';
import { problemIn, refusedResult, refusedWhole } from './release-results.ts';
import { rulesIn, rulesOf } from './rules.ts';

type DecideRelease = (
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  id: string,
  comment: string,
) => Promise<ReleaseAnswer>;

/**
 * Approves each open promotion of a release. An atomic release is only approved and applied if every promotion can be;
 * otherwise each on its own.
 * @throws Problem `release_not_found`, `wrong_environment`, `key_revoked`, and as for a promotion, with
 * `details.refused`, if nothing was approved
 */
export const approveRelease: DecideRelease = async (transaction, now, caller, id, comment) => {
  const members = await ownMembers(transaction, caller, id, 'approving this release');
  const environment = await readEnvironment(transaction, caller.environment);
  const rules = await rulesOf(transaction, environment.policy, members);
  // One time for all of them: if their planned time came in between, only some would be due.
  const moment = now();
  const decide = async (promotion: PromotionRecord) => {
    const present = await readPresent(transaction, () => moment, promotion, environment);
    const { barred, needed, owners } = rulesIn(rules, promotion);
    return decideApproval(promotion, caller, present, barred, needed, owners);
  };
  const { decided, results } = await decideAll(members, decide);
  const turn = turns();
  const approved: PromotionRecord[] = [];
  for (const { promotion } of decided) {
    await turn();
    approved.push(
      await proceed(transaction, now, caller, promotion, { kind: 'promotion.approved', data: { comment } }),
    );
  }
  for (const [index, promotion] of approved.entries()) {
    await turn();
    const { from, reason, rollback, effectiveAt, state } = promotion;
    const outcome = decided[index]?.outcome;
    if (outcome === 'applied')
      await proceed(transaction, now, caller, promotion, {
        kind: 'promotion.applied',
        data: { from, reason, rollback },
      });
    if (outcome === 'planned' && state === 'pending' && effectiveAt !== null)
      await proceed(transaction, now, caller, promotion, {
        kind: 'promotion.planned',
        data: { effectiveAt },
      });
  }
  return answer(transaction, id, results);
};

/** @throws Problem `release_not_found`, `wrong_environment`, `key_revoked`, `promotion_closed` */
export const rejectRelease: DecideRelease = async (transaction, now, caller, id, comment) => {
  const members = await ownMembers(transaction, caller, id, 'rejecting this release');
  const { decided, results } = await decideAll(members, promotion => {
    decideRejection(promotion);
    return 'rejected';
  });
  for (const { promotion } of decided)
    await proceed(transaction, now, caller, promotion, { kind: 'promotion.rejected', data: { comment } });
  return answer(transaction, id, results);
};

/** @throws Problem `release_not_found`, `wrong_environment`, `key_revoked`, `promotion_closed`, `role_too_low` */
export const cancelRelease: DecideRelease = async (transaction, now, caller, id, comment) => {
  const members = await ownMembers(transaction, caller, id, 'canceling this release');
  const { decided, results } = await decideAll(members, promotion => {
    decideCancellation(promotion, caller);
    return 'cancelled';
  });
  for (const { promotion } of decided)
    await proceed(transaction, now, caller, promotion, { kind: 'promotion.cancelled', data: { comment } });
  return answer(transaction, id, results);
};

async function ownMembers(
  transaction: WriteTransaction,
  caller: Caller,
  id: string,
  doing: string,
): Promise<readonly PromotionRecord[]> {
  const members = await readMembers(transaction, id);
  const [{ environment }] = members as [PromotionRecord];
  checkOwnEnvironment(caller, environment, doing);
  const turn = turns();
  for (const member of members) {
    await turn();
    await checkAsRecorded(transaction, member);
  }
  return members;
}

type Outcome = Exclude<ReleaseResult['outcome'], 'already_live' | 'refused'>;

/**
 * Decides each open promotion before anything is written.
 * @throws Problem of the first one that is refused, with all of them in `details.refused`, if none can be decided, or
 * if one of an atomic release is refused
 */
async function decideAll(
  members: readonly PromotionRecord[],
  decide: (promotion: PromotionRecord) => Outcome | Promise<Outcome>,
): Promise<{
  readonly decided: readonly { readonly promotion: PromotionRecord; readonly outcome: Outcome }[];
  readonly results: ReleaseResult[];
}> {
  const decided: { readonly promotion: PromotionRecord; readonly outcome: Outcome }[] = [];
  const results: ReleaseResult[] = [];
  const turn = turns();
  const open = members.filter(isOpen);
  // If the release has ended, the problem names its state.
  for (const promotion of open.length > 0 ? open : members.slice(0, 1)) {
    await turn();
    const outcome = await problemIn(() => decide(promotion));
    if (Problem.is(outcome)) {
      results.push(refusedResult(promotion, outcome, String(promotion.id)));
      continue;
    }
    decided.push({ promotion, outcome });
    const { prompt, version } = promotion;
    results.push({ prompt, version, outcome, promotion: String(promotion.id), code: null, detail: null });
  }
  const failed = results.filter(({ outcome }) => outcome === 'refused');
  if (failed.length > 0 && (decided.length === 0 || members.some(isAtomic))) throw refusedWhole(failed);
  return { decided, results };
}

async function answer(
  transaction: WriteTransaction,
  id: string,
  results: ReleaseResult[],
): Promise<ReleaseAnswer> {
  return { release: await readRelease(transaction, id), results };
}
