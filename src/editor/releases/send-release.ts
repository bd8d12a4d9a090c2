/** Sends a release, and reports the result. */
import type { RegistryClient } from '../../client/registry-client.ts';
import type { ReleaseAnswer } from '../../contract/releases.ts';
import { Problem } from '../../core/problem.ts';
import { logged, mayHaveArrived, messageOf } from '../problems/explain.ts';
import { inProgress } from '../work/in-progress.ts';
import type { Workbench } from '../workbench.ts';
import { refusalLines, unknownOutcome, wholeRefused } from './words.ts';

export type SentRelease = Parameters<RegistryClient['promoteRelease']>[0];

export type SentOutcome =
  | { readonly kind: 'answered'; readonly answer: ReleaseAnswer }
  /** Nothing was changed. */
  | { readonly kind: 'refused'; readonly problem: Problem; readonly message: string }
  /** The person was told that the result is unknown. */
  | { readonly kind: 'unknown' };

/** @throws any error that is not a refusal of the release */
export async function sendRelease(
  workbench: Workbench,
  place: { readonly environment: string; readonly channel: string },
  doing: string,
  send: (signal: AbortSignal) => Promise<ReleaseAnswer>,
): Promise<SentOutcome> {
  const { session, log, ask, prompts } = workbench;
  try {
    const answer = await inProgress(doing, send);
    for (const { prompt, version, outcome, detail } of answer.results)
      if (outcome === 'refused') log.warn(`${doing}: ${prompt}@${version}: ${detail}`);
    await prompts.refresh();
    return { kind: 'answered', answer };
  } catch (error) {
    await prompts.refresh();
    if (mayHaveArrived(error)) {
      session.note(error);
      log.error(logged(error));
      await ask.tell('error', unknownOutcome(messageOf(error), place));
      return { kind: 'unknown' };
    }
    if (!Problem.is(error) || error.details.refused === undefined) throw error;
    for (const line of refusalLines(error.details)) log.warn(`${doing}: ${line}`);
    return { kind: 'refused', problem: error, message: wholeRefused(error) };
  }
}
