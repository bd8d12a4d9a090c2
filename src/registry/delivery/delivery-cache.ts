/**
 * A cache of deliveries, bounded by the bytes they retain; the least recently used is dropped first. The key of a
 * delivery depends on its contents and never on the spelling of a request, so no request can add a second entry.
 */
import { LRUCache } from 'lru-cache';
import type { Channel } from '../../core/channel.ts';
import type { EnvironmentName } from '../../core/environment.ts';
import type { PromptName } from '../../core/name.ts';
import type { PreparedDelivery } from './prepared.ts';
import { canonicalTarget } from './target.ts';

/** Langfuse's form has a path of its own; the others are negotiated. */
export type Representation = (typeof REPRESENTATIONS)[number] | 'langfuse';
export const REPRESENTATIONS = ['text/plain', 'application/json'] as const;

/** The delivered text, and the environment whose keys get it. */
export interface DeliverySpec {
  readonly environment: EnvironmentName;
  readonly representation: Representation;
  readonly prompt: PromptName;
  /** A channel or an exact version. */
  readonly wanted: { readonly channel: Channel } | { readonly version: number };
}

export interface CachedDelivery {
  readonly spec: DeliverySpec;
  readonly prepared: PreparedDelivery;
}

export interface DeliveryCache {
  /** @param target in canonical form; nothing is found for another spelling */
  get(
    environment: EnvironmentName,
    representation: Representation,
    target: string,
  ): PreparedDelivery | undefined;
  /** Caches it in place of the one with the same spec, unless it is larger than a quarter of the cache. */
  set(delivery: CachedDelivery): void;
  /**
   * Like `set`, for a requested delivery. If it would evict others, it is only cached on the second request within a
   * short time, so that a scan over many prompts evicts none that are requested regularly.
   * @returns true if it is cached
   */
  admit(delivery: CachedDelivery): boolean;
  delete(spec: DeliverySpec): void;
  /** The specs of a prompt's cached deliveries. */
  specsOf(prompt: PromptName): DeliverySpec[];
  specs(): Iterable<DeliverySpec>;
  clear(): void;
  /** Bytes retained by all entries. */
  readonly bytes: number;
  readonly size: number;
}

/** 128 MiB */
export const DELIVERY_CACHE_BYTES = 128 * 1024 * 1024;
/** The share that one entry may take, so that a large prompt does not evict all others. */
const LARGEST = 1 / 4;

/**
 * The number of keys remembered per entry for deliveries not admitted, like the ghosts of the replacement policy 2Q.
 */
const REMEMBERED = 1 / 2;

/** @param capacity in bytes */
export function deliveryCache(capacity: number): DeliveryCache {
  /** Requested once and not cached: the newer half of those remembered, and the older. */
  let once = new Set<string>();
  let onceBefore = new Set<string>();
  const keysOf = new Map<PromptName, Set<string>>();
  const entries = new LRUCache<string, CachedDelivery>({
    maxSize: Math.max(1, capacity),
    maxEntrySize: Math.max(1, Math.floor(capacity * LARGEST)),
    sizeCalculation: sizeOf,
    noDisposeOnSet: true,
    dispose({ spec: { prompt } }, key) {
      const keys = keysOf.get(prompt);
      keys?.delete(key);
      if (keys?.size === 0) keysOf.delete(prompt);
    },
  });

  function set(key: string, delivery: CachedDelivery): boolean {
    entries.set(key, delivery);
    if (!entries.has(key)) return false;
    const keys = keysOf.get(delivery.spec.prompt) ?? new Set();
    keysOf.set(delivery.spec.prompt, keys.add(key));
    return true;
  }

  function wasAskedFor(key: string): boolean {
    if (once.delete(key) || onceBefore.delete(key)) return true;
    once.add(key);
    // Drops half at a time: finding the oldest of a set one by one skips over all that were dropped before.
    if (once.size > (entries.size * REMEMBERED) / 2) {
      onceBefore = once;
      once = new Set();
    }
    return false;
  }

  return {
    get: (environment, representation, target) =>
      entries.get(keyOf(environment, representation, target))?.prepared,
    set: delivery => void set(keyOfSpec(delivery.spec), delivery),
    admit(delivery) {
      const key = keyOfSpec(delivery.spec);
      const hasRoom = entries.calculatedSize + sizeOf(delivery, key) <= capacity;
      return (hasRoom || entries.has(key) || wasAskedFor(key)) && set(key, delivery);
    },
    delete: spec => void entries.delete(keyOfSpec(spec)),
    specsOf: prompt => [...(keysOf.get(prompt) ?? [])].flatMap(key => entries.peek(key)?.spec ?? []),
    *specs() {
      for (const { spec } of entries.values()) yield spec;
    },
    clear() {
      entries.clear();
      once.clear();
      onceBefore.clear();
    },
    get bytes() {
      return entries.calculatedSize;
    },
    get size() {
      return entries.size;
    },
  };
}

function sizeOf({ prepared }: CachedDelivery, key: string): number {
  return prepared.bytes + 2 * key.length;
}

/** Equal for two specs of the same delivery. */
export function keyOfSpec({ environment, representation, prompt, wanted }: DeliverySpec): string {
  return keyOf(environment, representation, canonicalTarget({ prompt, wanted }));
}

/** Names of environments have no spaces, so keys are unambiguous. */
function keyOf(environment: EnvironmentName, representation: Representation, target: string): string {
  return representation === 'text/plain'
    ? `${environment} ${target}`
    : `${environment} ${representation} ${target}`;
}
