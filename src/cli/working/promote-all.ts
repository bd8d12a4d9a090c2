/** Promotes the versions in a file as a release: each on its own, or all of them or none. */
import type { RegistryClient } from '../../client/registry-client.ts';
import { RegistryUnreachable } from '../../client/unreachable.ts';
import type { Promotion } from '../../contract/promotions.ts';
import type { PromptSummary } from '../../contract/prompts.ts';
import type { Channel } from '../../core/channel.ts';
import type { Digest } from '../../core/digest.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import { Problem } from '../../core/problem.ts';
import { isOpen } from '../../core/promotion.ts';
import { MAX_RELEASE_ITEMS } from '../../core/release.ts';
import { type VersionNumber, type VersionReference, versionReference } from '../../core/version.ts';
import { CommandFailure, EXIT, type ExitCode, exitCodeOf } from '../exit-code.ts';
import { line, print, printJson, say } from '../output.ts';
import { progressOf } from '../progress.ts';
import { checkChannel } from './known-channel.ts';
import { liveVersion, told, waitForMove, whyClosed } from './move-pointer.ts';
import type { ReleasedVersion } from './release-file.ts';

/** The number of versions whose texts are compared in one call. */
const ASKED_AT_ONCE = 500;
const LISTED_AT_ONCE = 500;

export interface ReleasePlan {
  readonly versions: readonly ReleasedVersion[];
  readonly environment: EnvironmentName;
  readonly channel: Channel;
  readonly reason: string;
  readonly at?: string | undefined;
  /** In milliseconds; undefined to not wait. */
  readonly wait?: number | undefined;
  /** True to apply all at once, or none. */
  readonly atomic?: true | undefined;
  /** True if a version may replace a newer live one. */
  readonly allowOlder?: true | undefined;
  readonly json?: true | undefined;
}

interface Result {
  readonly name: PromptName;
  readonly version: VersionNumber;
  /** `archived`: it cannot be promoted and is skipped. `not_tried`: not requested because of another refusal or an unreachable registry. */
  readonly outcome: 'already_live' | 'archived' | 'refused' | 'not_tried' | Promotion['state'];
  readonly promotion: Promotion | null;
  readonly code: string | null;
  readonly message: string | null;
}

/**
 * Requests all promotions before waiting for any, so that they can be approved together: in one release, or in several
 * if they do not fit in one.
 * @throws CommandFailure if one was refused or is pending; Problem, RegistryUnreachable before anything is done
 */
export async function promoteAll(client: RegistryClient, release: ReleasePlan): Promise<void> {
  const { versions, wait, json, atomic } = release;
  const end = wait === undefined ? undefined : Date.now() + wait;
  const listed = await Array.fromAsync(client.listPrompts({ archived: true }));
  await checkChannel(client, release.channel, listed);
  const prompts = new Map(listed.map(each => [each.name, each]));
  const others = await otherTexts(client, versions, prompts);
  const waiting = await waitingBefore(client, release);
  const results = new Map<ReleasedVersion, Result>();
  const codes = new Set<ExitCode>();
  const releases: string[] = [];

  const refuse = (version: ReleasedVersion, error: unknown) => {
    codes.add(exitCodeOf(error));
    const [code, message] = [codeOf(error), (error as Error).message];
    results.set(version, { ...plain(version, 'refused'), code, message });
  };
  for (const version of versions) {
    const known = settled(release, version, prompts.get(version.name), others, waiting);
    if (known instanceof CommandFailure) refuse(version, known);
    else if (known !== undefined) results.set(version, known);
  }
  if (atomic === true) askAnewUnlessAskedWhole(results);
  const left = versions.filter(version => !results.has(version));
  if (atomic === true && left.length > MAX_RELEASE_ITEMS)
    throw new CommandFailure(
      EXIT.invalid,
      `A release that goes live as a whole has at most ${MAX_RELEASE_ITEMS} prompts, and ${left.length} of this one are not live yet. Split it, or leave out --atomic.`,
    );
  const isKeptBack = atomic === true && [...results.values()].some(({ outcome }) => outcome === 'refused');

  const tellProgress = progressOf('Promoting');
  let isGone = isKeptBack;
  for (let start = 0; start < left.length; start += MAX_RELEASE_ITEMS) {
    tellProgress(start, left.length);
    const some = left.slice(start, start + MAX_RELEASE_ITEMS);
    if (isGone) {
      for (const version of some) results.set(version, plain(version, 'not_tried'));
      continue;
    }
    try {
      const { results: made, release: begun } = await client.promoteRelease(
        requestOf(release, some, prompts),
      );
      if (begun !== null) releases.push(begun.id);
      const promotions = new Map(begun?.promotions.map(each => [each.id, each]));
      for (const [index, version] of some.entries()) {
        const { outcome, promotion, code, detail } = made[index] ?? NOT_ANSWERED;
        if (code !== null) codes.add(exitCodeOf(new Problem(code, detail ?? '')));
        const found = promotion === null ? null : (promotions.get(promotion) ?? null);
        results.set(version, { ...plain(version, outcome), promotion: found, code, message: detail });
      }
    } catch (error) {
      isGone = RegistryUnreachable.isAbsent(error);
      const refused = Problem.is(error) ? (error.details.refused ?? []) : [];
      for (const version of some) {
        const own = refused.find(({ prompt }) => prompt === version.name);
        if (own !== undefined) refuse(version, new Problem(own.code, own.detail));
        else if (refused.length > 0) results.set(version, plain(version, 'not_tried'));
        else refuse(version, error);
      }
    }
  }
  tellProgress(left.length, left.length);

  if (end !== undefined)
    for (const [version, { promotion }] of results)
      if (promotion !== null && isOpen(promotion))
        try {
          const ended = await waitForMove(client, promotion, end);
          results.set(version, { ...plain(version, ended.state), promotion: ended });
        } catch (error) {
          refuse(version, error);
        }

  const all = versions.map(version => results.get(version) as Result);
  if (json) await printJson({ releases, results: all });
  else for (const result of all) await tell(release, result);
  for (const id of releases)
    await say(line`Release ${id}: run "promptforge release show ${id}" to see its state.`);
  fail(all, codes, wait !== undefined);
}

