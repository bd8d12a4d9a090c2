/** Promoting: a pointer of one environment moves, or the request to move it is recorded until others approve. */
import type { Promotion, PromotionRequest } from '../../contract/promotions.ts';
import { STABLE } from '../../core/channel.ts';
import type { Environment } from '../../core/environment.ts';
import type { NewEvent } from '../../core/event.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { roleIncludes } from '../../core/role.ts';
import { versionReference } from '../../core/version.ts';
import { type Caller, checkOwnEnvironment } from '../access/caller.ts';
import { readEnvironment } from '../environments.ts';
import { readPrompt, versionNotFound } from '../prompts/version-rows.ts';
import { appendEvent } from '../store/log.ts';
import type { Store, WriteTransaction } from '../store/store.ts';
import type { PromotionsTable } from '../store/tables.ts';
import { findPointer, wasLive } from './pointers.ts';
import { readPromotion } from './read.ts';

/**
 * @returns the promotion: applied, or pending where the policy asks for approvals. A rollback needs none unless
 * the policy says so.
 * @throws Problem `environment_not_found`, `wrong_environment`, `prompt_not_found`, `version_not_found`,
 * `already_live`, `pointer_moved` with the present version, `not_promoted_from`, `role_too_low`
 */
export async function promote(
  transaction: WriteTransaction,
  now: Store['now'],
  caller: Caller,
  prompt: PromptName,
  request: PromotionRequest,
): Promise<Promotion> {
  const { channel, version, reason, expected } = request;
  const environment = await readEnvironment(transaction, request.environment);
  checkOwnEnvironment(caller, environment.name, `promoting in ${environment.name}`);
  const { name, policy } = environment;
  const row = await readPrompt(transaction, prompt);
  if (version > row.newest) throw versionNotFound(row, version);

  const current = await findPointer(transaction, prompt, name, channel);
  if (current === version)
    throw new Problem(
      'already_live',
      `${channel} of ${name} is at ${versionReference(prompt, version)} already. There is nothing to do.`,
      { current },
    );
  if (current !== expected) throw moved(request, environment, current);
  const rollback = await wasLive(transaction, prompt, version, name, channel);
  // What was live here may be again, whatever the policy has come to ask for since: a rollback must not wait.
  if (
    !rollback &&
    policy.promoteFrom !== null &&
    !(await wasLive(transaction, prompt, version, policy.promoteFrom, STABLE))
  )
    throw new Problem(
      'not_promoted_from',
      `${versionReference(prompt, version)} was never stable in ${policy.promoteFrom}, which ${name} asks for. Promote it there first.`,
    );
  const waits = policy.approvals > 0 && (!rollback || policy.rollbackNeedsApproval);
  if (!waits) checkMayApply(caller, environment);

  const about = { actor: caller.actor, key: caller.key, prompt, version, environment: name, channel };
  const data = (seq: number) => ({ promotion: String(seq), from: current, reason, rollback });
  const event = await appendEvent<'promotion.requested' | 'promotion.applied'>(
    transaction,
    now,
    (seq): NewEvent<'promotion.requested' | 'promotion.applied'> =>
      waits
        ? { ...about, kind: 'promotion.requested', data: data(seq) }
        : { ...about, kind: 'promotion.applied', data: data(seq) },
  );
  const promotion: PromotionsTable = {
    id: event.seq,
    prompt,
    environment: name,
    channel,
    version,
    from_version: current,
    rollback: rollback ? 1 : 0,
    reason,
    state: waits ? 'pending' : 'applied',
    requested_by: caller.actor,
    requested_at: event.at,
    applied_at: waits ? null : event.at,
    applied_seq: waits ? null : event.seq,
    effective_at: null,
    held: null,
    closed: null,
    superseded_by: null,
  };
  await transaction.insertInto('promotions').values(promotion).execute();
  if (!waits) await movePointer(transaction, promotion, event.at, caller.actor);
  return readPromotion(transaction, String(promotion.id));
}

async function movePointer(
  transaction: WriteTransaction,
  { id, prompt, environment, channel, version }: PromotionsTable,
  at: string,
  by: string,
): Promise<void> {
  const target = { version, promoted_at: at, promoted_by: by, promotion: id };
  await transaction
    .insertInto('pointers')
    .values({ prompt, environment, channel, ...target })
    .onConflict(conflict => conflict.columns(['prompt', 'environment', 'channel']).doUpdateSet(target))
    .execute();
}

function checkMayApply(caller: Caller, { name }: Environment): void {
  if (roleIncludes(caller.role, 'approver')) return;
  throw new Problem(
    'role_too_low',
    `This would be live in ${name} at once, which needs a key of ${name} with the role "approver" or higher; yours has "${caller.role}". Ask an approver to promote it.`,
  );
}

function moved(
  { expected, channel }: PromotionRequest,
  { name }: Environment,
  current: number | null,
): Problem {
  const said = (version: number | null) => (version === null ? 'unset' : `at version ${version}`);
  return new Problem(
    'pointer_moved',
    `You expected ${channel} of ${name} to be ${said(expected)}, but it is ${said(current)} now. Look at what changed, and promote again with "expected": ${current}.`,
    { current },
  );
}
