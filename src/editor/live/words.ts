/** The sentences of what was live: which version, who made it so and why, from when until when. */
import type { Live } from '../../contract/live.ts';
import type { PromptName } from '../../core/name.ts';
import type { Problem } from '../../core/problem.ts';
import { firstLine } from '../explorer/labels.ts';
import { bothZones, instantOf, utcOf } from '../wording/age.ts';

/** `support/triage@12 was stable in production at 12 Sept 2026, 16:03 CEST (2026-09-12T14:03:00Z)`. */
export function whatWasLive({ prompt, version, channel, environment, at }: Live): string {
  return `${prompt}@${version} was ${channel} in ${environment} at ${bothZones(at)}`;
}

/** `@12 was stable in production at 12 Sept 2026, 16:03 CEST`. */
export function inBrief({ version, channel, environment, at }: Live): string {
  return `@${version} was ${channel} in ${environment} at ${instantOf(at)}`;
}

/** `Promoted by jonas.weber: Tested`; of `latest`, that publishing made it so. */
export function whoAndWhy({ promotion, version }: Live): string {
  if (promotion === null) return `It was the newest version: publishing @${version} made it so`;
  const { rollback, requestedBy, approvals, reason } = promotion;
  const approved =
    approvals.length === 0 ? '' : `, approved by ${approvals.map(({ actor }) => actor).join(', ')}`;
  return `${rollback ? 'Rolled back' : 'Promoted'} by ${requestedBy}${approved}: ${firstLine(reason)}`;
}

/** `From … until …`, in the reader's zone. */
export function fromUntil({ from, until }: Live): string {
  return `From ${instantOf(from)} ${until === null ? 'until now' : `until ${instantOf(until)}`}`;
}

/** All of it, for a tooltip and for evidence: instants in UTC, and the event of the log that proves it. */
export function evidence(live: Live): string {
  const { from, until, event } = live;
  return [
    `${whatWasLive(live)}.`,
    `${whoAndWhy(live)}.`,
    `From ${utcOf(from)} ${until === null ? 'on; it still is' : `until ${utcOf(until)}`}.`,
    `Event ${event.seq} of the log proves it: ${event.hash}`,
  ].join('\n');
}

/** What `not_live_yet` means, with the first instant at which something was live. */
export function notLiveYet(
  {
    prompt,
    environment,
    channel,
    at,
  }: { prompt: PromptName; environment: string; channel: string; at: string },
  problem: Problem,
): string {
  const first = problem.details?.firstLiveAt ?? null;
  const before = `Nothing of ${prompt} was ${channel} in ${environment} at ${bothZones(at)}`;
  return first === null
    ? `${before}: it never was.`
    : `${before}. The first version went live at ${bothZones(first)}.`;
}

/** `support/triage, stable in production: @11 (then) ↔ @12 (now)`. */
export function comparisonTitle(then: Live, now: Live): string {
  return `${then.prompt}, ${then.channel} in ${then.environment}: @${then.version} (${utcOf(then.at)}) ↔ @${now.version} (now)`;
}
