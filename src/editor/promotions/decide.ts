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
import { type Deed, deedsFor, groupOf } from './groups.ts';
import { afterDeed } from './labels.ts';
import { namedPromotion, promotionNow } from './named-promotion.ts';
import { approvalQuestion, decisionQuestion, endedAlready, refusal, unknownAfterFailure } from './words.ts';

export async function decide(
  workbench: Workbench,
  deed: Deed,
  title: string,
  argument: unknown,
): Promise<void> {
  const { session, ask } = workbench;
  const named = await namedPromotion(argument, workbench, {
    title,
    admits: each => deedsFor(each, session.keys.get(each.environment)).includes(deed),
  });
  if (named === undefined) return;
  const promotion = await promotionNow(named, workbench);
  if (promotion.release?.atomic === true && groupOf(promotion) !== 'done') {
    // It goes live only with the others, so the question is about all of them.
    await vscode.commands.executeCommand(`promptforge.${deed}Release`, promotion.release.id);
    return;
  }
  if (groupOf(promotion) === 'done') {
    if (groupOf(named) !== 'done') void workbench.prompts.refresh();
    await ask.tell('info', endedAlready(promotion, groupOf(named) !== 'done'));
    return;
  }
  // Before anything is asked: it would be for nothing without the key.
  const client = await session.clientFor({ kind: 'decide', environment: promotion.environment });
  // Each registry counts its promotions from 1.
  const change = await changeOf(workbench, deed, promotion);
  const draft = draftName(`${deed} ${promotion.id}`, session);
  const answer = deed === 'approve' ? await ask.confirm(approvalQuestion(promotion, change)) : 'alternative';
  if (answer === false) return;
  const comment = answer === true ? '' : await ask.text({ ...decisionQuestion(deed, promotion), draft });
  if (comment === undefined) return;
  let decided: Promotion;
  try {
    decided = await inProgress(title, signal => CALLS[deed](client, promotion.id, comment.trim(), signal));
  } catch (error) {
    await workbench.prompts.refresh();
    if (mayHaveArrived(error)) {
      session.note(error);
      workbench.log.error(logged(error));
      await ask.tell('error', unknownAfterFailure(deed, error));
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
  void sayOutcome(workbench, deed, decided, afterDeed(deed, decided) + proof);
}

/** The live version now, and the way back. */
async function sayOutcome(workbench: Workbench, deed: Deed, decided: Promotion, said: string): Promise<void> {
  const { from, state } = decided;
  const isUndoable = deed === 'approve' && state === 'applied' && from !== null;
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
async function changeOf(workbench: Workbench, deed: Deed, { prompt, from, version }: Promotion) {
  if (deed !== 'approve' || from === null) return undefined;
  return (await findChange(workbench, prompt, { version: from }, { version })) ?? null;
}

const CALLS: Readonly<
  Record<
    Deed,
    (client: RegistryClient, id: string, comment: string, signal: AbortSignal) => Promise<Promotion>
  >
> = {
  approve: (client, id, comment, signal) => client.approve(id, comment, signal),
  reject: (client, id, comment, signal) => client.reject(id, comment, signal),
  cancel: (client, id, comment, signal) => client.cancel(id, comment, signal),
};
