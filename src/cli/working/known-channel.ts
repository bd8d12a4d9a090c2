/** Rejects channels that are probably typing errors: a promotion would create them, and no key could read them. */
import type { RegistryClient } from '../../client/registry-client.ts';
import type { PromptSummary } from '../../contract/prompts.ts';
import { type Channel, STABLE } from '../../core/channel.ts';
import { nearest } from '../../core/near.ts';
import { CommandFailure, EXIT } from '../exit-code.ts';

/**
 * A channel is known if an environment serves it, or if it is a pointer of one of these prompts.
 * @throws CommandFailure for an unknown channel whose name is similar to a known one; errors of the client
 */
export async function checkChannel(
  client: RegistryClient,
  channel: Channel,
  prompts: Iterable<Pick<PromptSummary, 'pointers'>>,
): Promise<void> {
  if (channel === STABLE) return;
  const environments = await client.listEnvironments();
  const known = new Set<string>([STABLE, ...environments.flatMap(({ policy }) => policy.serves)]);
  for (const { pointers } of prompts) for (const pointer of pointers) known.add(pointer.channel);
  const meant = known.has(channel) ? undefined : nearest(channel, known);
  if (meant === undefined) return;
  throw new CommandFailure(
    EXIT.refused,
    `There is no channel "${channel}". Did you mean "${meant}"? Correct the name, or have an environment serve the new channel first ("promptforge environments set").`,
  );
}
