/** Lists the differences between two environments, and the pairs to choose from. */
import type { PromptSummary } from '../../contract/prompts.ts';
import { type Channel, LATEST, STABLE } from '../../core/channel.ts';
import type { Environment, EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import type { VersionNumber } from '../../core/version.ts';

/** A channel of two environments; the comparison is from `source` to `target`. */
export interface Pair {
  readonly source: EnvironmentName;
  readonly target: EnvironmentName;
  readonly channel: Channel;
}

export interface EnvironmentDifference {
  readonly summary: PromptSummary;
  readonly prompt: PromptName;
  /** The version live in the source, or null. */
  readonly version: VersionNumber | null;
  /** The version live in the target, or null. */
  readonly from: VersionNumber | null;
}

/** By name. Excludes prompts that are live in neither, or with the same version in both. */
export function differencesOf(summaries: Iterable<PromptSummary>, pair: Pair): EnvironmentDifference[] {
  const found: EnvironmentDifference[] = [];
  for (const summary of summaries) {
    const version = liveIn(summary, pair.source, pair.channel);
    const from = liveIn(summary, pair.target, pair.channel);
    if (version !== from) found.push({ summary, prompt: summary.name, version, from });
  }
  return found.sort((a, b) => (a.prompt < b.prompt ? -1 : 1));
}

export type Promotable = EnvironmentDifference & { readonly version: VersionNumber };

/** Differences whose version in the source can go live in the target, which excludes archived prompts. */
export function promotableOf(differences: readonly EnvironmentDifference[]): Promotable[] {
  return differences.filter((each): each is Promotable => each.version !== null && !each.summary.archived);
}

/** The version that a pointer points to; null if unset. */
export function liveIn(
  { pointers }: Pick<PromptSummary, 'pointers'>,
  environment: EnvironmentName,
  channel: Channel,
): VersionNumber | null {
  const found = pointers.find(each => each.environment === environment && each.channel === channel);
  return found?.version ?? null;
}

/**
 * The likeliest pairs first: to the last environment from the one that its policy promotes from, then to the
 * environments before it, then any others.
 */
export function pairsOf(environments: readonly Environment[]): [EnvironmentName, EnvironmentName][] {
  const names = environments.map(({ name }) => name);
  const likely = environments
    .toReversed()
    .flatMap(({ name, policy }): [EnvironmentName, EnvironmentName][] => {
      const before = policy.promoteFrom ?? names[names.indexOf(name) - 1];
      return before === undefined || before === name ? [] : [[before, name]];
    });
  const all = names.flatMap(source =>
    names
      .filter(target => target !== source)
      .map((target): [EnvironmentName, EnvironmentName] => [source, target]),
  );
  return [...new Map([...likely, ...all].map(pair => [pair.join(' '), pair])).values()];
}

/** All channels that are set in one of the environments; stable first. */
export function channelsIn(
  summaries: Iterable<Pick<PromptSummary, 'pointers'>>,
  environments: readonly EnvironmentName[],
): Channel[] {
  const channels = new Set<Channel>([STABLE]);
  for (const { pointers } of summaries)
    for (const { environment, channel } of pointers)
      if (channel !== LATEST && environments.includes(environment)) channels.add(channel);
  return [...channels];
}
