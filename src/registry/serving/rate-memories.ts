/** Counts shared by the delivery threads, so that no client gets more by using several. */
import { type FailedKeysMemory, failedKeysMemory } from './failed-keys.ts';
import { rateMemory } from './rate-cells.ts';

export interface RateMemories {
  readonly keys: SharedArrayBuffer;
  readonly environments: SharedArrayBuffer;
  readonly failedKeys: FailedKeysMemory;
  /** Connections that ended without a valid key. */
  readonly ended: FailedKeysMemory;
}

/** More keys than any registry uses, in 2 MiB. */
const KEYS = 2 ** 17;
const ENVIRONMENTS = 2 ** 8;

export function rateMemories(): RateMemories {
  return {
    keys: rateMemory(KEYS),
    environments: rateMemory(ENVIRONMENTS),
    failedKeys: failedKeysMemory(),
    ended: failedKeysMemory(),
  };
}