const NOT_ANSWERED = { outcome: 'not_tried', promotion: null, code: null, detail: null } as const;

function plain({ name, version }: ReleasedVersion, outcome: Result['outcome']): Result {
  return { name, version, outcome, promotion: null, code: null, message: null };
}

/** The result for a version that needs no request; undefined if it needs one. */
function settled(
  { environment, channel, allowOlder, atomic }: ReleasePlan,
  released: ReleasedVersion,
  prompt: PromptSummary | undefined,
  others: ReadonlySet<PromptName>,
  waiting: ReadonlyMap<string, Promotion>,
): Result | CommandFailure | undefined {
  const { name, version } = released;
  const reference = versionReference(name, version);
  if (others.has(name)) return new OtherText(reference);
  if (prompt === undefined) return undefined; // the registry reports the error, with suggestions
  const live = liveVersion(prompt, environment, channel);
  if (live === version) return plain(released, 'already_live');
  // An atomic release skips nothing: the registry refuses it.
  if (prompt.archived && atomic !== true) return plain(released, 'archived');
  if (live !== null && live > version && allowOlder !== true)
    return new CommandFailure(
      EXIT.refused,
      `Version ${live} is live on ${channel} of ${environment}, which is newer. Roll back instead, or add --allow-older.`,
    );
  const promotion = waiting.get(reference);
  return promotion && { ...plain(released, promotion.state), promotion };
}

/**
 * Earlier identical requests by reference, for example of a job that runs again: new requests would lose their
 * approvals.
 */
async function waitingBefore(
  client: RegistryClient,
  { environment, channel, at }: ReleasePlan,
): Promise<Map<string, Promotion>> {
  const instant = at === undefined ? null : Date.parse(at);
  const found = new Map<string, Promotion>();
  for (const state of ['pending', 'planned'] as const)
    for (let cursor: string | undefined; ; ) {
      const page = await client.listPromotions({ environment, state, limit: LISTED_AT_ONCE, cursor });
      for (const each of page.data) {
        const planned = each.effectiveAt === null ? null : Date.parse(each.effectiveAt);
        const reference = versionReference(each.prompt, each.version);
        if (each.channel === channel && planned === instant && !found.has(reference))
          found.set(reference, each);
      }
      if (page.nextCursor === null) break;
      cursor = page.nextCursor;
    }
  return found;
}

