/** Approve, Reject and Cancel Promotion: the question, the call, and what is true after it. */
import * as vscode from 'vscode';
import type { RegistryClient } from '../../client/registry-client.ts';
import type { Promotion } from '../../contract/promotions.ts';
import { Problem } from '../../core/problem.ts';
import { draftName } from '../asking/draft-name.ts';
import { showComparison } from '../compare/compare.ts';
import { findChange } from '../compare/show-change.ts';
import { logged, mayHaveArrived } from '../problems/explain.ts';
import { proofOf } from '../promotion/proof.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { groupOf, permittedActions, type ReviewAction } from './groups.ts';
import { afterReview } from './labels.ts';
import { namedPromotion, promotionNow } from './named-promotion.ts';
import { approvalQuestion, decisionQuestion, endedAlready, refusal, unknownAfterFailure } from './words.ts';

export async function decide(
  workbench: Workbench,
  action: ReviewAction,
  title: string,
  argument: unknown,
): Promise<void> {
  const { session, ask } = workbench;
  const named = await namedPromotion(argument, workbench, {
    title,
    admits: each => permittedActions(each, session.keys.get(each.environment)).includes(action),
  });
  if (named === undefined) return;
  const promotion = await promotionNow(named, workbench);
  if (promotion.release?.atomic === true && groupOf(promotion) !== 'done') {
    // It only goes live with the others, so the question is about all of them.
    await vscode.commands.executeCommand(`promptforge.${action}Release`, promotion.release.id);
    return;
  }
  if (groupOf(promotion) === 'done') {
    if (groupOf(named) !== 'done') void workbench.prompts.refresh();
    await ask.tell('info', endedAlready(promotion, groupOf(named) !== 'done'));
    return;
  }
  // First, because without the key all questions would be in vain.
  const client = await session.clientFor({ kind: 'decide', environment: promotion.environment });
  // Each registry counts its promotions from 1.
  const change = await changeOf(workbench, action, promotion);
  const draft = draftName(`${action} ${promotion.id}`, session);
  const answer =
    action === 'approve' ? await ask.confirm(approvalQuestion(promotion, change)) : 'alternative';
  if (answer === false) return;
  const comment = answer === true ? '' : await ask.text({ ...decisionQuestion(action, promotion), draft });
  if (comment === undefined) return;
  let decided: Promotion;
  try {
    decided = await inProgress(title, signal => CALLS[action](client, promotion.id, comment.trim(), signal));
  } catch (error) {
    await workbench.prompts.refresh();
    if (mayHaveArrived(error)) {
      session.note(error);
      workbench.log.error(logged(error));
      await ask.tell('error', unknownAfterFailure(action, error));
      return;
    }
    if (!Problem.is(error)) throw error;
    const said = refusal(error, promotion);
    if (said === undefined) throw error;
    workbench.log.warn(`${title}: ${logged(error)}`);
    const chosen = await ask.tell('warning', said.message, ...(said.review ? ['Review Promotion'] : []));
    if (chosen !== undefined)
      await vscode.commands.executeCommand('promptforge.reviewPromotion', promotion.id);
    return;
  }
  ask.sent(draft);
  if (decided.state === 'applied') workbench.walkthrough.done('promote');
  const [proof] = await Promise.all([proofOf(client, decided), workbench.prompts.refresh()]);
  void sayOutcome(workbench, action, decided, afterReview(action, decided) + proof);
}

/** The live version now, and the way back. */
async function sayOutcome(
  workbench: Workbench,
  action: ReviewAction,
  decided: Promotion,
  said: string,
): Promise<void> {
  const { from, state } = decided;
  const isUndoable = action === 'approve' && state === 'applied' && from !== null;
  const chosen = await workbench.ask.tell(
    'info',
    said,
    ...(isUndoable ? [`Compare with @${from}`, 'Undo…'] : []),
  );
  if (from === null || chosen === undefined) return;
  if (chosen === 'Undo…') {
    const { undo } = await import('../promotion/move.ts');
    await undo(workbench, decided, from);
  } else await showComparison(workbench, decided.prompt, { version: from }, { version: decided.version });
}

/** The change of the live version by an approval; undefined if there is none, null if unknown. */
async function changeOf(workbench: Workbench, action: ReviewAction, { prompt, from, version }: Promotion) {
  if (action !== 'approve' || from === null) return undefined;
  return (await findChange(workbench, prompt, { version: from }, { version })) ?? null;
}

const CALLS: Readonly<
  Record<
    ReviewAction,
    (client: RegistryClient, id: string, comment: string, signal: AbortSignal) => Promise<Promotion>
  >
> = {
  approve: (client, id, comment, signal) => client.approve(id, comment, signal),
  reject: (client, id, comment, signal) => client.reject(id, comment, signal),
  cancel: (client, id, comment, signal) => client.cancel(id, comment, signal),
};
