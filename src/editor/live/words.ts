/** Sentences about what was live: the version, who promoted it and why, and the time span. */
import type { Live } from '../../contract/live.ts';
import type { PromptName } from '../../core/name.ts';
import type { Problem } from '../../core/problem.ts';
import { oneLine } from '../../core/visible-text.ts';
import { firstLine } from '../explorer/labels.ts';
import { bothZones, instantOf, utcOf } from '../wording/age.ts';
import { placeOf } from '../wording/place.ts';

/** `support/triage@12 was live in production on Sep 12 at 16:03 CEST (14:03 UTC)`. */
export function whatWasLive(live: Live): string {
  return `${live.prompt}@${live.version} was live in ${placeOf(live)} on ${bothZones(live.at)}`;
}

/** `@12 was live in production on Sep 12 at 16:03 CEST`. */
export function inBrief(live: Live): string {
  return `@${live.version} was live in ${placeOf(live)} on ${instantOf(live.at)}`;
}

/** `Promoted by jonas.weber: Tested`; for `latest`, that it was published. */
export function whoAndWhy({ promotion, version }: Live): string {
  if (promotion === null) return `It was the newest version, because @${version} had been published`;
  const { rollback, requestedBy, approvals, reason } = promotion;
  const approved =
    approvals.length === 0 ? '' : `, approved by ${approvals.map(({ actor }) => actor).join(', ')}`;
  return oneLine(
    `${rollback ? 'Rolled back' : 'Promoted'} by ${requestedBy}${approved}: ${firstLine(reason)}`,
  );
}

/** `From … until …`, in the reader's zone. */
export function fromUntil({ from, until }: Live): string {
  return `From ${instantOf(from)} ${until === null ? 'until now' : `until ${instantOf(until)}`}`;
}

/** All of it, for a tooltip and for evidence: instants in UTC, the origin, and the event of the log that proves it. */
export function evidence(live: Live): string {
  const { from, until, event } = live;
  return [
    `${live.prompt}@${live.version} was ${live.channel} in ${live.environment} at ${utcOf(live.at)}.`,
    `${whoAndWhy(live)}.`,
    `From ${utcOf(from)} ${until === null ? 'on; it still is' : `until ${utcOf(until)}`}.`,
    ...originLines(live),
    `Event ${event.seq} of the log proves it: ${event.hash}`,
  ].join('\n');
}

function originLines({ origin: { author, commit, pullRequest, repository } = {} }: Live): string[] {
  const stated = [
    ...(commit === undefined ? [] : [`commit ${commit}`]),
    ...(repository === undefined ? [] : [`of ${repository}`]),
    ...(author === undefined ? [] : [`by ${author}`]),
  ];
  return [
    ...(stated.length === 0 ? [] : [oneLine(`Its publisher stated: ${stated.join(' ')}.`)]),
    ...(pullRequest === undefined ? [] : [oneLine(`Pull request: ${pullRequest}`)]),
  ];
}

/** The meaning of `not_live_yet`, with the first instant at which a version was live. */
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
  const before = `No version of ${prompt} was live in ${placeOf({ environment, channel })} on ${bothZones(at)}`;
  return first === null
    ? `${before}: no version was ever live there.`
    : `${before}. The first version went live on ${bothZones(first)}.`;
}

/**
 * `triage: @11 ↔ @12 (now) · production`; the documents' tooltips have the rest.
 * @param name from `shortName`
 */
export function comparisonTitle(name: string, then: Live, now: Live): string {
  return `${name}: @${then.version} ↔ @${now.version} (now) · ${placeOf(then)}`;
}
