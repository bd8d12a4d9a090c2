/**
 * Uncached deliveries that arrive in one turn of the event loop share one check for new commits, made after the last
 * has arrived. A check for each would take a good part of the time of a read.
 */
import { setImmediate as gathered } from 'node:timers/promises';
import type { Loaded, RegistryCache } from '../registry-cache.ts';

/** @returns `memory.load` */
export function sharedLoads(memory: Pick<RegistryCache, 'load'>): () => Promise<Loaded> {
  let gathering: Promise<Loaded> | undefined;

  async function load(): Promise<Loaded> {
    await gathered();
    // Later deliveries use the next check.
    gathering = undefined;
    return memory.load();
  }

  return () => {
    gathering ??= load();
    return gathering;
  };
}
