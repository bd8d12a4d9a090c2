/** How often a key may ask: so many requests a second on average, twice as many at a stretch, in each process. */
import { TokenBucket } from 'limiter';
import { Problem } from '../../core/problem.ts';
import type { Caller } from '../access/caller.ts';

/** More keys than any registry has in use; beyond it all begin anew. */
const MAX_KEYS = 100_000;

/**
 * Counts a request of a caller.
 * @throws Problem `rate_limited` with the seconds to wait
 */
export type Admit = (caller: Pick<Caller, 'key' | 'environment'>) => void;

/** @param perSecond more than 0 */
export function keyRate(perSecond: number): Admit {
  const admit = rateOf(perSecond, 'This key asks');
  return ({ key }) => admit(key);
}

/** The same for all keys of an environment together: however many there are, they leave room for the others. */
export function environmentRate(perSecond: number): Admit {
  const admit = rateOf(perSecond, 'The keys of this environment together ask');
  return ({ environment }) => admit(environment);
}

function rateOf(perSecond: number, whoAsks: string): (who: string) => void {
  const buckets = new Map<string, TokenBucket>();
  const burst = Math.max(1, 2 * perSecond);
  const often = perSecond === 1 ? 'once' : `${perSecond} times`;
  return who => {
    const bucket = buckets.get(who) ?? fullBucket(who);
    if (bucket.tryRemoveTokens(1)) return;
    const retryAfter = Math.max(1, Math.ceil(bucket.getWaitTime(1) / 1000));
    throw new Problem(
      'rate_limited',
      `${whoAsks} more often than ${often} a second. Wait ${retryAfter} s, and ask again for what an answer's Cache-Control no longer covers only.`,
      { retryAfter },
    );
  };

  function fullBucket(who: string): TokenBucket {
    if (buckets.size >= MAX_KEYS) buckets.clear();
    const bucket = new TokenBucket({ bucketSize: burst, tokensPerInterval: perSecond, interval: 'second' });
    bucket.content = burst;
    buckets.set(who, bucket);
    return bucket;
  }
}
