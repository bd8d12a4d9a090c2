/** The versions that were live in each environment and channel, in order. */
import type { Promotion } from '../../contract/promotions.ts';
import { STABLE } from '../../core/channel.ts';
import { goesBack } from '../../core/goes-back.ts';
import type { VersionNumber } from '../../core/version.ts';
import { type Applied, inOrder, isApplied } from './applied.ts';

/** A time span in which a pointer had one version. Instants are RFC 3339 UTC. */
export interface LiveSpan {
  readonly environment: string;
  readonly channel: string;
  readonly version: VersionNumber;
  readonly from: string;
  /** Null while it lasts. */
  readonly until: string | null;
  /** The event that started it. */
  readonly promotion: Applied;
  /** True if it returned to an older version. */
  readonly isRollback: boolean;
  /** The rollback that ended it. */
  readonly rolledBackBy: Applied | undefined;
}

export interface Timeline {
  readonly environment: string;
  readonly channel: string;
  /** The latest first. */
  readonly spans: readonly LiveSpan[];
}

/**
 * In promotion order with the last environment, which matters most, first; stable before other channels.
 * @param promotions of one prompt, in any order; those that were not applied are ignored
 */
export function timelinesOf(
  promotions: readonly Promotion[],
  environments: readonly { readonly name: string }[],
): Timeline[] {
  const moved = promotions.filter(isApplied).toSorted(inOrder);
  const rank = new Map(environments.map(({ name }, index) => [name, index]));
  return [...Map.groupBy(moved, ({ environment, channel }) => `${environment} ${channel}`).values()]
    .map(timelineOf)
    .sort(
      (a, b) =>
        (rank.get(b.environment) ?? -1) - (rank.get(a.environment) ?? -1) ||
        Number(b.channel === STABLE) - Number(a.channel === STABLE) ||
        (a.channel < b.channel ? -1 : 1),
    );
}

function timelineOf(moves: readonly [Applied, ...Applied[]] | readonly Applied[]): Timeline {
  const spans = moves.map((promotion, index): LiveSpan => {
    const { environment, channel, version, appliedAt } = promotion;
    const next = moves[index + 1];
    return {
      environment,
      channel,
      version,
      from: appliedAt,
      until: next?.appliedAt ?? null,
      promotion,
      isRollback: goesBack(promotion),
      rolledBackBy: next !== undefined && goesBack(next) ? next : undefined,
    };
  });
  const { environment = '', channel = '' } = moves[0] ?? {};
  return { environment, channel, spans: spans.reverse() };
}

/** The spans of one version, the latest first. */
export function spansOf(version: VersionNumber, timelines: readonly Timeline[]): LiveSpan[] {
  return timelines
    .flatMap(({ spans }) => spans.filter(span => span.version === version))
    .sort((a, b) => Number(b.until === null) - Number(a.until === null) || (a.from < b.from ? 1 : -1));
}
