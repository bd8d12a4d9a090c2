/** Promote Release: promotes the differences between two environments, or a selection, under one id. */
import * as vscode from 'vscode';
import type { Release } from '../../contract/releases.ts';
import { isOpen } from '../../core/promotion.ts';
import { MAX_RELEASE_ITEMS } from '../../core/release.ts';
import { draftName } from '../asking/draft-name.ts';
import { noteOn } from '../promotion/note-on.ts';
import { openAt, replacedNote } from '../promotion/replaced.ts';
import { validateReason } from '../promotion/words.ts';
import { moveWords } from '../promotions/release-labels.ts';
import type { Workbench } from '../workbench.ts';
import { differencesOf, type Pair, type Promotable, promotableOf } from './differences.ts';
import { pairTitle, pickPair, summariesNow } from './pick-pair.ts';
import { rollBackRelease } from './roll-back-release.ts';
import { sendRelease } from './send-release.ts';
import { releaseOutcome, releaseQuestion } from './words.ts';

const CANCEL = 'Cancel Request…';

/** @param inFront the active comparison */
export async function promoteRelease(
  workbench: Workbench,
  argument: unknown,
  inFront: Pair | undefined,
): Promise<void> {
  const { ask } = workbench;
  const summaries = await summariesNow(workbench);
  const pair =
    argument === undefined && inFront !== undefined
      ? inFront
      : await pickPair(workbench, argument, summaries, 'Promote Release');
  if (pair === undefined) return;
  // First, because without the key all choices would be in vain.
  await workbench.session.clientFor({ kind: 'promote', environment: pair.target });
  const all = promotableOf(differencesOf(summaries, pair));
  if (all.length === 0) {
    await ask.tell(
      'info',
      `There is nothing to promote: ${pair.target} already has everything that is ${pair.channel} in ${pair.source}.`,
    );
    return;
  }
  const chosen = await choose(workbench, pair, all);
  if (chosen === undefined || chosen.length === 0) return;
  if (chosen.length > MAX_RELEASE_ITEMS) {
    await ask.tell(
      'warning',
      `A release has at most ${MAX_RELEASE_ITEMS} prompts, and ${chosen.length} were selected. Split them into several releases.`,
    );
    return;
  }
  await promoteAll(workbench, pair, chosen);
}

/** Initially selects all that nobody has requested yet, up to the limit of a release. */
function choose(
  { ask, session, promotions }: Workbench,
  pair: Pair,
  all: readonly Promotable[],
): Promise<readonly Promotable[] | undefined> {
  const { target, channel } = pair;
  let free = 0;
  return ask.pickMany({
    title: `Promote Release ${pairTitle(pair)}`,
    placeholder: 'Select the prompts to promote',
    options: all.map(each => {
      const live = each.summary.pointers.find(
        pointer => pointer.environment === target && pointer.channel === channel,
      );
      const note = noteOn(
        session,
        each.summary,
        { environment: target, channel, live },
        'promote',
        each.version,
      );
      const open = openAt(promotions.promotions, each.prompt, { environment: target, channel });
      const isRequested = open?.version === each.version;
      if (!isRequested) free += 1;
      return {
        label: each.prompt,
        description: [moveWords(each), note, open && replacedNote(open, each.version)]
          .filter(part => part !== undefined)
          .join(' · '),
        value: each,
        picked: !isRequested && free <= MAX_RELEASE_ITEMS,
      };
    }),
  });
}

async function promoteAll(workbench: Workbench, pair: Pair, moves: readonly Promotable[]): Promise<void> {
  const { ask, session } = workbench;
  const place = { environment: pair.target, channel: pair.channel };
  const draft = draftName(`release ${pairTitle(pair)}`, session);
  const reason = await ask.text({
    title: `Promote Release ${pairTitle(pair)}`,
    prompt: 'Enter a reason. It is kept permanently.',
    placeholder: 'Reason',
    draft,
    validate: validateReason,
  });
  if (reason === undefined) return;
  await confirmAndSend(workbench, { place, draft, reason: reason.trim(), moves });
}

interface Wanted {
  readonly place: { readonly environment: Pair['target']; readonly channel: Pair['channel'] };
  readonly draft: string;
  readonly reason: string;
  readonly moves: readonly Promotable[];
}

async function confirmAndSend(workbench: Workbench, wanted: Wanted): Promise<void> {
  const { ask, session, promotions } = workbench;
  const { place, draft, reason, moves } = wanted;
  const approvals =
    session.environments.find(({ name }) => name === place.environment)?.policy.approvals ?? 0;
  const open = moves
    .map(({ prompt }) => openAt(promotions.promotions, prompt, place))
    .filter(each => each !== undefined);
  const answer = await ask.confirm(releaseQuestion(moves, place, { reason, approvals, open }));
  if (answer === false) return;
  const client = await session.clientFor({ kind: 'promote', environment: place.environment });
  const items = moves.map(({ prompt, version, from }) => ({ prompt, version, from }));
  const request = { ...place, reason, items, atomic: answer === true };
  const sent = await sendRelease(workbench, place, `Promoting to ${place.environment}`, signal =>
    client.promoteRelease(request, signal),
  );
  if (sent.kind === 'unknown') return;
  if (sent.kind === 'refused') {
    void sayRefused(workbench, wanted, sent);
    return;
  }
  ask.sent(draft);
  const { answer: done } = sent;
  const isLive = done.results.some(({ outcome }) => outcome === 'applied');
  if (isLive) workbench.walkthrough.done('promote');
  void sayOutcome(workbench, done.release, isLive, {
    severity: done.results.some(({ outcome }) => outcome === 'refused') ? 'warning' : 'info',
    message: releaseOutcome(done, place),
  });
}

async function sayOutcome(
  workbench: Workbench,
  release: Release | null,
  isLive: boolean,
  { severity, message }: { readonly severity: 'info' | 'warning'; readonly message: string },
): Promise<void> {
  const waits = release?.promotions.some(isOpen) === true;
  const chosen = await workbench.ask.tell(
    severity,
    message,
    ...(waits ? ['Review Release', CANCEL] : []),
    ...(isLive ? ['Undo…'] : []),
  );
  if (chosen === undefined || release === null) return;
  if (chosen === 'Undo…')
    await rollBackRelease(workbench, release.id).catch(error => workbench.report(error, 'Rolling back'));
  else
    await vscode.commands.executeCommand(
      chosen === CANCEL ? 'promptforge.cancelRelease' : 'promptforge.reviewRelease',
      release.id,
    );
}

/** A separate question offers to promote the others without the refused ones. */
async function sayRefused(
  workbench: Workbench,
  wanted: Wanted,
  { problem, message }: { readonly problem: { readonly details: object }; readonly message: string },
): Promise<void> {
  const { refused = [] } = problem.details as { readonly refused?: readonly { readonly prompt: string }[] };
  const out = new Set(refused.map(({ prompt }) => prompt));
  const others = wanted.moves.filter(({ prompt }) => !out.has(prompt));
  const button = `Promote the Other ${others.length}…`;
  const chosen = await workbench.ask.tell('warning', message, ...(others.length > 0 ? [button] : []));
  if (chosen !== button) return;
  await confirmAndSend(workbench, { ...wanted, moves: others }).catch(error =>
    workbench.report(error, 'Promoting'),
  );
}
