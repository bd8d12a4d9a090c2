/**
 * Review, Approve, Reject and Cancel Owners Change: shows the difference, asks, sends the decision, and reports the
 * result.
 */
import * as vscode from 'vscode';
import type { OwnersChangeRecord } from '../../contract/owners.ts';
import { diffExcerpt } from '../../core/diff-excerpt.ts';
import { Problem } from '../../core/problem.ts';
import { draftName } from '../asking/draft-name.ts';
import { logged, mayHaveArrived } from '../problems/explain.ts';
import type { ReviewAction } from '../promotions/groups.ts';
import { permittedOwnersActions } from '../promotions/owners-actions.ts';
import { inProgress } from '../work/in-progress.ts';
import { namedChange } from './named-change.ts';
import type { OwnersParts } from './open.ts';
import { unmatchedLines } from './unmatched.ts';
import { NO_CHANGE } from './uri.ts';
import {
  afterOwnersReview,
  approveOwnersQuestion,
  decideOwnersQuestion,
  ownersRefusal,
  unknownOwnersOutcome,
} from './words.ts';

export async function reviewOwnersChange(parts: OwnersParts, argument: unknown): Promise<void> {
  const { workbench, documents } = parts;
  const change = await namedChange(argument, workbench, {
    title: 'Review Owners Change',
    admits: () => true,
  });
  if (change === undefined) return;
  const { environment, id, requestedBy } = change;
  const client = await workbench.session.clientFor({ kind: 'read' });
  const { current } = await inProgress('Fetching the owners', signal =>
    client.getOwners(environment, signal),
  );
  await vscode.commands.executeCommand(
    'vscode.diff',
    documents.uriOf(environment, current?.id ?? NO_CHANGE),
    documents.uriOf(environment, id),
    `Review owners of ${environment}: now ↔ requested by ${requestedBy}`,
    { preview: true },
  );
}

export async function decideOwners(
  parts: OwnersParts,
  action: ReviewAction,
  title: string,
  argument: unknown,
): Promise<void> {
  const { workbench, documents } = parts;
  const { session, ask, promotions, log } = workbench;
  const change = await namedChange(argument, workbench, {
    title,
    admits: each => permittedOwnersActions(each, session.keys.get(each.environment)).includes(action),
  });
  if (change === undefined) return;
  const { environment, id } = change;
  // First, because without the key all questions would be in vain.
  const client = await session.clientFor({ kind: 'decide-owners', environment });
  // Each registry counts its changes from 1.
  const draft = draftName(`${action} owners ${id}`, session);
  const answer = action === 'approve' ? await ask.confirm(await approval(change)) : 'alternative';
  if (answer === false) return;
  const comment = answer === true ? '' : await ask.text({ ...decideOwnersQuestion(action, change), draft });
  if (comment === undefined) return;
  let decided: OwnersChangeRecord;
  try {
    decided = await inProgress(title, signal =>
      client.decideOwners(action, environment, id, comment.trim(), signal),
    );
  } catch (error) {
    await promotions.load();
    session.note(error);
    if (mayHaveArrived(error)) {
      log.error(logged(error));
      await ask.tell('error', unknownOwnersOutcome(error, environment));
      return;
    }
    const said = Problem.is(error) ? ownersRefusal(error, change) : undefined;
    if (said === undefined) throw error;
    log.warn(`${title}: ${logged(error)}`);
    await ask.tell('warning', said);
    return;
  }
  ask.sent(draft);
  documents.forget(new Set([environment]));
  await promotions.load();
  void ask.tell('info', afterOwnersReview(action, decided));

  async function approval(waiting: OwnersChangeRecord) {
    const { text } = await inProgress('Fetching the owners', signal => client.getOwners(environment, signal));
    const notes = unmatchedLines(workbench, waiting.text);
    return approveOwnersQuestion(waiting, diffExcerpt(text, waiting.text), notes);
  }
}
