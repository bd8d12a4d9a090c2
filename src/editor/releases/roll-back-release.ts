/** Roll Back Release: all of its prompts return to what was live before, as a separate release. */
import type { ReleaseAnswer } from '../../contract/releases.ts';
import { releaseRollback } from '../../core/release.ts';
import type { VersionNumber } from '../../core/version.ts';
import { draftName } from '../asking/draft-name.ts';
import { validateReason } from '../promotion/words.ts';
import { placeOf } from '../wording/place.ts';
import type { Workbench } from '../workbench.ts';
import { liveIn } from './differences.ts';
import { namedRelease } from './named-release.ts';
import { summariesNow } from './pick-pair.ts';
import { sendRelease } from './send-release.ts';
import { releaseOutcome, rollBackQuestion, stays } from './words.ts';

const MOST_NAMED = 3;

export async function rollBackRelease(workbench: Workbench, argument: unknown): Promise<void> {
  const { ask, session } = workbench;
  const release = await namedRelease(argument, workbench, {
    title: 'Roll Back Release',
    admits: ({ counts }) => (counts.applied ?? 0) > 0,
  });
  if (release === undefined) return;
  const { id, environment, channel } = release;
  const client = await session.clientFor({ kind: 'promote', environment });
  const summaries = new Map((await summariesNow(workbench)).map(summary => [summary.name, summary]));
  const { items, others } = releaseRollback(release.promotions, (prompt): VersionNumber | null => {
    const summary = summaries.get(prompt);
    return summary === undefined ? null : liveIn(summary, environment, channel);
  });
  if (items.length === 0) {
    const why = others.slice(0, MOST_NAMED).map(stays).join(' ');
    await ask.tell('info', `There is nothing to roll back of release ${id} in ${placeOf(release)}. ${why}`);
    return;
  }
  const draft = draftName(`roll back release ${id}`, session);
  const reason = await ask.text({
    title: `Roll Back Release ${id} in ${placeOf(release)}`,
    prompt: 'Enter a reason. It is kept permanently.',
    placeholder: 'What is wrong with the live versions?',
    draft,
    validate: validateReason,
  });
  if (reason === undefined) return;
  const policy = session.environments.find(({ name }) => name === environment)?.policy;
  const approvals = policy?.rollbackNeedsApproval === true ? policy.approvals : 0;
  const words = { reason: reason.trim(), approvals };
  if ((await ask.confirm(rollBackQuestion(release, items, others, words))) !== true) return;
  const request = { environment, channel, reason: words.reason, items: [...items], atomic: true };
  const sent = await sendRelease(workbench, release, `Rolling back ${environment}`, signal =>
    client.promoteRelease(request, signal),
  );
  if (sent.kind === 'refused') void ask.tell('warning', sent.message);
  if (sent.kind !== 'answered') return;
  ask.sent(draft);
  void sayOutcome(workbench, sent.answer, releaseOutcome(sent.answer, release, true));
}

/** The way back is a rollback of the rollback. */
async function sayOutcome(
  workbench: Workbench,
  { release, results }: ReleaseAnswer,
  message: string,
): Promise<void> {
  const isLive = release !== null && results.some(({ outcome }) => outcome === 'applied');
  const chosen = await workbench.ask.tell('info', message, ...(isLive ? ['Undo…'] : []));
  if (chosen === undefined) return;
  await rollBackRelease(workbench, release?.id).catch(error => workbench.report(error, 'Rolling back'));
}
