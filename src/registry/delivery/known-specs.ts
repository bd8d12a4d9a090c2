/** The deliveries requested from other threads; the least recently reported are forgotten first. */
import { LRUCache } from 'lru-cache';
import type { PromptName } from '../../core/name.ts';
import { type DeliverySpec, keyOfSpec } from './delivery-cache.ts';

export interface KnownSpecs {
  add(spec: DeliverySpec): void;
  of(prompt: PromptName): readonly DeliverySpec[];
}

/** @param max the maximum number to remember */
export function knownSpecs(max: number): KnownSpecs {
  const byPrompt = new Map<PromptName, Map<string, DeliverySpec>>();
  const all = new LRUCache<string, DeliverySpec>({
    max,
    noDisposeOnSet: true,
    dispose({ prompt }, key) {
      const own = byPrompt.get(prompt);
      own?.delete(key);
      if (own?.size === 0) byPrompt.delete(prompt);
    },
  });
  return {
    add(spec) {
      const key = keyOfSpec(spec);
      all.set(key, spec);
      const own = byPrompt.get(spec.prompt) ?? new Map<string, DeliverySpec>();
      byPrompt.set(spec.prompt, own.set(key, spec));
    },
    of: prompt => [...(byPrompt.get(prompt)?.values() ?? [])],
  };
}