/** An atomic release is only reused as a whole: versions that wait alone or in another release are requested again. */
function askAnewUnlessAskedWhole(results: Map<ReleasedVersion, Result>): void {
  const waiting = [...results].filter(([, { promotion }]) => promotion !== null);
  const whole = new Set(waiting.map(([, { promotion }]) => promotion?.release?.id));
  const isWhole =
    whole.size === 1 && waiting.every(([, { promotion }]) => promotion?.release?.atomic === true);
  const isAll = isWhole && [...results.values()].length === waiting.length;
  if (!isAll) for (const [version] of waiting) results.delete(version);
}

function requestOf(
  { environment, channel, reason, at, atomic }: ReleasePlan,
  versions: readonly ReleasedVersion[],
  prompts: ReadonlyMap<PromptName, PromptSummary>,
) {
  const items = versions.map(({ name, version }) => {
    const prompt = prompts.get(name);
    const from = prompt === undefined ? null : liveVersion(prompt, environment, channel);
    return { prompt: name, version, from };
  });
  return { environment, channel, reason, items, atomic: atomic === true, effectiveAt: at ?? null };
}

/** Versions whose text does not match the digest in the release, by prompt. A version that the key may not read counts as matching. */
async function otherTexts(
  client: RegistryClient,
  versions: readonly ReleasedVersion[],
  prompts: ReadonlyMap<PromptName, Pick<PromptSummary, 'newest'>>,
): Promise<ReadonlySet<PromptName>> {
  const digests = new Map<VersionReference, Digest>();
  const older: VersionReference[] = [];
  for (const { name, version, digest } of versions) {
    const newest = prompts.get(name)?.newest;
    if (digest === undefined || newest === undefined) continue;
    const reference = versionReference(name, version);
    if (newest.version === version) digests.set(reference, newest.digest);
    else older.push(reference);
  }
  for (let start = 0; start < older.length; start += ASKED_AT_ONCE) {
    const { data } = await client.batch(older.slice(start, start + ASKED_AT_ONCE));
    for (const { prompt, version, digest } of data) digests.set(versionReference(prompt, version), digest);
  }
  const others = versions.filter(({ name, version, digest }) => {
    const found = digests.get(versionReference(name, version));
    return digest !== undefined && found !== undefined && found !== digest;
  });
  return new Set(others.map(({ name }) => name));
}

/** The registry has another text under the version's number, which a promotion would make live. */
class OtherText extends CommandFailure {
  constructor(reference: VersionReference) {
    super(
      EXIT.refused,
      `The registry has another text under ${reference} than the release names. It may have been restored from a backup, or the release belongs to another registry. Pull, compare the texts, and try again.`,
    );
  }
}

/** @throws any error that is not a refusal */
function codeOf(error: unknown): string {
  if (Problem.is(error)) return error.code;
  if (RegistryUnreachable.is(error)) return error.reason;
  if (error instanceof OtherText) return 'other_text';
  if (error instanceof CommandFailure) return 'newer_live';
  throw error;
}

async function tell({ environment, channel }: ReleasePlan, result: Result): Promise<void> {
  const { name, version, outcome, promotion, message } = result;
  if (outcome === 'refused' || outcome === 'not_tried')
    return say(line`${versionReference(name, version)}: ${message ?? 'It was not tried.'}`);
  if (outcome === 'archived')
    return say(line`${versionReference(name, version)}: ${name} is archived and was skipped.`);
  if (promotion !== null && outcome !== 'applied' && !isOpen(promotion))
    return say(line`${versionReference(name, version)}: ${whyClosed(promotion)}`);
  await print(told({ prompt: { name }, version, environment, channel }, promotion));
}

function fail(results: readonly Result[], codes: ReadonlySet<ExitCode>, hasWaited: boolean): void {
  const isDone = ({ outcome }: Result) => ['already_live', 'applied', 'archived'].includes(outcome);
  const isWaiting = ({ promotion }: Result) => promotion !== null && isOpen(promotion);
  const failed = results.filter(result => !isDone(result) && !isWaiting(result)).length;
  if (failed > 0)
    throw new CommandFailure(
      codes.has(EXIT.environment) ? EXIT.environment : EXIT.refused,
      `${failed} of ${results.length} failed. Run the command again once this is fixed: live versions are skipped.`,
    );
  const waiting = results.filter(isWaiting).length;
  if (hasWaited && waiting > 0)
    throw new CommandFailure(
      EXIT.waiting,
      `${waiting} of ${results.length} are still pending. They continue without this command.`,
    );
}
