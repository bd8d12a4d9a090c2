/**
 * A release: versions of several prompts, promoted to one channel of one environment under one id. Each is a promotion
 * like any other. A request decides everything in one transaction, so a crash never leaves half of it.
 */
import type { ReleaseAnswer, ReleaseRequest, ReleaseResult } from '../../contract/releases.ts';
import type { Environment } from '../../core/environment.ts';
import { Problem } from '../../core/problem.ts';
import type { PromotionRecord } from '../../core/promotion.ts';
import { checkTime, decideRequest } from '../../core/promotion-decisions.ts';
import { type Caller, checkOwnEnvironment } from '../access/caller.ts';
import { readEnvironment } from '../environments.ts';
import { checkOpenPromotionQuota } from '../quotas.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import { turns } from '../turns.ts';
import { type AskedMove, readAsked } from './promote.ts';
import { readRelease } from './read-releases.ts';
import { begin, proceed } from './record.ts';
import { problemIn, refusedResult, refusedWhole } from './release-results.ts';
import { readNeeded } from './rules.ts';
import { supersedeOlder } from './supersede.ts';

type Item = ReleaseRequest['items'][number];
type Outcome = ReturnType<typeof decideRequest>;
interface Move extends AskedMove {
  readonly item: Item;
  /** The approvals of this promotion on its own. */
  readonly needed: number;
}
type Decided = Move & { readonly outcome: Outcome };

/**
 * Requests a release. Versions that are already live count as done. Without `atomic`, refused items do not stop the
 * others.
 * @returns the result of each item, in order, and the release; null if no item was left to promote
 * @throws Problem `environment_not_found`, `wrong_environment`, `key_revoked`, `invalid_request`; with `atomic` the
 * problem of the first refused item, with all of them in `details.refused`
 */
export async function promoteRelease(
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  request: ReleaseRequest,
): Promise<ReleaseAnswer> {
  const { items, atomic, reason } = request;
  const environment = await readEnvironment(transaction, request.environment);
  checkOwnEnvironment(caller, environment.name, `promoting in ${environment.name}`);
  const effectiveAt = request.effectiveAt == null ? null : new Date(request.effectiveAt).toISOString();
  // One time for all of them, so that their planned time has passed for all or for none.
  const moment = now();
  if (effectiveAt !== null) checkTime(effectiveAt, moment.toISOString());

  const results = new Map<Item, ReleaseResult>();
  const moves: Move[] = [];
  const turn = turns();
  for (const item of items) {
    await turn();
    const { prompt, version, from } = item;
    const one = { ...request, version, expected: from };
    const read = await problemIn(() => readAsked(transaction, () => moment, environment, prompt, one));
    if (Problem.is(read)) results.set(item, refusedResult(item, read));
    else if (read.present.current === version) results.set(item, doneResult(item, 'already_live', null));
    else {
      const move = { ...read.asked, environment: environment.name, from: read.present.current };
      moves.push({ ...read, item, needed: await readNeeded(transaction, environment.policy, move) });
    }
  }
  const { decided, refused } = decideAll(moves, caller, atomic);
  for (const result of refused) results.set(result.item, refusedResult(result.item, result.problem));
  const failed = items.map(item => results.get(item)).filter(result => result?.outcome === 'refused');
  if (atomic && failed.length > 0) throw refusedWhole(failed as ReleaseResult[]);

  const begun = await beginAll(transaction, now, caller, environment, { atomic, reason, decided });
  for (const [index, { item, outcome }] of decided.entries())
    results.set(item, doneResult(item, outcome, begun[index] as PromotionRecord));
  const [first] = begun;
  return {
    release: first === undefined ? null : await readRelease(transaction, String(first.id)),
    results: items.map(item => results.get(item) as ReleaseResult),
  };
}

/** A release that is applied as a whole needs as many approvals as the promotion in it that needs most. */
function decideAll(
  moves: readonly Move[],
  caller: Caller,
  atomic: boolean,
): { decided: Decided[]; refused: { readonly item: Item; readonly problem: Problem }[] } {
  const most = Math.max(0, ...moves.map(({ needed }) => needed));
  const decided: Decided[] = [];
  const refused: { readonly item: Item; readonly problem: Problem }[] = [];
  for (const move of moves) {
    const { asked, present, item, needed } = move;
    try {
      decided.push({
        ...move,
        outcome: decideRequest(asked, caller, present, atomic ? most : needed),
      });
    } catch (problem) {
      if (!Problem.is(problem)) throw problem;
      refused.push({ item, problem });
    }
  }
  return { decided, refused };
}

interface ToBegin {
  readonly atomic: boolean;
  readonly reason: string;
  readonly decided: readonly Decided[];
}

/**
 * The events that begin the promotions are consecutive: this is how the log shows which promotions belong to a release.
 * @throws Problem `invalid_request` if too many promotions would be pending
 */
async function beginAll(
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  { name }: Environment,
  { atomic, reason, decided }: ToBegin,
): Promise<PromotionRecord[]> {
  const waiting = decided.filter(({ outcome }) => outcome !== 'applied').length;
  if (waiting > 0) await checkOpenPromotionQuota(transaction, name, waiting);
  const turn = turns();
  const begun: PromotionRecord[] = [];
  for (const { asked, present, outcome } of decided) {
    await turn();
    const { rollback, effectiveAt } = asked;
    const data = { from: present.current, reason, rollback };
    const of = { release: begun[0]?.id, atomic };
    const about = { ...asked, environment: name };
    begun.push(
      outcome === 'applied'
        ? await begin(transaction, now, caller, about, { kind: 'promotion.applied', data }, of)
        : await begin(
            transaction,
            now,
            caller,
            about,
            { kind: 'promotion.requested', data: { ...data, ...(effectiveAt !== null && { effectiveAt }) } },
            of,
          ),
    );
  }
  for (const [index, promotion] of begun.entries()) {
    const { outcome, asked } = decided[index] as Decided;
    await turn();
    if (outcome !== 'applied' && !asked.rollback) await supersedeOlder(transaction, now, caller, promotion);
  }
  for (const [index, promotion] of begun.entries()) {
    const { outcome, asked } = decided[index] as Decided;
    if (outcome !== 'planned' || asked.effectiveAt === null) continue;
    const data = { effectiveAt: asked.effectiveAt };
    await proceed(transaction, now, caller, promotion, { kind: 'promotion.planned', data });
  }
  return begun;
}

function doneResult(
  { prompt, version }: Item,
  outcome: Outcome | 'already_live',
  promotion: PromotionRecord | null,
): ReleaseResult {
  return {
    prompt,
    version,
    outcome,
    promotion: promotion && String(promotion.id),
    code: null,
    detail: null,
  };
}
