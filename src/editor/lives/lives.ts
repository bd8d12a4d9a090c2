/** When and where each version of a prompt was live, how that ended, and how the explorer describes it. */
import type { Promotion } from '../../contract/promotions.ts';
import { STABLE } from '../../core/channel.ts';
import { goesBack } from '../../core/goes-back.ts';
import type { VersionNumber } from '../../core/version.ts';
import { instantOf, lengthOf } from '../wording/age.ts';
import { escapeMarkdown } from '../wording/markdown.ts';
import { placeOf } from '../wording/place.ts';
import { inOrder, isApplied } from './applied.ts';

/** A time span in which a pointer had one version; instants are RFC 3339 UTC. */
export interface Life {
  readonly environment: string;
  readonly channel: string;
  readonly from: string;
  /** Null while it lasts. */
  readonly until: string | null;
  /** The rollback that ended it. */
  readonly rolledBack?: {
    readonly to: VersionNumber;
    readonly reason: string;
    readonly by: string;
  };
}

export type Lives = ReadonlyMap<VersionNumber, readonly Life[]>;

/**
 * The time spans of every version, the earliest first.
 * @param promotions of one prompt, in any order; those that were not applied are ignored
 */
export function livesOf(promotions: readonly Promotion[]): Lives {
  const lives = new Map<VersionNumber, Life[]>();
  const byPointer = Map.groupBy(
    promotions.filter(isApplied).toSorted(inOrder),
    ({ environment, channel }) => `${environment} ${channel}`,
  );
  for (const moves of byPointer.values())
    moves.forEach((move, index) => {
      const next = moves[index + 1];
      const { environment, channel, version, appliedAt } = move;
      const life: Life = {
        environment,
        channel,
        from: appliedAt,
        until: next?.appliedAt ?? null,
        ...(next !== undefined &&
          goesBack(next) && {
            rolledBack: { to: next.version, reason: next.reason, by: next.requestedBy },
          }),
      };
      lives.set(version, [...(lives.get(version) ?? []), life]);
    });
  return lives;
}

export interface LifeWords {
  /** `rolled back: wrong fee for urgent transfers`, if it last ended like that in the most important environment. */
  readonly mark: string | undefined;
  /**
   * `live in production for 2 weeks`, `was live in production for 3 hours`. Undefined for a version that was never
   * live.
   */
  readonly brief: string | undefined;
  /** Markdown, a line for each life, the latest first. */
  readonly lines: readonly string[];
}

/** Lines of a tooltip. */
const MOST_LINES = 8;

/**
 * @param environments in promotion order: the last one is the most important
 * @param now in milliseconds since 1970
 */
export function lifeWords(
  lives: readonly Life[],
  environments: readonly { readonly name: string }[],
  now: number,
): LifeWords {
  const rank = new Map(environments.map(({ name }, index) => [name, index]));
  const weight = ({ environment, channel }: Life) =>
    2 * (rank.get(environment) ?? -1) + (channel === STABLE ? 1 : 0);
  const latestFirst = lives.toSorted((a, b) => (a.from < b.from ? 1 : -1));
  const main = latestFirst.toSorted((a, b) => weight(b) - weight(a))[0];
  if (main === undefined) return { mark: undefined, brief: undefined, lines: [] };
  const there = lives.filter(
    ({ environment, channel }) => environment === main.environment && channel === main.channel,
  );
  const total = lengthOf(there.reduce((sum, life) => sum + millisecondsOf(life, now), 0));
  const isLive = there.some(({ until }) => until === null);
  return {
    mark: main.rolledBack === undefined ? undefined : `rolled back: ${main.rolledBack.reason}`,
    brief: `${isLive ? 'live' : 'was live'} in ${placeOf(main)} for ${total}`,
    lines: latestFirst.slice(0, MOST_LINES).map(life => lineOf(life, now)),
  };
}

function lineOf(life: Life, now: number): string {
  const { from, until, rolledBack } = life;
  const place = escapeMarkdown(placeOf(life));
  const length = lengthOf(millisecondsOf(life, now));
  const since = escapeMarkdown(instantOf(from));
  if (until === null) return `Live in ${place} for ${length}, since ${since}`;
  const span = `Live in ${place} for ${length}, from ${since} until ${escapeMarkdown(instantOf(until))}`;
  if (rolledBack === undefined) return span;
  const { to, by, reason } = rolledBack;
  return `${span}. **Rolled back** to @${to} by ${escapeMarkdown(by)}: ${escapeMarkdown(reason)}`;
}

function millisecondsOf({ from, until }: Life, now: number): number {
  return Math.max(0, (until === null ? now : Date.parse(until)) - Date.parse(from));
}
