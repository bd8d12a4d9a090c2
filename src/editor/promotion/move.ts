/**
 * Moves a pointer: shows the difference, asks for a reason and confirmation, promotes, reports the result, and offers
 * undo.
 */
import * as vscode from 'vscode';
import type { RegistryClient } from '../../client/registry-client.ts';
import type { Promotion } from '../../contract/promotions.ts';
import { Problem } from '../../core/problem.ts';
import { isOpen } from '../../core/promotion.ts';
import type { VersionNumber } from '../../core/version.ts';
import type { Dialogs } from '../asking/ask.ts';
import { askMoment } from '../asking/ask-moment.ts';
import { draftName } from '../asking/draft-name.ts';
import { showComparison } from '../compare/compare.ts';
import type { Session } from '../connection/session.ts';
import { logged, mayHaveArrived, messageOf } from '../problems/explain.ts';
import { versionUri } from '../versions/open-version.ts';
import { ownTimeZone } from '../wording/moment.ts';
import { placeOf } from '../wording/place.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { isAt, setTargets, targetsOf } from './choices.ts';
import { freshSummary } from './fresh-summary.ts';
import { channelDraft } from './pick-target.ts';
import { proofOf } from './proof.ts';
import { openAt } from './replaced.ts';
import {
  afterFailure,
  confirmation,
  type IntendedPromotion,
  offeredReason,
  outcome,
  unknownAfterFailure,
  validatePlannedTime,
  validateReason,
} from './words.ts';

/** Shows the difference, asks for a reason and confirmation, promotes, and reports the result. */
export async function move(workbench: Workbench, wanted: IntendedPromotion): Promise<void> {
  const { session, ask } = workbench;
  const { prompt, version, target, kind } = wanted;
  // First, because without the key all questions would be in vain.
  const client = await session.clientFor({ kind: 'promote', environment: target.environment });
  const change = await showDifference(workbench, wanted);
  const draft = draftOf(wanted, session);
  let reason = kind === 'promote' ? await askReason(ask, wanted, draft) : offeredReason(wanted);
  if (reason === undefined) return;
  const open = openAt(workbench.promotions.promotions, prompt, target);
  const asked = { ...wanted, change, open, ...approvalsFor(workbench, wanted) };
  let answer = await ask.confirm(confirmation(asked, reason.trim(), Date.now()));
  while (answer === 'alternative' && kind === 'roll-back') {
    reason = await askReason(ask, wanted, draft, reason);
    if (reason === undefined) return;
    answer = await ask.confirm(confirmation(asked, reason.trim(), Date.now()));
  }
  if (answer === false) return;
  let effectiveAt: string | undefined;
  if (answer === 'alternative') {
    effectiveAt = await askWhen(workbench, wanted, draft);
    if (effectiveAt === undefined) return;
    if ((await ask.confirm(confirmation(asked, reason.trim(), Date.now(), effectiveAt))) !== true) return;
  }
  const doing =
    kind === 'promote' ? `Promoting to ${target.environment}` : `Rolling back ${target.environment}`;
  let promotion: Promotion;
  try {
    promotion = await inProgress(doing, signal =>
      client.promote(
        prompt,
        {
          environment: target.environment,
          channel: target.channel,
          version: version as VersionNumber,
          reason: reason.trim(),
          expected: target.live?.version ?? null,
          effectiveAt: effectiveAt ?? null,
        },
        signal,
      ),
    );
  } catch (error) {
    workbench.session.note(error);
    if (!Problem.is(error, 'pointer_moved') && !mayHaveArrived(error)) throw error;
    await sayWhatIsTrue(workbench, client, wanted, draft, error);
    return;
  }
  sent(workbench, wanted, draft);
  workbench.walkthrough.done('promote');
  const [proof] = await Promise.all([proofOf(client, promotion), workbench.prompts.refresh()]);
  void sayOutcome(workbench, promotion, outcome(promotion, kind) + proof);
}

/** @param offered a prefilled text to replace. Returns undefined if the person cancels */
function askReason(
  ask: Dialogs,
  { prompt, version, target, kind }: IntendedPromotion,
  draft: string,
  offered?: string,
): Promise<string | undefined> {
  return ask.text({
    title:
      kind === 'promote'
        ? `Promote ${prompt}@${version} to ${placeOf(target)}`
        : `Roll Back ${prompt} to @${version} in ${placeOf(target)}`,
    prompt: 'Enter a reason. It is kept permanently.',
    placeholder: kind === 'promote' ? 'Reason' : 'What is wrong with the live version?',
    draft,
    validate: validateReason,
    ...(offered !== undefined && { value: offered }),
  });
}

/** The name of the draft of the reason. */
function draftOf({ kind, prompt, version, target }: IntendedPromotion, session: Session): string {
  return draftName(`${kind} ${prompt}@${version} ${target.environment} ${target.channel}`, session);
}

/** The name of the draft for the scheduled time. @param draft that of the reason */
function timeDraftOf(draft: string): string {
  return `plan ${draft}`;
}

function sent({ ask, session }: Workbench, { target }: IntendedPromotion, draft: string): void {
  ask.sent(draft);
  ask.sent(timeDraftOf(draft));
  ask.sent(channelDraft(target.environment, session));
}

