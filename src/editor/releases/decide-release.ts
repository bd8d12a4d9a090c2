/** Approve, Reject and Cancel Release: one question and one call for all of it. */
import { draftName } from '../asking/draft-name.ts';
import type { ReviewAction } from '../promotions/groups.ts';
import type { Workbench } from '../workbench.ts';
import { namedRelease } from './named-release.ts';
import { rollBackRelease } from './roll-back-release.ts';
import { sendRelease } from './send-release.ts';
import { afterReleaseReview, approveReleaseQuestion, decideReleaseQuestion } from './words.ts';

export async function decideRelease(
  workbench: Workbench,
  action: ReviewAction,
  title: string,
  argument: unknown,
): Promise<void> {
  const { session, ask } = workbench;
  const release = await namedRelease(argument, workbench, {
    title,
    admits: ({ state }) => state === 'pending' || state === 'planned',
  });
  if (release === undefined) return;
  const { id, environment, state } = release;
  if (state !== 'pending' && state !== 'planned') {
    await ask.tell('info', `Release ${id} has already ended.`);
    return;
  }
  // First, because without the key all questions would be in vain.
  const client = await session.clientFor({ kind: 'decide', environment });
  const draft = draftName(`${action} release ${id}`, session);
  const answer = action === 'approve' ? await ask.confirm(approveReleaseQuestion(release)) : 'alternative';
  if (answer === false) return;
  const comment = answer === true ? '' : await ask.text({ ...decideReleaseQuestion(action, release), draft });
  if (comment === undefined) return;
  const sent = await sendRelease(workbench, release, title, signal =>
    client.decideRelease(action, id, comment.trim(), signal),
  );
  if (sent.kind === 'unknown') return;
  if (sent.kind === 'refused') {
    void ask.tell('warning', sent.message);
    return;
  }
  ask.sent(draft);
  const { results } = sent.answer;
  const isLive = results.some(({ outcome }) => outcome === 'applied');
  if (isLive) workbench.walkthrough.done('promote');
  const severity = results.some(({ outcome }) => outcome === 'refused') ? 'warning' : 'info';
  void sayOutcome(workbench, id, isLive, severity, afterReleaseReview(action, sent.answer));
}

async function sayOutcome(
  workbench: Workbench,
  id: string,
  isLive: boolean,
  severity: 'info' | 'warning',
  message: string,
): Promise<void> {
  const chosen = await workbench.ask.tell(severity, message, ...(isLive ? ['Undo…'] : []));
  if (chosen === undefined) return;
  await rollBackRelease(workbench, id).catch(error => workbench.report(error, 'Rolling back'));
}
