/** Lists what can be promoted or rolled back: pointers, candidate versions, and obstacles. */
import type { Promotion } from '../../contract/promotions.ts';
import type { Pointer, PromptSummary } from '../../contract/prompts.ts';
import { type Channel, LATEST, STABLE } from '../../core/channel.ts';
import type { Environment, EnvironmentName } from '../../core/environment.ts';
import { goodVersions } from '../../core/rollback-target.ts';
import type { VersionNumber } from '../../core/version.ts';
import { inOrder, isApplied } from '../lives/applied.ts';

/** A pointer that can be moved, set or not. */
export interface PointerTarget {
  readonly environment: EnvironmentName;
  readonly channel: Channel;
  /** Undefined if it is unset. */
  readonly live: Pointer | undefined;
}

/** In promotion order: `stable` of every environment, and the channels it serves or that are set there already. */
export function targetsOf(
  prompt: Pick<PromptSummary, 'pointers'>,
  environments: readonly Environment[],
): PointerTarget[] {
  return environments.flatMap(({ name, policy }) => {
    const here = prompt.pointers.filter(pointer => pointer.environment === name);
    const channels = new Set<Channel>([STABLE, ...policy.serves, ...here.map(pointer => pointer.channel)]);
    channels.delete(LATEST);
    return [...channels].map(channel => ({
      environment: name,
      channel,
      live: here.find(pointer => pointer.channel === channel),
    }));
  });
}

/** The pointers that can be rolled back, as far as the prompt's entry shows it. */
export function setTargets(
  prompt: Pick<PromptSummary, 'pointers'>,
  environments: readonly Environment[],
): PointerTarget[] {
  return targetsOf(prompt, environments).filter(target => target.live !== undefined);
}

/** A version that was this pointer's target before. */
export interface PreviousVersion {
  readonly version: VersionNumber;
  /** The last promotion of it there. */
  readonly promotion: Promotion;
  /** False if a rollback left or skipped the version. */
  readonly isGood: boolean;
}

/**
 * Previous versions of `target`: the good ones first, the latest at the top, then those that a rollback abandoned; each
 * version once, without the live one.
 * @param promotions of the prompt, in any order
 */
export function previousVersions(promotions: readonly Promotion[], target: PointerTarget): PreviousVersion[] {
  const moves = promotions
    .filter(isApplied)
    .filter(each => isAt(target, each))
    .toSorted(inOrder);
  const last = new Map(moves.map(promotion => [promotion.version, promotion]));
  const good = goodVersions(moves);
  const others = moves.map(({ version }) => version).toReversed();
  return [...new Set([...good, ...others])].flatMap(version => {
    const promotion = last.get(version);
    if (promotion === undefined || version === target.live?.version) return [];
    return [{ version, promotion, isGood: good.includes(version) }];
  });
}

/** The environment in which a version must be `stable` first; undefined if the policy requires none or it is there now. */
export function promotedFromFirst(
  prompt: Pick<PromptSummary, 'pointers'>,
  version: VersionNumber,
  environment: Environment,
): EnvironmentName | undefined {
  const first = environment.policy.promoteFrom;
  if (first === null) return undefined;
  const there = prompt.pointers.some(
    pointer => pointer.environment === first && pointer.channel === STABLE && pointer.version === version,
  );
  return there ? undefined : first;
}

/** Returns true if a pointer is that of `target`. */
export function isAt(
  target: Pick<PointerTarget, 'environment' | 'channel'>,
  pointer: { readonly environment: string; readonly channel: string } | undefined,
): boolean {
  return target.environment === pointer?.environment && target.channel === pointer.channel;
}
