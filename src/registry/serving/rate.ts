/**
 * Rate limits per key and environment, for all threads together: a number of requests per second on average, and twice
 * as many in a burst.
 */
import { Problem } from '../../core/problem.ts';
import type { Caller } from '../access/caller.ts';
import { rateCells } from './rate-cells.ts';

/**
 * Counts a request of a caller.
 * @throws Problem `rate_limited` with the seconds to wait
 */
export type Admit = (caller: Pick<Caller, 'key' | 'environment'>) => void;

/** @param perSecond more than 0 @param memory the counters, from `rateMemory` */
export function keyRate(perSecond: number, memory: SharedArrayBuffer): Admit {
  const admit = rateOf(perSecond, memory, 'This key sends requests');
  return ({ key }) => admit(key);
}

/** The same for all keys of an environment together, so that many keys leave room for other environments. */
export function environmentRate(perSecond: number, memory: SharedArrayBuffer): Admit {
  const admit = rateOf(perSecond, memory, 'The keys of this environment together send requests');
  return ({ environment }) => admit(environment);
}

function rateOf(perSecond: number, memory: SharedArrayBuffer, whoAsks: string): (who: string) => void {
  const cells = rateCells({ perSecond, burst: Math.max(1, 2 * perSecond) }, memory);
  const often = perSecond === 1 ? 'once' : `${perSecond} times`;
  return who => {
    const tooEarly = cells.admit(who);
    if (tooEarly === 0) return;
    const retryAfter = Math.max(1, Math.ceil(tooEarly / 1000));
    throw new Problem(
      'rate_limited',
      `${whoAsks} more often than ${often} a second. Wait ${retryAfter} s, and fetch a prompt again only when the Cache-Control of its last response has expired.`,
      { retryAfter },
    );
  };
}
