/** All channels: those of every registry, those in a policy, and those that something is live on. */
import { type Channel, LATEST, STABLE } from '../core/channel.ts';
import { nearest } from '../core/near.ts';
import { readEnvironments } from './environments.ts';
import type { ReadSnapshot } from './store/store.ts';

/** Suggests a channel for a name; undefined if that channel exists, or none is similar. */
export async function suggestChannel(snapshot: ReadSnapshot, name: Channel): Promise<Channel | undefined> {
  const pointers = await snapshot.selectFrom('pointers').select('channel').distinct().execute();
  const environments = await readEnvironments(snapshot);
  const channels = new Set([
    ...[LATEST, STABLE],
    ...environments.flatMap(({ policy }) => policy.serves),
    ...pointers.map(({ channel }) => channel),
  ]);
  return channels.has(name) ? undefined : (nearest(name, channels) as Channel | undefined);
}
