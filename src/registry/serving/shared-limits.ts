/**
 * Divides limits on connections between threads. The system distributes connections randomly, so each thread gets its
 * share plus three standard deviations: a client below the limit is not refused because one thread happened to get more
 * than another.
 */
import type { ConnectionLimits } from './limits.ts';

const DEVIATIONS = 3;

/** @param threads 1 or more */
export function shareOf(limit: number, threads: number): number {
  if (threads <= 1) return limit;
  const part = limit / threads;
  return Math.min(limit, Math.ceil(part + DEVIATIONS * Math.sqrt(part)));
}

/** The largest limit for which each thread gets at most `share`. */
export function wholeOf(share: number, threads: number): number {
  if (threads <= 1 || !Number.isFinite(share)) return share;
  const half = DEVIATIONS / 2;
  return Math.floor(threads * Math.max(0, Math.sqrt(share + half * half) - half) ** 2);
}

/** Divides the limits on connections and waiting calls. Rates are counted by all threads together. */
export function sharedLimits(limits: ConnectionLimits, threads: number): ConnectionLimits {
  const share = (limit: number) => shareOf(limit, threads);
  return {
    ...limits,
    maxConnections: share(limits.maxConnections),
    maxPerAddress: share(limits.maxPerAddress),
    maxPerKey: share(limits.maxPerKey),
    maxUnauthenticated: share(limits.maxUnauthenticated),
    maxUnauthenticatedPerAddress: share(limits.maxUnauthenticatedPerAddress),
    maxWaitingPerKey: share(limits.maxWaitingPerKey),
    held: { ...limits.held, releasedPerSecond: Math.ceil(limits.held.releasedPerSecond / threads) },
  };
}
