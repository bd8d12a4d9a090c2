/**
 * Deliveries that are not in memory and come in one turn of the event loop share one check for new commits. A check for
 * each would take a good part of the time that reading one takes. It is made after the last of them has come.
 */
import { setImmediate as gathered } from 'node:timers/promises';
import type { Loaded, RegistryCache } from '../registry-cache.ts';

/** @returns `memory.load` */
export function sharedLoads(memory: Pick<RegistryCache, 'load'>): () => Promise<Loaded> {
  let gathering: Promise<Loaded> | undefined;

  async function load(): Promise<Loaded> {
    await gathered();
    // A delivery that comes from here on has the next check.
    gathering = undefined;
    return memory.load();
  }

  return () => {
    gathering ??= load();
    return gathering;
  };
}