/** The required approvals, as far as they are known here; the registry decides. */
function approvalsFor(
  { session }: Workbench,
  { target, kind }: IntendedPromotion,
): Pick<IntendedPromotion, 'approvals' | 'authorsMayApprove'> {
  const policy = session.environments.find(({ name }) => name === target.environment)?.policy;
  if (policy === undefined || (kind === 'roll-back' && !policy.rollbackNeedsApproval)) return {};
  return { approvals: policy.approvals, authorsMayApprove: policy.authorsMayApprove };
}

/** RFC 3339 UTC; a quarter of an hour from now is proposed. */
function askWhen(
  { ask }: Workbench,
  { prompt, version, target }: IntendedPromotion,
  draft: string,
): Promise<string | undefined> {
  const question = {
    title: `Plan ${prompt}@${version} for ${placeOf(target)}`,
    prompt: 'When does it go live',
    value: Date.now() + 15 * 60_000,
    draft: timeDraftOf(draft),
    refuses: (at: number) => validatePlannedTime(at, Date.now()),
  };
  return askMoment(ask, question, ownTimeZone());
}

/** Returns the difference; undefined if nothing is live yet, null if it could not be determined. */
async function showDifference(
  workbench: Workbench,
  { prompt, version, target: { live } }: IntendedPromotion,
): Promise<IntendedPromotion['change']> {
  const candidate = version as VersionNumber;
  if (live !== undefined)
    return (
      (await showComparison(workbench, prompt, { version: live.version }, { version: candidate })) ?? null
    );
  const uri = versionUri(workbench.session.registry, { prompt, version: candidate });
  await vscode.window.showTextDocument(uri, { preview: true });
  return undefined;
}

async function sayOutcome(workbench: Workbench, promotion: Promotion, said: string): Promise<void> {
  const { ask } = workbench;
  const { prompt, version, from, state } = promotion;
  const undoable = state === 'applied' && from !== null;
  const cancel = 'Cancel Request…';
  const compare = `Compare with @${from}`;
  const chosen = await ask.tell(
    ['applied', 'pending', 'planned'].includes(state) ? 'info' : 'warning',
    said,
    ...(from === null ? [] : [compare]),
    ...(undoable ? ['Undo…'] : []),
    ...(isOpen(promotion) ? [cancel] : []),
  );
  if (chosen === cancel) await vscode.commands.executeCommand('promptforge.cancelPromotion', promotion.id);
  if (from === null) return;
  if (chosen === compare) await showComparison(workbench, prompt, { version: from }, { version });
  if (chosen === 'Undo…') await undo(workbench, promotion, from);
}

/** A rollback to the previous version, if it is still the previous one. */
export async function undo(workbench: Workbench, promotion: Promotion, from: VersionNumber): Promise<void> {
  const { prompt, environment, channel } = promotion;
  try {
    const summary = await freshSummary(workbench, prompt);
    const target = setTargets(summary, workbench.session.environments).find(each =>
      isAt(each, { environment, channel }),
    );
    if (target?.live?.version !== promotion.version) {
      const live = target?.live === undefined ? 'nothing' : `@${target.live.version}`;
      await workbench.ask.tell(
        'warning',
        `Nothing was undone: ${live} is now live in ${placeOf(promotion)}.`,
      );
      return;
    }
    await move(workbench, { prompt, version: from, target, kind: 'roll-back' });
  } catch (error) {
    void workbench.report(error, 'Undoing', () => undo(workbench, promotion, from));
  }
}

/** After a failure, reads the pointer before the result is reported. */
async function sayWhatIsTrue(
  workbench: Workbench,
  client: RegistryClient,
  wanted: IntendedPromotion,
  draft: string,
  error: unknown,
): Promise<void> {
  const { ask, session, prompts, log } = workbench;
  const failed = messageOf(error);
  log.error(logged(error));
  session.note(error);
  let current: VersionNumber | null;
  try {
    const summary = await client.getPrompt(wanted.prompt);
    current = summary.pointers.find(pointer => isAt(wanted.target, pointer))?.version ?? null;
  } catch {
    // Only the first failure is reported; this one says the same.
    const chosen = await ask.tell('error', `${failed} ${unknownAfterFailure(wanted)}`, 'Refresh', 'Show Log');
    if (chosen === 'Refresh') await vscode.commands.executeCommand('promptforge.refresh');
    if (chosen === 'Show Log') await vscode.commands.executeCommand('promptforge.showLog');
    return;
  }
  await prompts.refresh();
  const done = current === wanted.version;
  if (done) sent(workbench, wanted, draft);
  const compare = `Compare with @${current}`;
  const buttons = [...(current === null || done ? [] : [compare]), ...(done ? [] : ['Try Again'])];
  const chosen = await ask.tell(
    done ? 'info' : 'warning',
    `${failed} ${afterFailure(wanted, current)}`,
    ...buttons,
  );
  if (chosen === compare && current !== null)
    await showComparison(
      workbench,
      wanted.prompt,
      { version: current },
      { version: wanted.version as VersionNumber },
    );
  if (chosen === 'Try Again') await again(workbench, wanted);
}

/** The same move, starting from the version that is now live. */
async function again(
  workbench: Workbench,
  { prompt, version, target, kind }: IntendedPromotion,
): Promise<void> {
  const summary = await freshSummary(workbench, prompt);
  const now = targetsOf(summary, workbench.session.environments).find(each => isAt(each, target));
  if (now !== undefined) await move(workbench, { prompt, version, target: now, kind });
}
