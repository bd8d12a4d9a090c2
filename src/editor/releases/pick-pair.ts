/** Asks for the two environments that a command applies to. */
import type { PromptSummary } from '../../contract/prompts.ts';
import { type Channel, STABLE } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import { environmentOf } from '../connection/environment-argument.ts';
import type { Workbench } from '../workbench.ts';
import { channelsIn, type Pair, pairsOf } from './differences.ts';

/** `staging → production`; for a channel other than stable `staging → production (canary)`. */
export function pairTitle({ source, target, channel }: Pair): string {
  return `${source} → ${target}${channel === STABLE ? '' : ` (${channel})`}`;
}

/** The registry's current list. */
export async function summariesNow({ session, prompts }: Workbench): Promise<PromptSummary[]> {
  await session.clientFor({ kind: 'read' }); // reports what is missing
  await prompts.refresh();
  return [...prompts.listed.values()].flatMap(({ summary }) => (summary === undefined ? [] : [summary]));
}

/**
 * The first option is the most likely, so that Enter selects it. Undefined if the person cancels.
 * @param argument an environment, which becomes the target
 */
export async function pickPair(
  { session, ask }: Workbench,
  argument: unknown,
  summaries: readonly PromptSummary[],
  title: string,
): Promise<Pair | undefined> {
  const { environments } = session;
  const target = environmentOf(argument);
  const pairs = pairsOf(environments).filter(pair => target === undefined || pair[1] === target);
  if (pairs.length === 0) {
    await ask.tell(
      'info',
      `${title}: the registry has only one environment, so there is nothing to compare.`,
    );
    return undefined;
  }
  const others = channelsIn(
    summaries,
    environments.map(({ name }) => name),
  ).slice(1);
  let channel: Channel = STABLE;
  for (;;) {
    const chosen = await ask.pick<[EnvironmentName, EnvironmentName] | 'channel'>({
      title: channel === STABLE ? title : `${title} on ${channel}`,
      placeholder: 'Select the environments to compare',
      isFollowed: true,
      options: [
        ...pairs.map(pair => ({ label: `${pair[0]} → ${pair[1]}`, value: pair })),
        ...(others.length > 0
          ? [{ label: 'Another Channel…', icon: 'symbol-event', value: 'channel' as const }]
          : []),
      ],
    });
    if (chosen === undefined) return undefined;
    if (chosen !== 'channel') return { source: chosen[0], target: chosen[1], channel };
    const other = await ask.pick<Channel>({
      title,
      placeholder: 'Select a channel',
      isFollowed: true,
      options: [STABLE, ...others].map(each => ({ label: each, value: each })),
    });
    if (other === undefined) return undefined;
    channel = other;
  }
}
