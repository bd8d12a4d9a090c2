/** Approve, Reject and Cancel Release: one question and one call for all of it. */

import { draftName } from '../asking/draft-name.ts';
import type { Deed } from '../promotions/groups.ts';
import type { Workbench } from '../workbench.ts';
import { namedRelease } from './named-release.ts';
import { rollBackRelease } from './roll-back-release.ts';
import { sendRelease } from './send-release.ts';
import { afterReleaseDeed, approveReleaseQuestion, decideReleaseQuestion } from './words.ts';

export async function decideRelease(
  workbench: Workbench,
  deed: Deed,
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
  // Before anything is asked: it would be for nothing without the key.
  const client = await session.clientFor({ kind: 'decide', environment });
  const draft = draftName(`${deed} release ${id}`, session);
  const answer = deed === 'approve' ? await ask.confirm(approveReleaseQuestion(release)) : 'alternative';
  if (answer === false) return;
  const comment = answer === true ? '' : await ask.text({ ...decideReleaseQuestion(deed, release), draft });
  if (comment === undefined) return;
  const sent = await sendRelease(workbench, release, title, signal =>
    client.decideRelease(deed, id, comment.trim(), signal),
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
  void sayOutcome(workbench, id, isLive, severity, afterReleaseDeed(deed, sent.answer));
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
