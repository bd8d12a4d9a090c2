/**
 * Deliveries in memory: bounded by the bytes they retain, the least recently used dropped first. A delivery has one key,
 * made of what it delivers and never of how a client spelled it, so no request can add a second entry for it.
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

/** What is delivered, and to the keys of which environment. */
export interface DeliverySpec {
  readonly environment: EnvironmentName;
  readonly representation: Representation;
  readonly prompt: PromptName;
  /** One of the two is given: a channel, or an exact version. */
  readonly wanted: { readonly channel: Channel } | { readonly version: number };
}

export interface CachedDelivery {
  readonly spec: DeliverySpec;
  readonly prepared: PreparedDelivery;
}

export interface DeliveryCache {
  /** @param target canonical; of any other there is nothing */
  get(
    environment: EnvironmentName,
    representation: Representation,
    target: string,
  ): PreparedDelivery | undefined;
  /** Keeps it in place of the one with the same spec, unless it is larger than a quarter of the cache. */
  set(delivery: CachedDelivery): void;
  delete(spec: DeliverySpec): void;
  /** The specs of what is kept of a prompt. */
  specsOf(prompt: PromptName): DeliverySpec[];
  specs(): Iterable<DeliverySpec>;
  clear(): void;
  /** What all entries retain. */
  readonly bytes: number;
  readonly size: number;
}

/** 128 MiB */
export const DELIVERY_CACHE_BYTES = 128 * 1024 * 1024;
/** One entry may take such a part of it: a large prompt must not drop all others. */
const LARGEST = 1 / 4;

/** @param capacity in bytes */
export function deliveryCache(capacity: number): DeliveryCache {
  const keysOf = new Map<PromptName, Set<string>>();
  const entries = new LRUCache<string, CachedDelivery>({
    maxSize: Math.max(1, capacity),
    maxEntrySize: Math.max(1, Math.floor(capacity * LARGEST)),
    sizeCalculation: ({ prepared }, key) => prepared.bytes + 2 * key.length,
    noDisposeOnSet: true,
    dispose({ spec: { prompt } }, key) {
      const keys = keysOf.get(prompt);
      keys?.delete(key);
      if (keys?.size === 0) keysOf.delete(prompt);
    },
  });

  return {
    get: (environment, representation, target) =>
      entries.get(keyOf(environment, representation, target))?.prepared,
    set(delivery) {
      const key = keyOfSpec(delivery.spec);
      entries.set(key, delivery);
      if (!entries.has(key)) return;
      const keys = keysOf.get(delivery.spec.prompt) ?? new Set();
      keysOf.set(delivery.spec.prompt, keys.add(key));
    },
    delete: spec => void entries.delete(keyOfSpec(spec)),
    specsOf: prompt => [...(keysOf.get(prompt) ?? [])].flatMap(key => entries.peek(key)?.spec ?? []),
    *specs() {
      for (const { spec } of entries.values()) yield spec;
    },
    clear: () => entries.clear(),
    get bytes() {
      return entries.calculatedSize;
    },
    get size() {
      return entries.size;
    },
  };
}

/** Two specs of one delivery have the same. */
export function keyOfSpec({ environment, representation, prompt, wanted }: DeliverySpec): string {
  return keyOf(environment, representation, canonicalTarget({ prompt, wanted }));
}

/** Environments have no space in their names. */
function keyOf(environment: EnvironmentName, representation: Representation, target: string): string {
  return representation === 'text/plain'
    ? `${environment} ${target}`
    : `${environment} ${representation} ${target}`;
}
